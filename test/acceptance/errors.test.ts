import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { cdkvm, project, run, type Ran } from "../cli/cdkvm.ts";
import { realEngines } from "../engine/engines.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 120_000 });

const program = (body: string): string => `import { App, HostStack, Image, Network, StoragePool, VM, Volume } from "cdkvm";
const app = new App();
const host = new HostStack(app, "lab");
${body}
app.synth();
`;

/** A project whose program makes this on the host. */
class Project {
  readonly cwd: string;
  readonly #uri: string;
  constructor(uri: string, body: string) {
    this.#uri = uri;
    this.cwd = project({ "main.ts": program(body) });
  }

  run(words: string): Promise<Ran> {
    return cdkvm(words.split(" "), { cwd: this.cwd, env: { LIBVIRT_DEFAULT_URI: this.#uri } });
  }

  /** The words of a command that must fail. */
  async failure(words: string): Promise<string> {
    const ran = await this.run(words);
    expect(ran).toMatchObject({ code: 1 });
    const { stderr } = ran;
    expect(stderr).not.toMatch(/^ +at .*\.m?js:\d+/m);
    return stderr;
  }

  /** The lines of the configuration that an error points at: `libvirt_network.lan: "name": "lan"`. */
  blamed(words: string): string[] {
    const lines = readFileSync(join(this.cwd, "cdktf.out/stacks/lab/cdk.tf.json"), "utf8").split("\n");
    return [...words.matchAll(/\((libvirt_\S+), lab\/[^ ]+, cdk\.tf\.json:(\d+)\)/g)]
      .map(([, address, line]) => `${address}: ${lines[Number(line) - 1]?.trim().replace(/,$/, "")}`)
      .toSorted();
  }
}

const guest = (name: string): string =>
  `<domain type="qemu"><name>${name}</name><memory unit="MiB">64</memory><os><type arch="x86_64">hvm</type></os></domain>`;
const network = `<network><name>lan</name><bridge name="virbr9"/><ip address="10.99.0.1" prefix="24"/></network>`;
const pool = `<pool type="dir"><name>store</name><target><path>/var/lib/libvirt/theirs</path></target></pool>`;

describeWithHosts("errors", () => {
  const start = hostsOfFile();
  let host: Host;
  beforeAll(async () => {
    host = await start();
  }, 60_000);

  const define = async (command: string, xml: string): Promise<void> => {
    await host.exec("sh", ["-c", "cat > /run/theirs.xml"], { input: xml });
    await host.virsh(command, "/run/theirs.xml");
  };
  const volumes = async (path: string): Promise<string> => (await host.exec("ls", ["-A", path], { mayFail: true })).stdout.trim();

  test.each([
    ["a port that nobody listens on", "qemu+tcp://127.0.0.1:9/system", /127\.0\.0\.1/],
    ["a socket that is not there", "qemu+unix:///system?socket=/nonexistent/libvirt-sock", /\/nonexistent\/libvirt-sock/],
    ["a name that nothing resolves", "qemu+tcp://kvm.invalid/system", /kvm\.invalid/],
  ])("a host that cannot be reached: %s", async (_, uri, named) => {
    const words = await new Project(uri, `new Network(host, "lan", { ipv4: "10.95.0.0/24" });`).failure("plan");
    expect(words).toMatch(named);
    expect(words).not.toContain("libvirt_network.lan");
    expect(words).toMatch(/fix:/);
  });

  test("taken names: each is reported at its name, and the existing objects are unchanged", async () => {
    await host.exec("mkdir", ["-p", "/var/lib/libvirt/theirs"]);
    await define("define", guest("web1"));
    await define("net-define", network);
    await define("pool-define", pool);
    await host.virsh("pool-start", "store");
    await host.virsh("vol-create-as", "store", "data.qcow2", "1M", "--format", "qcow2");
    const dump = async (): Promise<string[]> =>
      Promise.all([
        host.virsh("dumpxml", "web1"),
        host.virsh("net-dumpxml", "lan"),
        // what is free on the disk beneath is not this test's doing
        host.virsh("pool-dumpxml", "store").then((xml) => xml.replaceAll(/^ *<(allocation|available) .*\n/gm, "")),
        host.virsh("vol-dumpxml", "data.qcow2", "--pool", "store"),
      ]);
    await host.virsh("pool-refresh", "store"); // as a look at what is in it does
    const before = await dump();

    const body = `new VM(host, "web1", { memory: "128 MiB" });
new Network(host, "lan", { ipv4: "10.95.0.0/24" });
StoragePool.directory(host, "store", { path: "/var/lib/libvirt/ours" });`;
    const tried = new Project(host.uri, body);
    const words = await tried.failure("plan");
    expect(tried.blamed(words)).toEqual([
      'libvirt_domain.web1: "name": "web1"',
      'libvirt_network.lan: "name": "lan"',
      'libvirt_pool.store: "name": "store"',
    ]);
    const typed = [...words.matchAll(/\(cdkvm (import \S+ \S+)\)/g)].map(([, command = ""]) => command);
    expect(new Set(typed.map((command) => command.split(" ")[1]))).toEqual(
      new Set(["libvirt_domain.web1", "libvirt_network.lan", "libvirt_pool.store"]),
    );
    const [engine] = await realEngines();
    if (engine === undefined) throw new Error("no engine here");
    const folder = join(tried.cwd, "cdktf.out/stacks/lab");
    const plain = await run(engine.path, ["plan", "-no-color"], { cwd: folder, env: { LIBVIRT_DEFAULT_URI: host.uri } });
    expect(plain.stderr.match(new RegExp(`${engine.kind} import\\s`, "g"))).toHaveLength(3);

    const data = new Project(host.uri, `new Volume(host, "data", { pool: StoragePool.existing(host, "theirs", "store"), size: "2 MiB" });`);
    const refused = await data.failure("apply --auto-approve");
    expect(data.blamed(refused)).toEqual(['libvirt_volume.data: "name": "data.qcow2"']);
    expect(refused).toContain("(cdkvm import libvirt_volume.data store/data.qcow2)");
    expect(await dump()).toEqual(before);

    const taken = new Project(host.uri, body);
    for (const command of typed) expect(await taken.run(command)).toMatchObject({ code: 0 });
    expect((await taken.run("plan --json")).stdout).not.toContain('"effect": "create"');
    expect(await dump()).toEqual(before);
    expect(await taken.failure("import libvirt_domain.web2 web1")).toContain("did you mean libvirt_domain.web1?");
    for (const one of [tried, data]) expect((await one.run("destroy --auto-approve")).code).toBe(0);
    expect(await dump()).toEqual(before);
    await host.virsh("vol-delete", "data.qcow2", "--pool", "store");
    await host.virsh("pool-destroy", "store");
    await Promise.all([host.virsh("undefine", "web1"), host.virsh("net-undefine", "lan"), host.virsh("pool-undefine", "store")]);
  });

  test("a missing image: reported at its URL, and no volume is left", async () => {
    const server = createServer((_, response) => void response.writeHead(404).end()).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => void server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/debian.qcow2`;
    for (const image of [`{ path: "/nonexistent/debian.qcow2" }`, `{ url: ${JSON.stringify(url)} }`]) {
      const tried = new Project(host.uri, `new VM(host, "web2", { memory: "64 MiB", disks: [new Image(host, "debian", ${image})] });`);
      const words = await tried.failure("apply --auto-approve");
      expect(words).toMatch(image.includes("url") ? /404/ : /\/nonexistent\/debian\.qcow2/);
      expect(tried.blamed(words)).toEqual([expect.stringMatching(/^libvirt_volume\..*debian.*: "url": /)]);
      expect(await volumes("/var/lib/libvirt/images/lab")).toBe("");
      expect(await host.virsh("list", "--all", "--name")).not.toContain("web2");
      expect((await tried.run("destroy --auto-approve")).code).toBe(0);
    }
  });

  test("a full pool: reported, no part of the image is left, and apply continues after space is freed", async () => {
    await host.exec("sh", [
      "-c",
      "mkdir -p /var/lib/libvirt/small && mount -t tmpfs -o size=8m tmpfs /var/lib/libvirt/small && echo theirs > /var/lib/libvirt/small/theirs",
    ]);
    const body = `const small = StoragePool.directory(host, "small", { path: "/var/lib/libvirt/small" });
new Volume(host, "data", { pool: small, image: new Image(host, "big", { path: ${JSON.stringify("IMAGE")} }) });`;
    const tried = new Project(host.uri, body);
    mkdirSync(join(tried.cwd, "images"));
    const image = join(tried.cwd, "images/big.raw");
    writeFileSync(image, Buffer.alloc(16 << 20, 1));
    writeFileSync(join(tried.cwd, "main.ts"), program(body.replace("IMAGE", image)));
    const words = await tried.failure("apply --auto-approve");
    expect(words).toMatch(/space|full/i);
    expect(tried.blamed(words)).toHaveLength(1);
    expect(await volumes("/var/lib/libvirt/small")).toBe("theirs");

    await host.exec("mount", ["-o", "remount,size=64m", "/var/lib/libvirt/small"]);
    expect((await tried.run("apply --auto-approve")).code).toBe(0);
    expect(await host.virsh("vol-list", "small")).toContain("data.raw");
    expect((await tried.run("destroy --auto-approve")).code).toBe(0);
    expect(await volumes("/var/lib/libvirt/small")).toBe("theirs");
  });
});
