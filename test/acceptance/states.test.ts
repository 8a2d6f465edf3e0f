import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { Libvirt } from "../../libvirt/connection.ts";
import { type TinyGuest, tinyCmdline, tinyGuest } from "../../scripts/guests/tiny.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { bareGuest } from "./bare-guest.ts";
import { booted, serialLog } from "./booted.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;
vi.setConfig({ testTimeout: 180_000 });

const hmp = (host: Host, name: string, command: string): Promise<string> => host.virsh("qemu-monitor-command", name, "--hmp", command);
const quiet = (host: Host, script: string): Promise<unknown> => host.exec("sh", ["-c", script]);

interface State {
  /** As in the table of docs/guide/states.md. */
  readonly name: string;
  /** Of the guest, beside what every one has. */
  readonly block?: Block;
  /** What has to be on the host first. */
  readonly prepare?: (host: Host) => Promise<unknown>;
  readonly reach: (host: Host, name: string) => Promise<unknown>;
  /** What libvirt says then. */
  readonly is: string;
  /** What a plan without a change says. */
  readonly plan: { readonly actions: readonly string[]; readonly says: RegExp };
  /** What becomes of it with an apply of that plan. */
  readonly after: string;
  /** What becomes of a change that needs a restart: the guest's state then, or the error's code. */
  readonly restart: string;
}

const DISK = "/var/lib/libvirt/images/busy.raw";
const busyDisk = { devices: { disks: [{ driver: { name: "qemu", type: "raw" }, source: { file: { file: DISK } }, target: { dev: "vda", bus: "virtio" } }] } }; // prettier-ignore
const makeDisk = (host: Host): Promise<unknown> =>
  quiet(host, `rm -f ${DISK}.copy; dd if=/dev/urandom of=${DISK} bs=1M count=64 status=none`);
/** A copy of the disk that takes a minute. */
const copyDisk = (host: Host, name: string): Promise<unknown> =>
  host.virsh("blockcopy", name, "vda", `${DISK}.copy`, "--transient-job", "--format", "raw", "--bandwidth", "1");

const update = ["update libvirt_domain.web1"];
const started = { after: "running (booted)", restart: "running (booted)" };

const states: readonly State[] = [
  { name: "running", reach: async () => {}, is: "running (booted)", plan: { actions: [], says: /^$/ }, ...started },
  {
    name: "paused by a person",
    reach: (host, name) => host.virsh("suspend", name),
    is: "paused (user)",
    plan: { actions: [], says: /web1 is paused: somebody suspended it/ },
    after: "paused (user)",
    restart: "CDKVM_GUEST_PAUSED",
  },
  {
    name: "paused by an error of QEMU",
    reach: (host, name) => hmp(host, name, "stop"),
    is: "paused (unknown)",
    plan: { actions: [], says: /web1 was paused by QEMU/ },
    after: "paused (unknown)",
    restart: "running (booted)",
  },
  {
    name: "panicked, kept",
    block: { on_crash: "preserve", devices: { panics: [{ model: "isa" }] } },
    reach: (host, name) => hmp(host, name, "o /b 0x505 1"),
    is: "crashed (panicked)",
    plan: { actions: [], says: /web1 crashed/ },
    after: "crashed (panicked)",
    restart: "running (booted)",
  },
  {
    name: "at a block job",
    block: busyDisk,
    prepare: makeDisk,
    reach: copyDisk,
    is: "running (booted)",
    plan: { actions: [], says: /^$/ },
    ...started,
  },
  {
    // what libvirt turns off when the client that started it goes
    name: "running by autodestroy",
    reach: async (host, name) => {
      await host.virsh("destroy", name);
      host.spawn("sh", ["-c", `(echo start ${name} --autodestroy; exec sleep 100) | virsh`]);
    },
    is: "running (booted)",
    plan: { actions: [], says: /^$/ },
    ...started,
  },
  {
    name: "off, turned off",
    reach: (host, name) => host.virsh("destroy", name),
    is: "shut off (destroyed)",
    plan: { actions: update, says: /web1 was turned off/ },
    ...started,
  },
  {
    name: "off, its QEMU killed",
    reach: (host, name) => quiet(host, `kill -KILL $(cat /run/libvirt/qemu/${name}.pid)`),
    is: "shut off (crashed)",
    plan: { actions: update, says: /web1 ended: QEMU crashed or was killed/ },
    ...started,
  },
  {
    name: "off, with a managed save",
    reach: (host, name) => host.virsh("managedsave", name),
    is: "shut off (saved)",
    plan: { actions: update, says: /web1 was saved and stopped/ },
    after: "running (restored)",
    restart: "running (booted)",
  },
  {
    name: "running, not defined any more",
    reach: (host, name) => host.virsh("undefine", name),
    is: "running (booted)",
    plan: { actions: update, says: /web1 runs, but is no longer defined/ },
    ...started,
  },
];

async function typeInto(host: Host, name: string, text: string): Promise<void> {
  const libvirt = await Libvirt.connect(host.uri);
  try {
    const console = await libvirt.domains.devices.openConsole(await libvirt.domains.lookupByName(name));
    console.resume().write(text);
    await delay(500);
    console.destroy();
  } finally {
    await libvirt.close();
  }
}

