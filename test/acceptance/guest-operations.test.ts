import { afterEach, beforeEach, expect, vi } from "vitest";
import { describeWithHosts, hostsOfFile, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { bareGuest } from "./bare-guest.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;
vi.setConfig({ testTimeout: 180_000 });

const shell = (host: Host, script: string): Promise<unknown> => host.exec("sh", ["-c", script]);
const hmp = (host: Host, command: string): Promise<string> => host.virsh("qemu-monitor-command", "web1", "--hmp", command);
const stateOf = (host: Host): Promise<string> => host.virsh("domstate", "--reason", "web1");
const reached = (host: Host, is: string): Promise<unknown> =>
  vi.waitFor(async () => expect(await stateOf(host)).toBe(is), { timeout: 30_000, interval: 50 });
/** Ends when the command has ended. */
const inBackground = (host: Host, command: string, args: readonly string[]): Promise<unknown> =>
  new Promise((resolve) => host.spawn(command, args).on("close", resolve));

/** libvirt writes a guest's memory through this helper, which stands in for the real one and waits for as long as it is told to. */
const slowWriter = `
helper=$(ls /usr/lib/libvirt/libvirt_iohelper /usr/libexec/libvirt_iohelper 2>/dev/null | head -1)
mountpoint -q $helper && exit
mkdir -p /run/usr
mountpoint -q /run/usr || mount --bind /usr /run/usr
printf '#!/bin/sh\nwhile [ -e /run/hold ]; do sleep 0.1; done\nexec /run%s "$@"\n' $helper > /run/iohelper
chmod 755 /run/iohelper
mount --bind /run/iohelper $helper
`;

const SOCKET = "/run/slow-disk.sock";
const nbdDisk: Block = {
  driver: { name: "qemu", type: "raw", cache: "writeback" },
  source: { network: { protocol: "nbd", hosts: [{ transport: "unix", socket: SOCKET }] } },
  target: { dev: "vda", bus: "virtio" },
};
/** A disk that stops to answer when its server is stopped. */
const serveDisk = (host: Host): Promise<unknown> =>
  shell(
    host,
    `truncate -s 1M /run/slow-disk.raw
    qemu-nbd --fork --persistent --format raw --socket ${SOCKET} --pid-file /run/slow-disk.pid /run/slow-disk.raw
    chmod 777 ${SOCKET}`,
  );
const signalDisk = (host: Host, signal: string): Promise<unknown> => shell(host, `kill -${signal} $(cat /run/slow-disk.pid)`);
const signalGuest = (host: Host, signal: string): Promise<unknown> => shell(host, `kill -${signal} $(cat /run/libvirt/qemu/web1.pid)`);

describeWithHosts("a guest during an operation", () => {
  const start = hostsOfFile();
  let work: Workspace;
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
  });
  afterEach<{ host: Host }>(async ({ host }) => {
    await shell(host, "rm -f /run/hold");
    await work.destroy();
    await work.remove();
  });
  const write = (more: Block = {}): Promise<void> =>
    work.write({
      libvirt_domain: { web1: bareGuest({ features: { acpi: true }, running: true, destroy: { shutdown: { timeout: 20 } }, ...more }) },
    });
  /** A plan says so, and changes nothing of it. */
  async function expectReported(host: Host, is: string, says: string): Promise<void> {
    const { actions, warnings } = await work.plan();
    expect(actions).toEqual([]);
    expect(warnings).toEqual([says]);
    expect(await stateOf(host)).toBe(is);
  }

  test.for([
    ["dump", "paused (dumping)", "web1 is being dumped right now", "running (unpaused)"],
    ["save", "paused (saving)", "web1 is being saved right now", "shut off (saved)"],
  ] as const)("a %s, is said to be at it, and is left to it", async ([command, is, says, then], { host }) => {
    await shell(host, slowWriter);
    await write();
    await work.apply();
    await shell(host, "touch /run/hold");
    const ended = inBackground(host, "virsh", [command, "web1", "/var/lib/libvirt/images/web1.memory", "--bypass-cache"]);
    await reached(host, is);
    await expectReported(host, is, says);
    await shell(host, "rm /run/hold");
    await ended;
    await reached(host, then);
    await host.exec("rm", ["/var/lib/libvirt/images/web1.memory"]);
  });

  test("a migration is reported and not interrupted", async ({ host }) => {
    const there = await start();
    await write({ memory: 512 });
    await work.apply();
    const to = [`qemu+tcp://${there.ip}/system`, "--migrateuri", `tcp://${there.ip}`];
    const ended = inBackground(host, "virsh", ["migrate", "--bandwidth", "1", "web1", ...to]);
    await reached(host, "paused (migrating)");
    await signalGuest(there, "STOP"); // the migration does not end while the other side is still
    await expectReported(host, "paused (migrating)", "web1 is being migrated right now");
    await signalGuest(there, "CONT");
    await ended;
    expect(await there.virsh("domstate", "web1")).toBe("running");
    expect(await stateOf(host)).toBe("shut off (migrated)");
    await there.virsh("destroy", "web1");
  });

  test("its own shutdown is reported and awaited", async ({ host }) => {
    await serveDisk(host);
    await write({ devices: { disks: [nbdDisk] } });
    await work.apply();
    await hmp(host, 'qemu-io vda "write 0 4k"'); // something that QEMU has to write out at its end
    await signalDisk(host, "STOP");
    // what a system writes to turn its machine off
    const ended = inBackground(host, "virsh", ["qemu-monitor-command", "web1", "--hmp", "o /w 0x604 0x2000"]);
    await reached(host, "in shutdown (unknown)");
    await expectReported(host, "in shutdown (unknown)", "web1 is shutting down right now");
    const destroyed = work.destroy();
    await reached(host, "in shutdown (unknown)");
    await signalDisk(host, "CONT");
    await destroyed;
    await ended;
    expect(await host.virsh("list", "--all", "--name")).toBe("");
    await signalDisk(host, "TERM");
  });
});
