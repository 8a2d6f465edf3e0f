import { rmSync } from "node:fs";
import { join } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { cdkvm, project, type Ran, write } from "../cli/cdkvm.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { bareGuest } from "./bare-guest.ts";
import type { Block } from "./change-cases.ts";
import { Workspace } from "./workspace.ts";

vi.setConfig({ testTimeout: 120_000 });

const POOL = "/var/lib/libvirt/gone";

const guest: Block = bareGuest({
  name: "one",
  running: true,
  restart: "never",
  destroy: { graceful: false },
  devices: {
    disks: [{ source: { volume: { pool: "gone", volume: "v.raw" } }, target: { dev: "vda", bus: "virtio" } }],
    interfaces: [{ source: { network: { network: "gone" } }, mac: { address: "52:54:00:99:00:01" } }],
  },
  depends_on: ["libvirt_volume.v", "libvirt_network.n"],
});
const pool: Block = { name: "gone", type: "dir", target: { path: POOL } };
const volume: Block = { name: "v.raw", pool: "${libvirt_pool.p.name}", capacity: 2, capacity_unit: "MiB" };
const network: Block = { name: "gone", ips: [{ address: "10.88.0.1", prefix: 24 }] };
const made = { libvirt_domain: { g: guest }, libvirt_pool: { p: pool }, libvirt_volume: { v: volume }, libvirt_network: { n: network } };

/** What only a program says, and a plan of it refuses. */
const refused: Record<string, [code: string, resource: Record<string, Record<string, Block>>, more?: Block]> = {
  "a restart that is forbidden": ["CDKVM_RESTART_REFUSED", { libvirt_domain: { g: { ...guest, memory: 96 } } }],
  "a volume that shrinks": ["CDKVM_VOLUME_SHRINKS", { libvirt_volume: { v: { ...volume, capacity: 1 } } }],
  "a new guest whose name somebody has": ["CDKVM_NAME_TAKEN", { libvirt_domain: { g: guest, more: { ...guest, name: "foreign", devices: {}, depends_on: [] } } }], // prettier-ignore
  "two guests of one name": ["CDKVM_NAME_TWICE", { libvirt_domain: { g: guest, more: guest } }],
  "a host path that is missing": [
    "CDKVM_PATH_MISSING",
    {
      libvirt_domain: {
        g: guest,
        more: {
          ...guest,
          name: "more",
          devices: { disks: [{ source: { file: { file: `${POOL}/missing.raw` } }, target: { dev: "vda", bus: "virtio" } }] },
          depends_on: [],
        },
      },
    },
  ],
  "a guest that cannot be": ["at least 1", { libvirt_domain: { g: { ...guest, vcpu: 0 } } }],
  "a network to be referred to that is gone": ["nowhere", {}, { data: { libvirt_network: { lan: { name: "nowhere" } } } }],
};

