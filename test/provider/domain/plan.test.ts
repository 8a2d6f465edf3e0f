import { describe, expect, test } from "vitest";
import { planUpdate, type PlannedChange } from "../../../attributes/plan.ts";
import { complete } from "../../../attributes/complete.ts";
import { domain as table } from "../../../model/domain/index.ts";
import type { Values } from "../../../model/values.ts";
import { realRestarts, restartsOf } from "../../../provider/domain/planning/restarts.ts";
import { changeName } from "../../../attributes/names.ts";

const disk = (more: Values = {}): Values => ({
  device: "disk",
  source: { file: { file: "/a" } },
  target: { dev: "vda", bus: "virtio" },
  ...more,
});
const nic = (more: Values = {}): Values => ({
  mac: { address: "52:54:00:00:00:01" },
  source: { network: { network: "lan" } },
  model: { type: "virtio" },
  ...more,
});
const guest = (more: Values = {}): Values =>
  complete(table, { name: "web1", type: "qemu", memory: 1, memory_unit: "GiB", vcpu: 1, id: 1, uuid: "u", ...more });

function changes(before: Values, after: Values): { words: string; class: string }[] {
  const [prior, proposed] = [guest(before), guest(after)];
  const { planned, changes: found } = planUpdate(table, prior, proposed);
  return found.map((change: PlannedChange) => ({ words: changeName(table, change, prior, planned), class: change.change }));
}

describe("the class of a change and its description", () => {
  test.for([
    ["memory", {}, { memory: 2 }, "memory", "restart"],
    ["title", {}, { title: "x" }, "title", "live"],
    ["how to stop", {}, { destroy: { graceful: false } }, "destroy graceful", "none"],
    ["a new disk", { devices: { disks: [] } }, { devices: { disks: [disk()] } }, "disk vda added", "live"],
    ["a disk gone", { devices: { disks: [disk()] } }, { devices: { disks: [] } }, "disk vda removed", "live"],
    [
      "a disk's cache",
      { devices: { disks: [disk({ driver: { cache: "none" } })] } },
      { devices: { disks: [disk({ driver: { cache: "unsafe" } })] } },
      "disk vda cache",
      "restart",
    ],
    [
      "another file for a disk",
      { devices: { disks: [disk()] } },
      { devices: { disks: [disk({ source: { file: { file: "/b" } } })] } },
      "disk vda source",
      "restart",
    ],
    [
      "a disk's limits",
      { devices: { disks: [disk()] } },
      { devices: { disks: [disk({ io_tune: { read_iops_sec: 1 } })] } },
      "disk vda io tune read iops sec",
      "live",
    ],
    [
      "a medium",
      { devices: { disks: [disk({ device: "cdrom" })] } },
      { devices: { disks: [disk({ device: "cdrom", source: { file: { file: "/b" } } })] } },
      "CD-ROM vda media",
      "live",
    ],
    [
      "a network",
      { devices: { interfaces: [nic()] } },
      { devices: { interfaces: [nic({ source: { network: { network: "dmz" } } })] } },
      "interface 52:54:00:00:00:01 source",
      "live",
    ],
    [
      "an interface's model",
      { devices: { interfaces: [nic()] } },
      { devices: { interfaces: [nic({ model: { type: "e1000e" } })] } },
      "interface 52:54:00:00:00:01 model type",
      "restart",
    ],
  ] as const)("%s", ([, before, after, words, kind]) => {
    expect(changes(before as Values, after as Values)).toEqual([{ words, class: kind }]);
  });

  test("an interface that leaves the networks needs a restart", () => {
    const found = changes(
      { devices: { interfaces: [nic()] } },
      { devices: { interfaces: [nic({ source: { direct: { dev: "eth0", mode: "bridge" } } })] } },
    );
    expect(found.map((one) => one.class)).toContain("restart");
  });
});

describe("restarts", () => {
  const restarts = (before: Values, after: Values): number => {
    const [prior, proposed] = [guest(before), guest(after)];
    const { planned, changes: found } = planUpdate(table, prior, proposed);
    return restartsOf(prior, planned, found).length;
  };

  test("are planned only if the guest runs and is to keep running", () => {
    expect(restarts({}, { vcpu: 2 })).toBe(1);
    expect(restarts({ id: -1 }, { vcpu: 2 })).toBe(0);
    expect(restarts({ running: true }, { vcpu: 2, running: false })).toBe(0);
  });

  /** How many restarts are left of a change, where the running guest has these attributes. */
  const real = (before: Values, after: Values, live: Values): number => {
    const [prior, proposed] = [guest(before), guest(after)];
    const { planned, changes: found } = planUpdate(table, prior, proposed);
    const running: Values = { ...guest({ memory: null, memory_unit: null }), ...live };
    return realRestarts(restartsOf(prior, planned, found), prior, planned, { running, actual: running }).length;
  };

  test("are not planned for adding or removing an explicit default", () => {
    expect(real({}, { on_reboot: "restart" }, { on_reboot: "restart" })).toBe(0);
    expect(real({}, { on_reboot: "restart" }, { on_reboot: "destroy" })).toBe(1);
    expect(real({ on_reboot: "restart" }, {}, { on_reboot: "restart" })).toBe(0);
    expect(real({ on_reboot: "destroy" }, {}, { on_reboot: "destroy" })).toBe(1);
  });

  test("are planned for removing a value that differs from libvirt's default", () => {
    const watchdog = (action: string | null): Values => ({ devices: { watchdogs: [{ model: "i6300esb", action }] } });
    expect(real(watchdog("reset"), watchdog(null), watchdog("reset"))).toBe(0);
    expect(real(watchdog("poweroff"), watchdog(null), watchdog("poweroff"))).toBe(1);
    const usb = (model: string | null): Values => ({ devices: { controllers: [{ type: "usb", index: 0, model }] } });
    expect(real(usb(null), { devices: { controllers: [] } }, usb("qemu-xhci"))).toBe(0);
    expect(real(usb("none"), { devices: { controllers: [] } }, usb("none"))).toBe(1);
  });

  test("are planned for adding or removing a feature without attributes", () => {
    expect(real({}, { features: { apic: {} } }, {})).toBe(1);
    expect(real({}, { features: { apic: {} } }, { features: { apic: {} } })).toBe(0);
  });

  test("are not planned if only the definition drifted and the running guest already has the value", () => {
    expect(real({ vcpu: 4 }, { vcpu: 2 }, { vcpu: 2 })).toBe(0);
    expect(real({ vcpu: 4 }, { vcpu: 2 }, { vcpu: 4 })).toBe(1);
    const rng = { model: "virtio", backend: { random: "/dev/urandom" } };
    expect(real({ devices: { rngs: [rng] } }, { devices: { rngs: [] } }, { devices: {} })).toBe(0);
    expect(real({ devices: { rngs: [rng] } }, { devices: { rngs: [] } }, { devices: { rngs: [rng] } })).toBe(1);
  });
});
