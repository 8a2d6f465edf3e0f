import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { type TinyGuest, tinyCmdline, tinyGuest } from "../../scripts/guests/tiny.ts";
import type { EngineError } from "../../engine/diagnostics.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { booted, serialLog } from "./booted.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

const STORE = "/var/lib/libvirt/store";
const MAC = "52:54:00:00:00:11";

function fleet(kernel: string, initrd: string): Record<string, Record<string, Block>> {
  const pool = "${libvirt_pool.store.name}";
  return {
    libvirt_pool: { store: { name: "store", type: "dir", target: { path: STORE } } },
    libvirt_volume: {
      root: { name: "root.qcow2", pool, capacity: 16, capacity_unit: "MiB", target: { format: { type: "qcow2" } } },
      spare: { name: "spare.qcow2", pool, capacity: 16, capacity_unit: "MiB", target: { format: { type: "qcow2" } } },
    },
    libvirt_network: {
      lan: {
        name: "lan",
        autostart: true,
        bridge: { name: "lan0" },
        ips: [
          {
            address: "10.67.0.1",
            prefix: 24,
            dhcp: { ranges: [{ start: "10.67.0.100", end: "10.67.0.199" }], hosts: [{ mac: MAC, ip: "10.67.0.11", name: "web1" }] },
          },
        ],
      },
    },
    libvirt_domain: {
      web1: {
        name: "web1",
        type: "qemu",
        memory: 192,
        memory_unit: "MiB",
        vcpu: 2,
        title: "Front end",
        cpu_tune: { shares: 512 },
        os: { type: "hvm", type_arch: "x86_64", type_machine: "q35", kernel, initrd, cmdline: tinyCmdline({ hostname: "web1" }) },
        features: { acpi: true },
        cpu: { mode: "maximum" },
        devices: {
          disks: [
            {
              driver: { name: "qemu", type: "qcow2" },
              source: { volume: { pool, volume: "${libvirt_volume.root.name}" } },
              target: { dev: "vda", bus: "virtio" },
              io_tune: { total_iops_sec: 500 },
            },
          ],
          serials: [serialLog("web1")],
          interfaces: [
            { mac: { address: MAC }, model: { type: "virtio" }, source: { network: { network: "${libvirt_network.lan.name}" } } },
          ],
        },
        running: true,
        autostart: false,
        destroy: { shutdown: { timeout: 1 } },
        update: { shutdown: { timeout: 1 } },
      },
    },
  };
}

const isObject = (value: unknown): value is Block => typeof value === "object" && value !== null && !Array.isArray(value);

/** Where two values differ, down to the lists: `devices.disks`. */
function differences(before: unknown, after: unknown, path = ""): string[] {
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      differences(before[key] ?? null, after[key] ?? null, path === "" ? key : `${path}.${key}`),
    );
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
}

/** What somebody does with virsh, what the plan has to say of it, and what has to be true again after apply. */
interface Drift {
  readonly what: string;
  readonly commands: readonly (readonly string[])[];
  /** What the definition gets in the place of what, in /run/edited.xml. */
  readonly edits?: readonly (readonly [RegExp, string])[];
  /** `update libvirt_domain.web1: devices.disks` */
  readonly planned: readonly string[];
  /** Comes true a moment after the commands: a guest lets go of a device in its own time. */
  readonly gone?: (host: Host) => Promise<void>;
  readonly healed?: (host: Host) => Promise<void>;
}

const has =
  (command: readonly string[], text: string | RegExp, times = true) =>
  async (host: Host): Promise<void> => {
    const output = await host.virsh(...command);
    if (times) expect(output).toMatch(text);
    else expect(output).not.toMatch(text);
  };