describeWithHosts("destroy", () => {
  let work: Workspace;
  beforeEach<{ host: Host }>(async ({ host }) => {
    const xml = "<domain type='qemu'><name>foreign</name><memory>65536</memory><os><type>hvm</type></os></domain>";
    await host.exec("sh", ["-c", `virsh dominfo foreign >/dev/null 2>&1 || { echo "${xml}" >/run/f.xml && virsh define /run/f.xml; }`]);
    work = await Workspace.open(host.uri);
    await work.write(made);
    await work.apply();
  });
  afterEach(async () => {
    await work.write({});
    await work.destroy();
    await work.remove();
  });
  const inventory = async (host: Host): Promise<string> => {
    const lists = ["list --all --name", "net-list --all --name", "pool-list --all --name"];
    return (await Promise.all(lists.map((words) => host.virsh(...words.split(" ")))))
      .join(" ")
      .split(/\s+/)
      .filter(Boolean)
      .toSorted()
      .join(" ");
  };

  for (const [what, [code, resource, more]] of Object.entries(refused)) {
    test(`works from the state alone if the program has ${what}`, async ({ host }) => {
      await work.write({ ...made, ...resource }, more);
      expect(JSON.stringify(await work.failingPlan())).toContain(code);
      await work.destroy();
      expect(await inventory(host)).toBe("foreign");
    });
  }

  test("works with the engine's own commands", async ({ host }) => {
    await work.write({ ...made, libvirt_volume: { v: { ...volume, capacity: 1 } } });
    const { path } = work.engine;
    const run = (...args: readonly string[]): Promise<unknown> => promisify(execFile)(path, [...args], { cwd: work.folder });
    await run("plan", "-destroy", "-input=false");
    await run("apply", "-destroy", "-auto-approve");
    expect(await inventory(host)).toBe("foreign");
  });

  test("is refused if the program protects something, and works once it does not", async ({ host }) => {
    await work.write({ ...made, libvirt_volume: { v: { ...volume, capacity: 1, lifecycle: { prevent_destroy: true } } } });
    await expect(work.engine.destroy()).rejects.toMatchObject({ code: "CDKVM_PROTECTED" });
    expect(await inventory(host)).toBe("foreign gone gone one");
  });

  test("removes a guest that is paused, crashed, or was stopped in the meantime", async ({ host }) => {
    await host.virsh("suspend", "one");
    await work.destroy();
    expect(await inventory(host)).toBe("foreign");
    await work.apply();
    await host.exec("sh", ["-c", "kill -9 $(cat /run/libvirt/qemu/one.pid)"]);
    await work.destroy();
    expect(await inventory(host)).toBe("foreign");
  });

  test("removes a stack that left the program, and the stacks of a program that no longer runs", async ({ host }) => {
    const program = (stacks: readonly string[], more = ""): string => `import { App, HostStack, Network } from "cdkvm";
const app = new App();
${stacks.map((name, index) => `new Network(new HostStack(app, "${name}"), "${name}-net", { ipv4: "10.8${index}.0.0/24" });`).join("\n")}
${more}
app.synth();
`;
    const cwd = project({ "main.ts": program(["old", "kept"]) });
    const run = (words: string): Promise<Ran> => cdkvm(words.split(" "), { cwd, env: { LIBVIRT_DEFAULT_URI: host.uri } });
    const networks = (): Promise<string> => host.virsh("net-list", "--all", "--name");
    expect(await run("apply --auto-approve")).toMatchObject({ code: 0 });

    write(cwd, { "main.ts": program(["kept"]) });
    const unknown = await run("destroy old --auto-approve");
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/CDKVM_STACK_UNKNOWN/);
    expect(unknown.stderr).toContain("cdkvm destroy STACK --synthesized");
    expect(await networks()).toContain("old-net");
    expect(await run("destroy old --synthesized --auto-approve")).toMatchObject({ code: 0 });
    expect(await networks()).not.toContain("old-net");

    expect(await run("apply --auto-approve")).toMatchObject({ code: 0 });
    rmSync(join(cwd, "cdktf.out"), { recursive: true });
    write(cwd, {
      "main.ts": `import { App, HostStack } from "cdkvm";\nconst app = new App();\nnew HostStack(app, "kept");\napp.synth();\n`,
    });
    expect(await run("destroy kept --auto-approve")).toMatchObject({ code: 0 });
    expect(await networks()).not.toContain("kept-net");
    write(cwd, { "main.ts": program(["kept"]) });
    expect(await run("apply --auto-approve")).toMatchObject({ code: 0 });

    write(cwd, { "main.ts": program(["kept"], 'throw new Error("broken");') });
    const broken = await run("destroy --auto-approve");
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain("cdkvm destroy STACK --synthesized");
    expect(await networks()).toContain("kept-net");
    expect(await run("destroy kept --synthesized --auto-approve")).toMatchObject({ code: 0 });
    expect(await networks()).not.toContain("kept-net");
  });
});
