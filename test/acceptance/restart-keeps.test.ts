import { afterEach, beforeEach, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { bareGuest } from "./bare-guest.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

const IMAGES = "/var/lib/libvirt/images";
const disk = (name: string): Block => ({
  driver: { name: "qemu", type: "qcow2" },
  source: { file: { file: `${IMAGES}/${name}.qcow2` } },
  target: { dev: "vda", bus: "virtio" },
});
const guest = (name: string, more: Block = {}): Block =>
  bareGuest({
    name,
    devices: { disks: [disk(name)] },
    running: true,
    destroy: { graceful: false },
    update: { shutdown: { timeout: 1 } },
    ...more,
  });
const other = { cpu: { mode: "custom", model: "qemu64" } };
const pid = async (host: Host, name: string): Promise<string> => (await host.readFile(`/run/libvirt/qemu/${name}.pid`)).trim();

describeWithHosts("a restart keeps", () => {
  let work: Workspace;
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
    await host.exec("sh", [
      "-c",
      `cd ${IMAGES} && for n in web1 web2; do qemu-img create -q -f qcow2 $n.qcow2 32M; done; chmod a+rw *.qcow2`,
    ]);
  });
  afterEach(async () => {
    await work.destroy();
    await work.remove();
  });
  const write = (...guests: Block[]): Promise<void> =>
    work.write({ libvirt_domain: Object.fromEntries(guests.map((one, index) => [`web${index + 1}`, one])) });
  const unchanged = async (): Promise<void> => expect(await work.plan()).toMatchObject({ changes: false, actions: [] });

  test("no guest that runs with less memory or fewer CPUs than its definition has by now", { timeout: 120_000 }, async ({ host }) => {
    const sized = (memory: number, vcpu: number): Block => guest("web1", { memory, vcpu });
    const allow = async (...commands: string[]): Promise<void> => {
      for (const words of commands) await host.virsh(...words.split(" "));
    };
    await write(sized(64, 1));
    await work.apply();
    await allow("setmaxmem web1 80M --config", "setmem web1 80M --config");
    await write(sized(80, 1));
    expect((await work.plan()).warnings).toEqual([
      "web1 will restart: balloon",
      "web1 has to be off for this: it runs with at most 64 MiB",
    ]);
    const before = await pid(host, "web1");
    await work.apply();
    expect(await pid(host, "web1")).not.toBe(before);
    expect(await host.virsh("dumpxml", "web1")).toContain("<memory unit='KiB'>81920<");
    await unchanged();

    await allow("setvcpus web1 2 --maximum --config", "setvcpus web1 2 --config");
    await write(sized(80, 2));
    await work.apply(); // records the definition's number
    expect((await work.plan()).warnings).toContain("web1 has to be off for this: it runs with at most 1 CPU");
    await work.apply();
    expect(await host.virsh("dumpxml", "web1")).toMatch(/<vcpu placement='static'>2</);
    await unchanged();
  });

  test("snapshots with memory, and checkpoints with their bitmaps", { timeout: 120_000 }, async ({ host }) => {
    await write(guest("web1"), guest("web2"));
    await work.apply();
    await host.virsh("snapshot-create-as", "web1", "before");
    await host.virsh("checkpoint-create-as", "web2", "first");
    const uuids = await Promise.all([host.virsh("domuuid", "web1"), host.virsh("domuuid", "web2")]);
    const pids = await Promise.all([pid(host, "web1"), pid(host, "web2")]);
    await write(guest("web1", other), guest("web2", other));
    expect((await work.plan()).warnings.toSorted()).toEqual([
      "web1 will restart: cpu mode, cpu model",
      "web2 will restart: cpu mode, cpu model",
    ]);
    await work.apply();
    await unchanged();
    expect(await Promise.all([pid(host, "web1"), pid(host, "web2")])).not.toEqual(pids);
    expect(await Promise.all([host.virsh("domuuid", "web1"), host.virsh("domuuid", "web2")])).toEqual(uuids);
    expect(await host.virsh("snapshot-list", "web1", "--name")).toContain("before");
    expect(await host.virsh("checkpoint-list", "web2", "--name")).toContain("first");
    await host.virsh("snapshot-revert", "web1", "before", "--force");
    expect(await host.virsh("domstate", "web1")).toBe("running");
    const bitmaps = await host.exec("qemu-img", ["info", "-U", `${IMAGES}/web2.qcow2`]);
    expect(bitmaps.stdout).toContain("first");
  });

  test(
    "what snapshots and a saved state depend on: a new name is a plan error, before anything stops",
    { timeout: 120_000 },
    async ({ host }) => {
      await write(guest("web1"), guest("web2"));
      await work.apply();
      await host.virsh("snapshot-create-as", "web1", "before");
      await host.virsh("checkpoint-create-as", "web2", "first");
      const before = await pid(host, "web1");
      await write(guest("web1", { name: "new1" }), guest("web2", { name: "new2" }));
      const errors = await work.failingPlan();
      expect(errors.map(({ summary }) => summary).toSorted()).toEqual([
        "web1 has snapshots (before): libvirt does not rename such a guest",
        "web2 has checkpoints (first): libvirt does not rename such a guest",
      ]);
      expect(errors[0]?.detail).toContain("CDKVM_RENAME_REFUSED");
      expect(await pid(host, "web1")).toBe(before);
      await write(guest("web1"), guest("web2"));
      await unchanged();
    },
  );

  test("the UEFI variables, in the same file", { timeout: 120_000 }, async ({ host }) => {
    const uefi = { os: { type: "hvm", type_arch: "x86_64", type_machine: "q35", firmware: "efi" }, features: { acpi: true } };
    await write(guest("web1", uefi));
    await work.apply();
    const vars = "/var/lib/libvirt/qemu/nvram/web1_VARS.fd";
    await host.virsh("destroy", "web1");
    const mark = async (): Promise<string> => (await host.exec("sh", ["-c", `stat -c %i ${vars}; tail -c 11 ${vars}`])).stdout;
    await host.exec("sh", ["-c", `printf kept-inside | dd of=${vars} bs=1 seek=$(($(stat -c %s ${vars}) - 11)) conv=notrunc`]);
    const before = await mark();
    expect(before).toContain("kept-inside");
    await host.virsh("start", "web1");
    await write(guest("web1", { ...uefi, ...other }));
    expect((await work.plan()).warnings).toEqual(["web1 will restart: cpu mode, cpu model"]);
    await work.apply();
    await unchanged();
    expect(await mark()).toBe(before);
  });

  test("the saved memory of a guest after virsh managedsave", { timeout: 120_000 }, async ({ host }) => {
    await write(guest("web1"));
    await work.apply();
    await host.virsh("managedsave", "web1");
    expect((await work.plan()).warnings).toEqual(["web1 was saved and stopped"]);
    await work.apply();
    await unchanged();
    expect(await host.readFile("/var/log/libvirt/qemu/web1.log")).toContain("-incoming");

    await host.virsh("managedsave", "web1");
    await write(guest("web1", other));
    expect((await work.plan()).warnings).toEqual([
      "web1 was saved and stopped",
      "web1 will restart: it has a saved state, and cpu mode, cpu model",
    ]);
    await work.apply();
    await unchanged();
    expect(await host.virsh("domstate", "web1")).toBe("running");
    expect(await host.virsh("dumpxml", "web1")).toContain(">qemu64</model>");

    await host.virsh("managedsave", "web1");
    await write(guest("web1", { running: undefined }));
    expect((await work.plan()).warnings).toEqual([
      "web1 was saved and stopped",
      "web1 has a saved state, which is restored first: cpu mode, cpu model",
    ]);
    await work.apply();
    expect(await host.virsh("dominfo", "web1")).toMatch(/Managed save:\s+yes/);
    await unchanged();
    await write(guest("web1", { vcpu: 2, restart: "never" }));
    expect((await work.failingPlan()).map(({ summary }) => summary)).toEqual([expect.stringContaining("would have to restart")]);
    await write(guest("web1", { vcpu: 2, create: { force_boot: true } }));
    expect((await work.plan()).warnings).toEqual([]);
    await work.apply();
    await unchanged();
    expect(await host.virsh("vcpucount", "web1", "--live", "--active")).toBe("2");
  });

  test("snapshot overlays of disks, which are reported but are not drift", { timeout: 120_000 }, async ({ host }) => {
    const path = "/var/lib/libvirt/vols";
    const stack = (web1: Block): Promise<void> =>
      work.write({
        libvirt_pool: { vols: { name: "vols", type: "dir", target: { path } } },
        libvirt_volume: {
          data: {
            name: "data.raw",
            pool: "${libvirt_pool.vols.name}",
            capacity: 4,
            capacity_unit: "MiB",
            target: { format: { type: "raw" } },
          },
        },
        libvirt_domain: { web1 },
      });
    const data = {
      driver: { name: "qemu", type: "raw" },
      source: { volume: { pool: "vols", volume: "${libvirt_volume.data.name}" } },
      target: { dev: "vdb", bus: "virtio" },
    };
    const devices = { disks: [disk("web1"), data] };
    await stack(guest("web1", { devices }));
    await work.apply();
    const overlay = `${path}/data.backup`;
    const snapshot = ["snapshot-create-as", "web1", "backup", "--disk-only", "--no-metadata", "--diskspec", `vdb,file=${overlay}`];
    await host.virsh(...snapshot);
    const told = [
      `web1: disk vda runs on a snapshot's overlay, ${IMAGES}/web1.backup`,
      `web1: disk vdb runs on a snapshot's overlay, ${overlay}`,
    ];
    expect(await work.plan()).toEqual({ changes: false, actions: [], warnings: told });
    await stack(guest("web1", { devices, ...other }));
    expect((await work.plan()).warnings.toSorted()).toEqual([...told, "web1 will restart: cpu mode, cpu model"].toSorted());
    await work.apply();
    await unchanged();
    for (const flags of [[], ["--inactive"]]) {
      const disks = await host.virsh("domblklist", "web1", ...flags);
      expect(disks).toContain("web1.backup");
      expect(disks).toContain("data.backup");
    }
    const commit = async (): Promise<void> => {
      for (const dev of ["vda", "vdb"]) await host.virsh("blockcommit", "web1", dev, "--active", "--pivot", "--wait");
    };
    await commit();
    expect(await work.plan()).toEqual({ changes: false, actions: [], warnings: [] });

    await host.exec("rm", [overlay, `${IMAGES}/web1.backup`]);
    await host.virsh(...snapshot);
    await work.engine.stateRemove("libvirt_domain.web1");
    await work.engine.import("libvirt_domain.web1", "web1");
    // imported, it stays on them too
    const pid = await host.readFile("/run/libvirt/qemu/web1.pid");
    expect((await work.plan()).warnings.filter((one) => one.includes("restart"))).toEqual([]);
    await work.apply();
    expect(await host.readFile("/run/libvirt/qemu/web1.pid")).toBe(pid);
    for (const flags of [[], ["--inactive"]]) expect(await host.virsh("domblklist", "web1", ...flags)).toContain("data.backup");
    expect(await work.plan()).toEqual({ changes: false, actions: [], warnings: told });
    await commit();
    expect((await work.plan()).warnings).toEqual([]);
    await work.apply();
    expect(await work.plan()).toEqual({ changes: false, actions: [], warnings: [] });
  });
});
