import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { driftSchema } from "../../drift/index.ts";
import { tinyCmdline, tinyGuest } from "../../scripts/guests/tiny.ts";
import { cdkvm, project, type Ran } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import { ForgeServer } from "../forge/server.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 120_000 });

const program = `import { App, HostStack, Network, Volume, VM } from "cdkvm";
const app = new App();
const one = new HostStack(app, "kvm1", { uri: process.env["ONE"] });
const lan = new Network(one, "lan", { ipv4: "10.94.0.0/24" });
new Volume(one, "spare", { size: "1 MiB" });
new VM(one, "web1", {
  title: process.env["TITLE"] ?? "Front end",
  memory: "192 MiB",
  kernel: process.env["KERNEL"],
  initrd: process.env["INITRD"],
  cmdline: ${JSON.stringify(tinyCmdline({ hostname: "web1" }))},
  networks: [{ network: lan }],
  shutdownTimeout: "1 s",
});
new Network(new HostStack(app, "kvm2", { uri: process.env["TWO"] }), "lan", { ipv4: "10.95.0.0/24" });
app.synth();
`;

describeWithHosts("cdkvm drift", () => {
  const start = hostsOfFile();
  let hosts: readonly Host[];
  let cwd: string;
  let env: Record<string, string>;
  const first = (): Host => hosts[0] as Host;
  const second = (): Host => hosts[1] as Host;
  const cli = (words: string, more: Readonly<Record<string, string>> = {}): Promise<Ran> =>
    cdkvm(words.split(" "), { cwd, env: { ...env, ...more } });
  const drift = async (words = "") => {
    const ran = await cli(`drift --json --detailed-exitcode${words}`);
    expect(ran.stdout).toMatch(/^\{/);
    return { code: ran.code, ...driftSchema.parse(JSON.parse(ran.stdout)) };
  };
  /** What happened to each changed object, and who is suspected. */
  const happened = async (): Promise<readonly (readonly [string, string, string])[]> =>
    (await drift()).stacks.flatMap(({ changed = [] }) =>
      changed.flatMap((one) => one.happened.map(({ what, by }) => [one.name, what, by.join(" ")] as const)),
    );

  beforeAll(async () => {
    const removals: (() => void)[] = [];
    const guest = await tinyGuest();
    hosts = await Promise.all([start(), start()]);
    cwd = project({ "main.ts": program }, (remove) => removals.push(remove));
    env = {
      ONE: first().uri,
      TWO: second().uri,
      KERNEL: await first().put(guest.kernel),
      INITRD: await first().put(guest.initrd),
      CDKVM_CONNECT_TIMEOUT: "3",
    };
    const applied = await cli("apply --auto-approve");
    expect(applied).toMatchObject({ code: 0 });
    return () => removals.forEach((remove) => remove());
  }, 300_000);

  test("says nothing of hosts that are as applied", async () => {
    const ran = await cli("drift --detailed-exitcode");
    expect(ran.stdout).toContain("kvm1\n  no drift: nothing was changed outside cdkvm\n");
    expect(ran.stdout).not.toContain("unmanaged");
    expect(ran.code).toBe(0);
  });

  test("tells who could have stopped a guest from the reason that libvirt gives, and heals it", async () => {
    await first().virsh("destroy", "web1");
    expect(await happened()).toEqual([["web1", "stopped", "libvirt-client"]]);
    await first().killLibvirtd();
    await first().startLibvirtd();
    expect(await happened()).toEqual([["web1", "stopped", "host-restart libvirtd-restart"]]);
    const healed = await drift(" --heal --auto-approve");
    expect(healed.heal).toEqual([
      { stack: "kvm1", healed: ["libvirt_domain.web1"], refused: [] },
      { stack: "kvm2", healed: [], refused: [] },
    ]);
    expect(healed.code).toBe(0);
    expect(await first().virsh("domstate", "web1")).toBe("running");
  });

  test("tells drift from what is not yet applied, and heals only what stays up and was applied", async () => {
    await first().virsh("net-autostart", "lan", "--disable");
    await first().virsh("setmaxmem", "web1", "256M", "--config");
    await first().virsh("destroy", "web1");
    await first().virsh("start", "web1");
    await first().virsh("vol-delete", "spare.qcow2", "--pool", "kvm1");
    const found = await cli("drift --detailed-exitcode", { TITLE: "Back end" });
    expect(found.code).toBe(2);
    expect(found.stdout).toMatch(/changed outside cdkvm guest web1[^]*memory[^]*edited by a libvirt client \(virsh, virt-manager\)/);
    expect(found.stdout).toMatch(/not yet applied guest web1\n +title: Front end → Back end\n/);
    expect(found.stdout).toMatch(/^kvm1 +3 changed outside cdkvm, 1 not yet applied$/m);
    const healed = await cli("drift --heal --auto-approve --detailed-exitcode");
    expect(healed.stdout).toContain("kvm1: guest web1 is not healed: apply would restart it");
    expect(healed.stdout).toContain("kvm1: volume spare.qcow2 is not healed: it is gone, and apply would create it anew");
    expect(healed.stdout).toMatch(/^kvm1 +1 healed, 2 changed outside cdkvm$/m);
    expect(healed.stderr).not.toContain("-target"); // the engine's word for what no user asked for
    expect(healed.code).toBe(2);
    expect(await first().virsh("net-info", "lan")).toMatch(/Autostart: +yes/);
    expect(await first().virsh("dumpxml", "--inactive", "web1")).toContain("<memory unit='KiB'>262144<");
    expect(await cli("apply --auto-approve")).toMatchObject({ code: 0 });
  });

  test("finds guests, networks, pools and volumes that no state has", async () => {
    await first().exec("sh", ["-c", `cat >/run/x.xml && virsh define /run/x.xml`], {
      input: "<domain type='qemu'><name>stray</name><memory>1024</memory><os><type>hvm</type></os></domain>",
    });
    await first().exec("sh", ["-c", "cat >/run/n.xml && virsh net-define /run/n.xml"], {
      input: "<network><name>default</name></network>",
    });
    await first().virsh("vol-create-as", "kvm1", "left.qcow2", "1M");
    const found = await drift();
    expect(found.hosts.flatMap(({ unmanaged }) => unmanaged)).toEqual([
      { kind: "guest", name: "stray" },
      { kind: "network", name: "default", usual: true },
      { kind: "volume", name: "left.qcow2", pool: "kvm1" },
    ]);
    expect(found.code).toBe(2);
    await first().virsh("undefine", "stray");
    await first().virsh("vol-delete", "left.qcow2", "--pool", "kvm1");
    expect(await drift()).toMatchObject({ code: 0 }); // what is usual is no drift
  });

  test("an issue opens for the stack that drifted, stays while its host is down, and closes when the drift is gone", async () => {
    const server = await ForgeServer.start("gitlab");
    const words = `drift --issues --forge gitlab --api ${server.base} --repo g/r --token-env MINE`;
    const issues = async (more = ""): Promise<readonly string[]> => {
      const { stdout } = await cli(`${words}${more}`, { MINE: "glpat-0123456789" });
      return stdout.split("\n").filter((line) => line.startsWith("issue"));
    };
    await first().virsh("net-autostart", "lan", "--disable");
    expect(await issues()).toEqual([`issue "Drift of kvm1" created`]);
    expect(server.issues).toMatchObject([
      { title: "Drift of kvm1", open: true, body: expect.stringMatching(/- network lan: autostart.*virt-manager/) },
    ]);
    await first().killLibvirtd();
    expect(await issues()).toEqual([]);
    await first().startLibvirtd();
    expect(await issues(" --heal --auto-approve")).toEqual([`issue "Drift of kvm1" closed`]);
    expect(server.issues).toMatchObject([{ open: false }]);
  });

  test("a host that is down hides no other's drift", async () => {
    await second().killLibvirtd();
    onTestFinished(() => second().startLibvirtd());
    await first().virsh("net-destroy", "lan");
    const found = await drift();
    expect(found.stacks.map(({ stack, changed, error }) => [stack, changed?.map(({ name }) => name) ?? error?.code])).toEqual([
      ["kvm1", ["lan"]],
      ["kvm2", "CDKVM_SOCKET_REFUSED"],
    ]);
    expect(found.hosts.map(({ error }) => error?.code)).toEqual([undefined, "CDKVM_SOCKET_REFUSED"]);
    expect(found.code).toBe(1);
    const healed = await drift(" --heal --auto-approve");
    expect(healed.heal).toEqual([{ stack: "kvm1", healed: ["libvirt_network.lan"], refused: [] }]);
    expect(await first().virsh("net-list", "--name")).toContain("lan");
  });
});