const drifts: readonly Drift[] = [
  {
    what: "a disk attached, in the running guest and in the definition",
    commands: [
      ["attach-disk", "web1", `${STORE}/spare.qcow2`, "vdb", "--subdriver", "qcow2", "--live"],
      ["attach-disk", "web1", `${STORE}/spare.qcow2`, "vdc", "--subdriver", "qcow2", "--config"],
    ],
    planned: ["update libvirt_domain.web1: devices.disks"],
    healed: async (host) => {
      await has(["dumpxml", "web1"], "spare.qcow2", false)(host);
      await has(["dumpxml", "--inactive", "web1"], "spare.qcow2", false)(host);
    },
  },
  {
    what: "a disk attached to the running guest alone",
    commands: [["attach-disk", "web1", `${STORE}/spare.qcow2`, "vdb", "--subdriver", "qcow2", "--live"]],
    planned: ["update libvirt_domain.web1: devices.disks"],
    healed: has(["dumpxml", "web1"], "spare.qcow2", false),
  },
  {
    what: "a disk attached at the next start",
    commands: [["attach-disk", "web1", `${STORE}/spare.qcow2`, "vdb", "--subdriver", "qcow2", "--config"]],
    planned: ["update libvirt_domain.web1: devices.disks"],
    healed: has(["dumpxml", "--inactive", "web1"], "spare.qcow2", false),
  },
  {
    what: "an interface detached at the next start",
    commands: [["detach-interface", "web1", "network", "--mac", MAC, "--config"]],
    planned: ["update libvirt_domain.web1: devices.interfaces"],
    healed: has(["domiflist", "web1", "--inactive"], MAC),
  },
  {
    what: "less memory",
    commands: [["setmem", "web1", "160M", "--live", "--config"]],
    planned: ["update libvirt_domain.web1: current_memory"],
    healed: has(["dumpxml", "--inactive", "web1"], "<currentMemory unit='KiB'>196608<"),
  },
  {
    what: "an interface detached",
    commands: [["detach-interface", "web1", "network", "--mac", MAC, "--live", "--config"]],
    gone: has(["domiflist", "web1"], MAC, false),
    planned: ["update libvirt_domain.web1: devices.interfaces"],
    healed: async (host) => {
      await has(["domiflist", "web1"], MAC)(host);
      await has(["domiflist", "web1", "--inactive"], MAC)(host);
    },
  },
  {
    what: "an interface detached from the running guest alone",
    commands: [["detach-interface", "web1", "network", "--mac", MAC, "--live"]],
    gone: has(["domiflist", "web1"], MAC, false),
    planned: ["update libvirt_domain.web1: devices.interfaces"],
    healed: has(["domiflist", "web1"], MAC),
  },
  {
    what: "another title and autostart",
    commands: [
      ["desc", "web1", "--config", "--live", "--title", "drifted"],
      ["autostart", "web1"],
    ],
    planned: ["update libvirt_domain.web1: autostart", "update libvirt_domain.web1: title"],
    healed: has(["dominfo", "web1"], /Autostart:\s+disable/),
  },
  {
    what: "a DHCP reservation deleted, another one added",
    commands: [
      ["net-update", "lan", "delete", "ip-dhcp-host", `<host mac='${MAC}' ip='10.67.0.11'/>`, "--live", "--config"],
      ["net-update", "lan", "add", "ip-dhcp-host", "<host mac='52:54:00:00:00:99' ip='10.67.0.99'/>", "--live", "--config"],
    ],
    planned: ["update libvirt_network.lan: ips"],
    healed: async (host) => {
      for (const flags of [[], ["--inactive"]]) {
        await has(["net-dumpxml", "lan", ...flags], MAC)(host);
        await has(["net-dumpxml", "lan", ...flags], "52:54:00:00:00:99", false)(host);
      }
    },
  },
  {
    what: "a DHCP reservation added to the running network alone",
    commands: [["net-update", "lan", "add", "ip-dhcp-host", "<host mac='52:54:00:00:00:98' ip='10.67.0.98'/>", "--live"]],
    planned: ["update libvirt_network.lan: ips"],
    healed: has(["net-dumpxml", "lan"], "52:54:00:00:00:98", false),
  },
  {
    what: "a network stopped",
    commands: [["net-destroy", "lan"]],
    planned: ["update libvirt_network.lan: active"],
    healed: has(["net-list"], /lan\s+active/),
  },
  {
    what: "a volume deleted",
    commands: [["vol-delete", "spare.qcow2", "--pool", "store"]],
    planned: ["create libvirt_volume.spare"],
    healed: has(["vol-list", "store"], "spare.qcow2"),
  },
  {
    what: "a pool stopped: its volumes stay in the state",
    commands: [["pool-destroy", "store"]],
    planned: ["update libvirt_pool.store: active"],
    healed: has(["pool-list"], /store\s+active/),
  },
  {
    what: "more memory at the next start",
    commands: [["setmaxmem", "web1", "256M", "--config"]],
    planned: ["current_memory", "memory"].map((name) => `update libvirt_domain.web1: ${name}`),
    healed: has(["dumpxml", "--inactive", "web1"], "<memory unit='KiB'>196608<"),
  },
  {
    what: "more virtual CPUs at the next start",
    commands: [
      ["setvcpus", "web1", "3", "--maximum", "--config"],
      ["setvcpus", "web1", "3", "--config"],
    ],
    planned: ["update libvirt_domain.web1: vcpu"],
    healed: has(["vcpucount", "web1", "--maximum", "--config"], /^2$/),
  },
  {
    what: "fewer virtual CPUs online at the next start",
    commands: [["setvcpus", "web1", "1", "--config"]],
    planned: ["update libvirt_domain.web1: vcpu_current"],
    healed: has(["vcpucount", "web1", "--current", "--config"], /^2$/),
  },
  {
    what: "another CPU at the next start",
    commands: [["define", "/run/edited.xml"]],
    edits: [[/<cpu mode='maximum'[^>]*\/>/, "<cpu mode='custom'><model>qemu64</model></cpu>"]],
    planned: ["update libvirt_domain.web1: cpu.mode"],
    healed: has(["dumpxml", "--inactive", "web1"], "mode='maximum'"),
  },
  {
    what: "the title in the running guest alone",
    commands: [["desc", "web1", "--live", "--title", "drifted"]],
    planned: ["update libvirt_domain.web1: title"],
    healed: has(["desc", "web1", "--title"], "Front end"),
  },
  {
    what: "CPU shares in the running guest alone",
    commands: [["schedinfo", "web1", "--live", "cpu_shares=300"]],
    planned: ["update libvirt_domain.web1: cpu_tune.shares"],
    healed: has(["schedinfo", "web1", "--live"], /cpu_shares\s*: 512/),
  },
  {
    what: "CPU shares at the next start",
    commands: [["schedinfo", "web1", "--config", "cpu_shares=300"]],
    planned: ["update libvirt_domain.web1: cpu_tune.shares"],
    healed: has(["schedinfo", "web1", "--config"], /cpu_shares\s*: 512/),
  },
  {
    what: "a virtual CPU pinned in the running guest alone",
    commands: [["vcpupin", "web1", "0", "1", "--live"]],
    planned: ["update libvirt_domain.web1: cpu_tune.vcpu_pin"],
    healed: has(["vcpupin", "web1", "--live"], /0\s+0-/),
  },
  {
    what: "a disk's limits in the running guest alone",
    commands: [["blkdeviotune", "web1", "vda", "--total-iops-sec", "50", "--live"]],
    planned: ["update libvirt_domain.web1: devices.disks"],
    healed: has(["blkdeviotune", "web1", "vda", "--live"], /total_iops_sec\s*: 500/),
  },
  {
    what: "a cable pulled in the running guest alone",
    commands: [["domif-setlink", "web1", MAC, "down"]],
    planned: ["update libvirt_domain.web1: devices.interfaces"],
    healed: has(["domif-getlink", "web1", MAC], "up"),
  },
  {
    what: "an interface on another network in the running guest alone",
    commands: [["update-device", "web1", "/run/elsewhere.xml", "--live"]],
    planned: ["update libvirt_domain.web1: devices.interfaces"],
    healed: has(["domiflist", "web1"], /network\s+lan\s/),
  },
  {
    what: "a guest stopped",
    commands: [["destroy", "web1"]],
    planned: ["update libvirt_domain.web1: id", "update libvirt_domain.web1: running"],
    healed: has(["domstate", "web1"], "running"),
  },
  {
    what: "a running guest undefined",
    commands: [["undefine", "web1"]],
    planned: ["update libvirt_domain.web1: id"],
    healed: has(["dominfo", "web1"], /State:\s+running[^]*Persistent:\s+yes/),
  },
  {
    what: "a guest stopped and undefined",
    commands: [["destroy", "web1"], ["undefine", "web1"]], // prettier-ignore
    planned: ["create libvirt_domain.web1"],
    healed: has(["domstate", "web1"], "running"),
  },
];

