import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { EngineError } from "../../engine/diagnostics.ts";
import { type TinyGuest, tinyCmdline, tinyGuest } from "../../scripts/guests/tiny.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { booted, serialLog } from "./booted.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;
type Resources = Record<string, Record<string, Block>>;
vi.setConfig({ testTimeout: 180_000 });

/** The guest's QEMU as this machine numbers it, and the files below the host's storage that it has open. */
async function qemu(host: Host, name: string): Promise<{ readonly pid: string; readonly open: readonly string[] }> {
  const pid = (await host.readFile(`/run/libvirt/qemu/${name}.pid`)).trim();
  const listed = await host.exec("sh", ["-c", `ls -l /proc/${pid}/fd | sed -n 's/.* -> //p'`]);
  return { pid, open: listed.stdout.split("\n").filter((path) => path.startsWith("/var/lib/libvirt/vols")) };
}
const guests = async (host: Host): Promise<string[]> => (await host.virsh("list", "--name")).trim().split("\n").filter(Boolean).toSorted();
const volumes = async (host: Host): Promise<string[]> =>
  (await host.exec("ls", ["/var/lib/libvirt/vols"])).stdout.trim().split("\n").filter(Boolean);

describeWithHosts("objects that others use", () => {
  let work: Workspace;
  let tiny: TinyGuest;
  const folder = mkdtempSync(join(tmpdir(), "cdkvm-in-use-"));
  const image = (name: string): string => join(folder, name);
  beforeAll(async () => {
    tiny = await tinyGuest();
    for (const name of ["one", "two"]) writeFileSync(image(name), Buffer.alloc(1024 * 1024, name));
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
  });
  afterEach<{ host: Host }>(async ({ host }) => {
    for (const name of await guests(host)) await host.virsh("destroy", name);
    await host.exec("sh", ["-c", "virsh -q undefine foreign || true"]);
    await work.write(pool);
    await work.destroy();
    await work.remove();
    await host.exec("sh", ["-c", "rm -rf /var/lib/libvirt/vols"]);
  });

  const pool: Resources = { libvirt_pool: { vols: { name: "vols", type: "dir", target: { path: "/var/lib/libvirt/vols" } } } };
  const volume = (name: string, content = "one"): Block => ({
    name,
    pool: "${libvirt_pool.vols.name}",
    target: { format: { type: "raw" } },
    create: { content: { url: image(content) } },
  });
  const on = (name: string, dev = "vda", more: Block = {}): Block => ({
    driver: { name: "qemu", type: "raw" },
    source: { volume: { pool: "vols", volume: `\${libvirt_volume.${name}.name}` } },
    target: { dev, bus: "virtio" },
    ...more,
  });
  const drive = (name: string): Block => on(name, "sda", { device: "cdrom", target: { dev: "sda", bus: "scsi" }, read_only: true });

  /** A guest that answers its power button and lets go of disks. */
  const guest = async (host: Host, disks: readonly Block[], more: Block = {}): Promise<Block> => ({
    name: "web1",
    type: "qemu",
    memory: 192,
    memory_unit: "MiB",
    vcpu: 1,
    os: {
      type: "hvm",
      type_arch: "x86_64",
      type_machine: "q35",
      kernel: await host.put(tiny.kernel),
      initrd: await host.put(tiny.initrd),
      cmdline: tinyCmdline({ hostname: "web1" }),
    },
    cpu: { mode: "maximum" },
    features: { acpi: true },
    running: true,
    devices: { disks, serials: [serialLog("web1")], controllers: [{ type: "scsi", index: 0, model: "virtio-scsi" }] },
    ...more,
  });
  const write = (volumesOf: Record<string, Block>, web1?: Block): Promise<void> =>
    work.write({
      ...pool,
      ...(Object.keys(volumesOf).length > 0 && { libvirt_volume: volumesOf }),
      ...(web1 && { libvirt_domain: { web1 } }),
    });

  test("a recreated disk restarts its guest, as the plan says; the old file does not stay open", async ({ host }) => {
    await write({ data: volume("data.raw") }, await guest(host, [on("data")]));
    await work.apply();
    await booted(host, "web1");
    const [before, uuid] = [await qemu(host, "web1"), (await host.virsh("domuuid", "web1")).trim()];
    expect(before.open).toEqual(["/var/lib/libvirt/vols/data.raw"]);

    await write({ data: volume("data.raw", "two") }, await guest(host, [on("data")], { restart: "never" }));
    const [refusal] = await work.failingPlan();
    expect(refusal?.detail).toContain("CDKVM_RESTART_REFUSED");
    expect(refusal?.detail).toContain("disk vda is recreated");

    await write({ data: volume("data.raw", "two") }, await guest(host, [on("data")]));
    const plan = await work.plan();
    expect(plan.actions.toSorted()).toEqual(["delete-create libvirt_volume.data", "update libvirt_domain.web1"]);
    expect(plan.warnings).toContain("web1 will restart: disk vda is recreated");
    expect(plan.warnings).toContain("The data of volume data.raw will be lost");
    await work.apply();
    const after = await qemu(host, "web1");
    expect(after.pid).not.toBe(before.pid);
    expect(after.open).toEqual(["/var/lib/libvirt/vols/data.raw"]);
    expect((await host.virsh("domuuid", "web1")).trim()).toBe(uuid);
    expect((await work.plan()).actions).toEqual([]);
  });

  test("a removed disk is first released by its guest, which keeps running", async ({ host }) => {
    await write({ root: volume("root.raw"), data: volume("data.raw") }, await guest(host, [on("root"), on("data", "vdb")]));
    await work.apply();
    await booted(host, "web1");
    const before = await qemu(host, "web1");
    expect(before.open).toHaveLength(2);

    await write({ root: volume("root.raw") }, await guest(host, [on("root")]));
    await work.apply();
    const after = await qemu(host, "web1");
    expect(after).toEqual({ pid: before.pid, open: ["/var/lib/libvirt/vols/root.raw"] });
    expect(await volumes(host)).toEqual(["root.raw"]);
    expect((await work.plan()).actions).toEqual([]);
  });

  test("a recreated medium is changed in the drive of the guest, which keeps running", async ({ host }) => {
    await write({ seed: volume("seed.raw") }, await guest(host, [drive("seed")]));
    await work.apply();
    await booted(host, "web1");
    const before = await qemu(host, "web1");
    await write({ seed: volume("seed.raw", "two") }, await guest(host, [drive("seed")]));
    const plan = await work.plan();
    expect(plan.actions).toEqual(["delete-create libvirt_volume.seed"]);
    await work.apply();
    expect(await qemu(host, "web1")).toEqual(before);
    expect((await work.plan()).actions).toEqual([]);
  });

  test("a volume that a guest names in a plain string is not removed under it", async ({ host }) => {
    const text = on("data", "vda", { source: { volume: { pool: "vols", volume: "data.raw" } } });
    await write({ data: volume("data.raw") });
    await work.apply();
    await write({ data: volume("data.raw") }, await guest(host, [text]));
    await work.apply();
    const before = await qemu(host, "web1");
    for (const next of [{ data: volume("data.raw", "two") }, {}]) {
      await write(next, await guest(host, [text]));
      const errors = await work.failingPlan();
      expect(errors[0]?.detail).toMatch(/CDKVM_VOLUME_NEEDED/);
    }
    expect(await qemu(host, "web1")).toEqual(before);
    await write({ data: volume("data.raw") }, await guest(host, [text]));
  });

  /** The errors of a plan that knows the whole state, as the command line makes it. */
  const planKnowingState = async (options: { destroy?: boolean } = {}): Promise<string> => {
    try {
      await work.engine.plan({ ...options, tellState: true });
      return "";
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return error.explain();
    }
  };

  test("a guest of another state keeps its disk, its pool and its network", async ({ host }) => {
    const network: Resources = {
      libvirt_network: { lan: { name: "lan", bridge: { name: "vbr7" }, ips: [{ address: "192.168.87.1", netmask: "255.255.255.0" }] } },
    };
    const all: Resources = { ...pool, ...network, libvirt_volume: { data: volume("data.raw") } };
    await work.write(all);
    await work.apply();
    await host.exec("sh", ["-c", "cat > /tmp/foreign.xml"], {
      input: `<domain type='qemu'><name>foreign</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='q35'>hvm</type></os>
        <devices><disk type='volume'><driver name='qemu' type='raw'/><source pool='vols' volume='data.raw'/><target dev='vda' bus='virtio'/></disk>
        <interface type='network'><source network='lan'/></interface></devices></domain>`,
    });
    await host.virsh("define", "/tmp/foreign.xml");
    for (const state of ["off", "running"]) {
      if (state === "running") await host.virsh("start", "foreign");
      const text = await planKnowingState({ destroy: true });
      expect(text).toContain("CDKVM_IN_USE");
      expect(text).toContain(
        `the volume data.raw in pool vols is used outside this state: foreign (disk vda${state === "running" ? ", running" : ""})`,
      );
      expect(text).toContain("the network lan is used");
      await work.write({ ...pool, ...network, libvirt_volume: { data: volume("data.raw", "two") } });
      expect(await planKnowingState()).toContain("plan to replace the volume data.raw in pool vols");
      await work.write(all);
    }
    const before = await qemu(host, "foreign");
    // A plain engine does not know the whole state, and yet nothing that runs loses its disk.
    await work.write({ ...pool, ...network, libvirt_volume: { data: volume("data.raw", "two") } });
    const [error] = await work.failingApply();
    expect(error?.detail).toContain("CDKVM_IN_USE");
    expect(await qemu(host, "foreign")).toEqual(before);
    await work.write(all);
    await host.virsh("destroy", "foreign");
    await host.virsh("undefine", "foreign");
    expect(await planKnowingState({ destroy: true })).toBe("");
  });

  test("a volume that backs another is not removed", async ({ host }) => {
    await write({ base: volume("base.raw") });
    await work.apply();
    await host.virsh(
      "vol-create-as",
      "vols",
      "other.qcow2",
      "2M",
      "--format",
      "qcow2",
      "--backing-vol",
      "base.raw",
      "--backing-vol-format",
      "raw",
    );
    expect(await planKnowingState({ destroy: true })).toContain("volume other.qcow2 in pool vols, which it backs");
    await host.virsh("vol-delete", "other.qcow2", "vols");
    expect(await planKnowingState({ destroy: true })).toBe("");
  });

  test("a pool that contains anything does not move; an empty one does", async ({ host }) => {
    const at = (path: string): Resources => ({ libvirt_pool: { vols: { name: "vols", type: "dir", target: { path } } } });
    await write({ data: volume("data.raw") });
    await work.apply();
    await work.write({ ...at("/var/lib/libvirt/elsewhere"), libvirt_volume: { data: volume("data.raw") } });
    const [error] = await work.failingPlan();
    expect(error?.detail).toContain("CDKVM_POOL_MOVES");
    expect(error?.detail).toContain("data.raw");
    expect(await volumes(host)).toEqual(["data.raw"]);
    await write({});
    await work.apply();
    await work.write(at("/var/lib/libvirt/elsewhere"));
    await work.apply();
    expect(await host.virsh("pool-dumpxml", "vols")).toContain("<path>/var/lib/libvirt/elsewhere</path>");
    expect((await work.plan()).actions).toEqual([]);
  });
});