describeWithHosts("a guest that is", () => {
  let work: Workspace;
  let tiny: TinyGuest;
  beforeAll(async () => {
    tiny = await tinyGuest();
  }, 300_000);
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
  });
  afterEach(async () => {
    await work.destroy();
    await work.remove();
  });

  const guest = (more: Block = {}): Block =>
    bareGuest({
      features: { acpi: true },
      running: true,
      destroy: { shutdown: { timeout: 5 } },
      update: { shutdown: { timeout: 5 } },
      ...more,
    });
  const write = (more: Block = {}): Promise<void> => work.write({ libvirt_domain: { web1: guest(more) } });
  const stateOf = (host: Host): Promise<string> => host.virsh("domstate", "--reason", "web1");
  const reached = (host: Host, is: string): Promise<unknown> =>
    vi.waitFor(async () => expect(await stateOf(host)).toBe(is), { timeout: 30_000, interval: 100 });

  /** What libvirt tells of the guests' lives meanwhile: `resumed unpaused`. */
  async function recordEvents(host: Host, task: () => Promise<unknown>): Promise<readonly string[]> {
    const libvirt = await Libvirt.connect(host.uri);
    try {
      const events = await libvirt.events.subscribe("lifecycle");
      const seen: string[] = [];
      const listening = (async () => {
        for await (const { event, detail } of events) seen.push(`${event} ${detail}`);
      })().catch(() => {});
      await task();
      await delay(200);
      await events.close();
      await listening;
      return seen;
    } finally {
      await libvirt.close();
    }
  }
  const resumes = (events: readonly string[]): readonly string[] => events.filter((one) => one.startsWith("resumed"));

  test.for(states)("$name", async ({ block = {}, prepare, reach, is, plan, after, restart }, { host }) => {
    await prepare?.(host);
    await write(block);
    await work.apply();
    await reach(host, "web1");
    await reached(host, is);
    const frozen = is.startsWith("paused") || is.startsWith("crashed");
    const pid = (): Promise<string> => host.readFile("/run/libvirt/qemu/web1.pid").catch(() => "");
    const before = await pid();

    const { actions, warnings } = await work.plan();
    expect(actions).toEqual(plan.actions);
    expect(warnings.join("\n")).toMatch(plan.says);
    const events = await recordEvents(host, () => work.apply());
    if (frozen) expect(resumes(events)).toEqual([]);
    expect(await stateOf(host)).toBe(after);
    if (frozen || is === "running (booted)") expect(await pid()).toBe(before);

    if (!frozen && after !== is) {
      await reach(host, "web1");
      await reached(host, is);
    }
    await write({ ...block, memory: 96 });
    if (restart.startsWith("CDKVM_")) {
      const [error] = await work.failingPlan();
      expect(error?.detail).toContain(restart);
      expect(await stateOf(host)).toBe(is);
      await write(block);
    } else {
      await work.apply();
      expect(await stateOf(host)).toBe(restart);
      expect((await work.plan()).actions).toEqual([]);
      if (frozen) await reach(host, "web1");
    }
    // what is frozen is turned off, and runs for no moment more
    expect(resumes(await recordEvents(host, () => work.destroy()))).toEqual([]);
    expect(await host.virsh("list", "--all", "--name")).toBe("");
  });

  test("asleep is reported, and woken up to be shut down", async ({ host }) => {
    const os = { type: "hvm", type_arch: "x86_64", type_machine: "q35", cmdline: tinyCmdline({ hostname: "web1" }) };
    const files = { kernel: await host.put(tiny.kernel), initrd: await host.put(tiny.initrd) };
    const devices = { serials: [serialLog("web1")], consoles: [{ target: { type: "serial", port: 0 } }] };
    await write({ memory: 128, os: { ...os, ...files }, pm: { suspend_to_mem: { enabled: "yes" } }, devices });
    await work.apply();
    await booted(host, "web1");
    for (let again = 0; again < 20 && (await stateOf(host)) !== "pmsuspended (unknown)"; again++)
      await typeInto(host, "web1", "echo mem > /sys/power/state\n"); // its shell comes up a moment later
    await reached(host, "pmsuspended (unknown)");
    const { actions, warnings } = await work.plan();
    expect(actions).toEqual([]);
    expect(warnings.join()).toContain("web1 is asleep: its system suspended itself to memory");
    expect(await recordEvents(host, () => work.destroy())).toContain("started wakeup");
    expect(await host.virsh("list", "--all", "--name")).toBe("");
  });

  test("in a block job keeps the disk of that job, and the error says why", async ({ host }) => {
    await makeDisk(host);
    await write(busyDisk);
    await work.apply();
    await copyDisk(host, "web1");
    await write();
    const [error] = await work.failingApply();
    expect(error?.detail).toContain("a block job is running on the disk: a copy, a commit, a pull, a backup");
    expect(await host.virsh("domblklist", "web1")).toContain(DISK);
    await write(busyDisk);
    expect((await work.plan()).actions).toEqual([]);
  });

  test("ignoring its power button keeps running if it must not be turned off", async ({ host }) => {
    await write({ shutdown: "graceful-only", destroy: { shutdown: { timeout: 1 } }, update: { shutdown: { timeout: 1 } } });
    await work.apply();
    const before = await stateOf(host);
    await write({ shutdown: "graceful-only", memory: 96, destroy: { shutdown: { timeout: 1 } }, update: { shutdown: { timeout: 1 } } });
    const [error] = await work.failingApply();
    expect(error?.detail).toContain("CDKVM_GUEST_NOT_DOWN");
    expect(await stateOf(host)).toBe(before);
    await expect(work.destroy()).rejects.toThrow(/web1 is not down: no system was ever loaded in it/);
    expect(await stateOf(host)).toBe(before);
    await host.virsh("destroy", "web1");
  });
});