describeWithHosts("a change with virsh", () => {
  let guest: TinyGuest;
  let work: Workspace;
  const state = mkdtempSync(join(tmpdir(), "cdkvm-drift-"));
  beforeAll(async () => {
    process.env["XDG_STATE_HOME"] = state;
    guest = await tinyGuest();
  }, 300_000);
  afterAll(async () => {
    delete process.env["XDG_STATE_HOME"];
    rmSync(state, { recursive: true, force: true });
    await work?.remove();
  });

  /** The changes of a plan, each with the attributes that differ from the state. */
  async function planned(): Promise<{ changes: string[]; exitCode: number }> {
    const { file, exitCode } = await work.engine.plan();
    const { resourceChanges } = await work.engine.show(file);
    const changes = resourceChanges.flatMap(({ address, change }) => {
      const action = change.actions.join("-");
      if (action === "no-op") return [];
      if (action !== "update") return [`${action} ${address}`];
      const unknown = Object.entries(change.after_unknown ?? {}).flatMap(([name, is]) => (is === true ? [name] : []));
      return [...new Set([...differences(change.before, change.after), ...unknown])]
        .filter((path) => !path.endsWith("_unit")) // a unit goes with its number
        .map((path) => `update ${address}: ${path}`);
    });
    return { changes: changes.sort(), exitCode };
  }

  test("the fleet starts", { timeout: 120_000 }, async ({ host }) => {
    work = await Workspace.open(host.uri);
    await work.write(fleet(await host.put(guest.kernel), await host.put(guest.initrd)));
    await work.apply();
    expect(await planned()).toEqual({ changes: [], exitCode: 0 });
    const other = "<network><name>other</name><bridge name='oth0'/></network>";
    await host.exec("sh", ["-c", "cat >/run/other.xml && virsh -c qemu:///system net-create /run/other.xml"], { input: other });
    const nic = `<interface type='network'><mac address='${MAC}'/><source network='other'/><model type='virtio'/></interface>`;
    await host.exec("sh", ["-c", "cat >/run/elsewhere.xml"], { input: nic });
    await booted(host, "web1");
  });

  test.for(drifts)(
    "$what: detected by plan, reverted by apply",
    { timeout: 120_000 },
    async ({ what, commands, edits, gone, planned: wanted, healed }, { host }) => {
      const pid = async (): Promise<string> => (await host.exec("cat", ["/run/libvirt/qemu/web1.pid"], { mayFail: true })).stdout;
      const before = await pid();
      if (edits !== undefined) {
        const definition = await host.virsh("dumpxml", "--inactive", "--security-info", "web1");
        const input = edits.reduce((xml, [pattern, by]) => {
          expect(xml).toMatch(pattern);
          return xml.replace(pattern, by);
        }, definition);
        await host.exec("sh", ["-c", "cat >/run/edited.xml"], { input });
      }
      for (const command of commands) await host.virsh(...command);
      if (gone !== undefined) await vi.waitFor(() => gone(host), { timeout: 30_000, interval: 200 });
      const found = await planned();
      await work.apply(); // first, so that the next drift starts from the configuration in any case
      expect(found).toEqual({ changes: [...wanted], exitCode: 2 });
      expect(await planned()).toEqual({ changes: [], exitCode: 0 });
      await healed?.(host);
      if (!what.startsWith("a guest stopped")) expect(await pid(), "the guest was restarted").toBe(before);
    },
  );

  test("what cannot be read stays in the state, and is an error", { timeout: 120_000 }, async ({ host }) => {
    const before = await work.engine.statePull();
    await host.killLibvirtd();
    try {
      const errors = await work.failingPlan();
      expect(errors.map(({ detail }) => detail).join("\n")).toMatch(/CDKVM_SOCKET_REFUSED|CDKVM_SOCKET_MISSING/);
      await work.failingApply();
      expect(await work.engine.statePull()).toEqual(before);
    } finally {
      await host.startLibvirtd();
    }
    await host.virsh("pool-destroy", "store");
    await work.engine.apply({ targets: ["libvirt_network.lan"] });
    const { file } = await work.engine.plan({ refreshOnly: true });
    await work.engine.apply({ plan: file });
    expect(await work.engine.stateList()).toEqual(
      expect.arrayContaining(["libvirt_volume.root", "libvirt_volume.spare", "libvirt_pool.store"]),
    );
    await work.apply();
    expect(await planned()).toEqual({ changes: [], exitCode: 0 });
    await has(["vol-list", "store"], "root.qcow2")(host);
  });

  test("destroy removes all of it", { timeout: 60_000 }, async ({ host }) => {
    await work.destroy();
    expect(await host.virsh("list", "--all", "--name")).toBe("");
    expect((await host.exec("test", ["-e", STORE], { mayFail: true })).code).toBe(1);
  });

  test("destroy never deletes storage that cdkvm did not build, nor others' files in it", { timeout: 120_000 }, async ({ host }) => {
    const path = "/var/lib/libvirt/theirs";
    const digest = async (): Promise<string> => (await host.exec("sh", ["-c", `cd ${path} && sha256sum *`])).stdout;
    await host.exec("sh", ["-c", `mkdir -p ${path} && head -c 100000 /dev/urandom >${path}/theirs.img && echo kept >${path}/notes`]);
    const before = await digest();
    const pool = { name: "theirs", type: "dir", target: { path }, create: { build: true, start: true, autostart: true } };
    await work.write({
      libvirt_pool: { theirs: pool },
      libvirt_volume: { mine: { name: "mine.qcow2", pool: "${libvirt_pool.theirs.name}", capacity: 1, capacity_unit: "MiB" } },
    });
    await work.apply();
    await work.destroy();
    expect(await digest()).toBe(before);

    await work.write({ libvirt_pool: { theirs: { ...pool, destroy: { delete: true } } } });
    await work.apply();
    const failed = await work.engine.destroy().catch((error: EngineError) => error.explain());
    expect(failed).toContain("CDKVM_POOL_NOT_EMPTY");
    expect(await digest()).toBe(before);
    expect(await host.virsh("pool-list", "--name")).toContain("theirs");
    await work.write({ libvirt_pool: { theirs: pool } });
    await work.apply();
    await work.destroy();
    expect(await digest()).toBe(before);
    expect((await host.virsh("pool-list", "--all", "--name")).trim()).toBe("");
  });
});
