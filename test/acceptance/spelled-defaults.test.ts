import { describe, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import { type Entry, type Outcome, runBatch } from "./change-batch.ts";

type Block = Record<string, unknown>;

/** What a configuration says of a running guest without it, and with libvirt's own default spelled out. */
interface Case {
  readonly name: string;
  readonly plain: Block;
  readonly spelled: Block;
}

const devices = (of: Block): Block => ({ devices: of });
const file = "/var/lib/libvirt/images/NAME.raw";
const disk = (more: Block = {}): Block => ({ source: { file: { file } }, target: { dev: "vda" }, ...more });
const vnc = (more: Block = {}): Block => ({ vnc: { auto_port: true, ...more } });
const video = (type: string, more: Block = {}): Block => devices({ graphics: [vnc()], videos: [{ model: { type, ...more } }] });
const nic = (more: Block = {}): Block => ({ mac: { address: "MAC" }, source: { network: { network: "lan" } }, ...more });
const os = (more: Block = {}): Block => ({ os: { type: "hvm", type_arch: "x86_64", type_machine: "q35", ...more } });
const pty = (more: Block = {}): Block => ({ source: { pty: {} }, ...more });

const cases: readonly Case[] = [
  { name: "on_poweroff", plain: {}, spelled: { on_poweroff: "destroy" } },
  { name: "on_reboot", plain: {}, spelled: { on_reboot: "restart" } },
  { name: "on_crash", plain: {}, spelled: { on_crash: "destroy" } },
  { name: "the clock", plain: {}, spelled: { clock: { offset: "utc" } } },
  { name: "memory that the balloon leaves", plain: {}, spelled: { current_memory: 64, current_memory_unit: "MiB" } },
  { name: "memory in another unit", plain: {}, spelled: { memory: 65536, memory_unit: "KiB" } },
  { name: "CPUs online, and their placement", plain: { vcpu: 2 }, spelled: { vcpu: 2, vcpu_current: 2, vcpu_placement: "static" } },
  { name: "the boot device", plain: {}, spelled: os({ boot_devices: [{ dev: "hd" }] }) },
  { name: "the machine's version", plain: {}, spelled: os({ type_machine: "pc-q35-7.2" }) },
  { name: "the emulator", plain: {}, spelled: devices({ emulator: "/usr/bin/qemu-system-x86_64" }) },
  { name: "how the CPU is checked", plain: {}, spelled: { cpu: { mode: "maximum", check: "none" } } },
  { name: "the CPU", plain: { cpu: undefined }, spelled: { cpu: { mode: "custom", match: "exact", check: "none", model: "qemu64", model_fallback: "forbid" } } }, // prettier-ignore
  { name: "the fallback of a CPU model", plain: { cpu: { mode: "custom", model: "qemu64" } }, spelled: { cpu: { mode: "custom", match: "exact", model: "qemu64", model_fallback: "allow" } } }, // prettier-ignore
  { name: "a disk's kind, driver and bus", plain: devices({ disks: [disk()] }), spelled: devices({ disks: [disk({ device: "disk", driver: { name: "qemu", type: "raw" }, target: { dev: "vda", bus: "virtio" } })] }) }, // prettier-ignore
  { name: "what becomes of a disk's discards", plain: devices({ disks: [disk()] }), spelled: devices({ disks: [disk({ driver: { name: "qemu", type: "raw", discard: "ignore" } })] }) }, // prettier-ignore
  { name: "a CD-ROM drive", plain: devices({ disks: [{ device: "cdrom", target: { dev: "sda", bus: "sata" } }] }), spelled: devices({ disks: [{ device: "cdrom", driver: { name: "qemu", type: "raw" }, target: { dev: "sda", bus: "sata" }, read_only: true }] }) }, // prettier-ignore
  { name: "a VGA card's heads and memory", plain: video("vga"), spelled: video("vga", { heads: 1, primary: "yes", vram: 16384 }) },
  { name: "a virtio card's heads", plain: video("virtio"), spelled: video("virtio", { heads: 1, primary: "yes" }) },
  { name: "the video card of a display", plain: devices({ graphics: [vnc()] }), spelled: video("cirrus") },
  { name: "a display's port", plain: devices({ graphics: [{ vnc: {} }] }), spelled: devices({ graphics: [vnc({ port: -1 })] }) },
  { name: "a display's address", plain: devices({ graphics: [vnc()] }), spelled: devices({ graphics: [vnc({ listen: "127.0.0.1" })] }) },
  { name: "a display's listener", plain: devices({ graphics: [vnc()] }), spelled: devices({ graphics: [vnc({ listen: "127.0.0.1", listeners: [{ address: { address: "127.0.0.1" } }] })] }) }, // prettier-ignore
  { name: "the memory balloon", plain: {}, spelled: devices({ mem_balloon: { model: "virtio" } }) },
  { name: "the controllers of the board", plain: {}, spelled: devices({ controllers: [{ type: "pci", index: 0, model: "pcie-root" }, { type: "sata", index: 0 }] }) }, // prettier-ignore
  { name: "the USB controller", plain: {}, spelled: devices({ controllers: [{ type: "usb", index: 0 }] }) },
  { name: "mouse and keyboard", plain: devices({ graphics: [vnc()] }), spelled: devices({ graphics: [vnc()], inputs: [{ type: "mouse", bus: "ps2" }, { type: "keyboard", bus: "ps2" }] }) }, // prettier-ignore
  {
    name: "a tablet's bus",
    plain: devices({ inputs: [{ type: "tablet" }] }),
    spelled: devices({ inputs: [{ type: "tablet", bus: "usb" }] }),
  },
  { name: "a watchdog's action", plain: devices({ watchdogs: [{ model: "i6300esb" }] }), spelled: devices({ watchdogs: [{ model: "i6300esb", action: "reset" }] }) }, // prettier-ignore
  { name: "a serial port", plain: devices({ serials: [pty()] }), spelled: devices({ serials: [pty({ target: { type: "isa-serial", port: 0, model: { name: "isa-serial" } } })] }) }, // prettier-ignore
  { name: "a console on the serial port", plain: devices({ serials: [pty()] }), spelled: devices({ serials: [pty()], consoles: [pty({ target: { type: "serial", port: 0 } })] }) }, // prettier-ignore
  { name: "the kind of a console", plain: devices({ consoles: [pty()] }), spelled: devices({ consoles: [pty({ target: { type: "serial", port: 0 } })] }) }, // prettier-ignore
  {
    name: "an interface's cable",
    plain: devices({ interfaces: [nic()] }),
    spelled: devices({ interfaces: [nic({ link: { state: "up" } })] }),
  },
  { name: "an interface's model", plain: devices({ interfaces: [nic()] }), spelled: devices({ interfaces: [nic({ model: { type: "rtl8139" } })] }) }, // prettier-ignore
  { name: "a TPM's model", plain: devices({ tpms: [{ backend: { emulator: {} } }] }), spelled: devices({ tpms: [{ model: "tpm-tis", backend: { emulator: {} } }] }) }, // prettier-ignore
  { name: "where sound goes", plain: devices({ sounds: [{ model: "ich9" }] }), spelled: devices({ sounds: [{ model: "ich9" }], audios: [{ id: 1, none: {} }] }) }, // prettier-ignore
  { name: "a panic device's model", plain: devices({ panics: [{}] }), spelled: devices({ panics: [{ model: "isa" }] }) },
];

const guest = (key: string, more: Block): Block => ({
  name: key,
  type: "qemu",
  memory: 64,
  memory_unit: "MiB",
  vcpu: 1,
  ...os(),
  cpu: { mode: "maximum" },
  running: true,
  destroy: { graceful: false },
  update: { shutdown: { timeout: 1 } },
  depends_on: ["libvirt_network.lan"],
  ...more,
});

const numbered = cases.map((one, index) => ({ one, key: `guest${index}` }));
const blockOf = (key: string, index: number, more: Block): Block =>
  JSON.parse(
    JSON.stringify(guest(key, more))
      .replaceAll("NAME", key)
      .replaceAll("MAC", `52:54:00:00:01:${(index + 16).toString(16)}`),
  ) as Block;

describeWithHosts("libvirt's defaults for a running guest", () => {
  const ways = [
    ["spelled out", "plain", "spelled"],
    ["no longer spelled out", "spelled", "plain"],
  ] as const;
  describe.for(ways)("%s", ([, from, to]) => {
    let outcomes: ReadonlyMap<string, Outcome> = new Map();
    test("run", { timeout: 300_000 }, async ({ host }) => {
      await host.exec("sh", ["-c", `cd /var/lib/libvirt/images && truncate -s 1M ${numbered.map(({ key }) => `${key}.raw`).join(" ")}`]);
      const entries = numbered.map(({ one, key }, index): Entry => ({
        type: "libvirt_domain",
        key,
        before: blockOf(key, index, one[from]),
        after: blockOf(key, index, one[to]),
      }));
      outcomes = await runBatch(host, entries, { libvirt_network: { lan: { name: "lan", bridge: { name: "lan0" } } } });
    });

    test.for(numbered.map(({ one, key }) => [one.name, key] as const))("%s: no restart, neither planned nor done", ([, key]) => {
      const found = outcomes.get(key);
      if (found === undefined) throw new Error("the batch did not come to an end");
      expect(found.errors).toEqual([]);
      expect(found.warnings).toEqual([]);
      expect(found.actions[0]).toBe("no-op");
      expect(found.actions[1]).toMatch(/^(no-op|update)$/);
      expect(found.actions[2]).toBe("no-op");
      expect(found.reviewed?.effect ?? "none").not.toBe("restart");
      expect(found.before?.pid).not.toBe("");
      expect(found.after?.pid).toBe(found.before?.pid);
    });
  });
});
