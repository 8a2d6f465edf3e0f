import fc from "fast-check";
import type { ChangeClass } from "../../model/table.ts";
import type { Entry } from "./change-batch.ts";
import type { Block } from "./change-cases.ts";

/** An attribute that the property test draws: what it may be, and where that goes in the configuration. */
interface Knob {
  /** As `docs/changes.md` spells it. */
  readonly attribute: string;
  readonly change: ChangeClass;
  /** Absent is a value too. */
  readonly values: readonly unknown[];
  /** Only from an earlier value to a later one: a guest without a system gives nothing back. */
  readonly rises?: true;
  readonly put: (config: Block, value: unknown) => void;
}

/** One attribute changes from one configuration to the other. */
export interface Drawn extends Entry {
  readonly attribute: string;
  readonly change: ChangeClass;
  /** Whether it restarts this guest. */
  readonly restarts: boolean;
}

const ABSENT = undefined;

/** Sets what lies at a path, with the structures around it. */
function set(config: Block, path: readonly (string | number)[], value: unknown): void {
  const [step = "", ...rest] = path;
  if (rest.length === 0) config[step] = value;
  else set((config[step] ??= typeof rest[0] === "number" ? [] : {}) as Block, rest, value);
}

const at = (attribute: string, change: ChangeClass, values: readonly unknown[], ...path: readonly (string | number)[]): Knob => ({
  attribute,
  change,
  values,
  put: (config, value) => {
    if (value !== ABSENT) set(config, path.length > 0 ? path : attribute.split("."), value);
  },
});
const rising = (knob: Knob): Knob => ({ ...knob, rises: true });
/** An item more. */
const item = (attribute: string, change: ChangeClass, list: string, ...values: readonly Block[]): Knob => ({
  attribute,
  change,
  values: [ABSENT, ...values],
  put: (config, value) => {
    if (value === ABSENT) return;
    const devices = (config["devices"] ??= {}) as Record<string, unknown[]>;
    (devices[list] ??= []).push(value);
  },
});

const image = (name: string): Block => ({ file: { file: `/var/lib/libvirt/images/NAME-${name}.raw` } });

const guestKnobs: readonly Knob[] = [
  at("title", "live", [ABSENT, "Front end", "Ein <Titel> & mehr"]),
  at("description", "live", [ABSENT, "one line", "two\nlines"]),
  at("metadata.xml", "live", [ABSENT, '<a:b xmlns:a="urn:a"/>', '<a:b xmlns:a="urn:a"><a:c d="1"/></a:b><e:f xmlns:e="urn:e">g</e:f>']),
  at("memory", "restart", [64, 96, 100]),
  at("vcpu", "restart", [3, 4]),
  rising(at("vcpu_current", "live", [1, 2, 3])),
  at("cpu_tune.shares", "live", [ABSENT, 256, 2048]),
  at("cpu_tune.period", "live", [ABSENT, 20_000, 90_000]),
  at("cpu_tune.quota", "live", [ABSENT, 15_000, 80_000]),
  at("cpu_tune.vcpu_pin[]", "live", [ABSENT, [{ vcpu: 0, cpu_set: "0" }], [{ vcpu: 0, cpu_set: "1" }, { vcpu: 2, cpu_set: "0-1" }]], "cpu_tune", "vcpu_pin"), // prettier-ignore
  at("cpu_tune.emulator_pin.cpu_set", "live", [ABSENT, "0", "1"]),
  at("memory_tune.soft_limit", "live", [ABSENT, 500_000, 900_000]),
  at("block_io_tune.weight", "live", [ABSENT, 200, 800]),
  at("io_threads", "restart", [ABSENT, 1, 2]),
  at("memory_backing", "restart", [ABSENT, { memory_source: { type: "memfd" }, memory_access: { mode: "shared" } }]),
  at("sys_info[]", "restart", [ABSENT, [{ smbios: { system: { entry: [{ name: "product", value: "toaster" }] } } }]], "sys_info"),
  at("os.type_machine", "restart", ["q35", "pc"]),
  at("os.boot_menu", "restart", [ABSENT, { enable: "yes" }, { enable: "yes", timeout: "50" }]),
  at("os.boot_devices[]", "restart", [[{ dev: "hd" }], [{ dev: "cdrom" }, { dev: "hd" }]], "os", "boot_devices"),
  at("features.acpi", "restart", [ABSENT, true]),
  at("features.apic", "restart", [ABSENT, {}]),
  at("features.vm_port.state", "restart", [ABSENT, "off"]),
  at("cpu", "restart", [{ mode: "maximum" }, { mode: "custom", model: "qemu64" }, { mode: "custom", model: "Nehalem", features: [{ name: "aes", policy: "disable" }] }]), // prettier-ignore
  at("clock.offset", "restart", ["utc", "localtime"]),
  at("clock.timer[]", "restart", [ABSENT, [{ name: "rtc", tick_policy: "catchup" }], [{ name: "rtc", tick_policy: "delay" }, { name: "hpet", present: "no" }]], "clock", "timer"), // prettier-ignore
  at("on_reboot", "restart", ["restart", "destroy"]),
  at("on_crash", "restart", ["destroy", "restart", "preserve"]),
  at("pm.suspend_to_mem.enabled", "restart", [ABSENT, "no", "yes"]),
  at("autostart", "live", [false, true]),
  at("update.shutdown.timeout", "none", [1, 2]),
  at("devices.disks[].driver.cache", "restart", [ABSENT, "none", "unsafe"], "devices", "disks", 0, "driver", "cache"),
  at("devices.disks[].driver.discard", "restart", [ABSENT, "unmap", "ignore"], "devices", "disks", 0, "driver", "discard"),
  at("devices.disks[].serial", "restart", [ABSENT, "S1", "S2"], "devices", "disks", 0, "serial"),
  at("devices.disks[].source", "restart", [image("a"), image("b")], "devices", "disks", 0, "source"),
  at("devices.disks[].io_tune", "live", [ABSENT, { total_iops_sec: 100 }, { read_bytes_sec: 1_000_000, write_iops_sec: 50 }], "devices", "disks", 0, "io_tune"), // prettier-ignore
  at("devices.disks[].source", "live", [ABSENT, image("c"), image("d")], "devices", "disks", 1, "source"),
  rising(item("devices.disks[]", "live", "disks", { source: image("e"), driver: { type: "raw" }, target: { dev: "vdc", bus: "virtio" } })),
  at("devices.interfaces[].source", "live", ["one", "two"].map((network) => ({ network: { network } })), "devices", "interfaces", 0, "source"), // prettier-ignore
  at("devices.interfaces[].link.state", "live", ["up", "down"], "devices", "interfaces", 0, "link", "state"),
  at("devices.interfaces[].model.type", "restart", ["virtio", "e1000"], "devices", "interfaces", 0, "model", "type"),
  rising(item("devices.interfaces[]", "live", "interfaces", { mac: { address: "MAC2" }, source: { network: { network: "one" } }, model: { type: "virtio" } })), // prettier-ignore
  at("devices.graphics[].vnc.passwd", "live", ["first", "second"], "devices", "graphics", 0, "vnc", "passwd"),
  at("devices.graphics[].vnc.listen", "restart", ["127.0.0.1", "0.0.0.0"], "devices", "graphics", 0, "vnc", "listen"),
  at("devices.graphics[].vnc.keymap", "restart", [ABSENT, "de", "en-us"], "devices", "graphics", 0, "vnc", "keymap"),
  at("devices.videos[].model", "restart", [{ type: "vga" }, { type: "virtio" }, { type: "cirrus" }], "devices", "videos", 0, "model"),
  item("devices.sounds[]", "restart", "sounds", { model: "ich9" }, { model: "ac97" }),
  item("devices.inputs[]", "restart", "inputs", { type: "tablet", bus: "usb" }),
  item("devices.channels[]", "restart", "channels", { source: { unix: {} }, target: { virt_io: { name: "org.qemu.guest_agent.0" } } }),
  item("devices.serials[]", "restart", "serials", { source: { file: { path: "/var/log/libvirt/NAME.log" } }, target: { type: "isa-serial", port: 0 } }), // prettier-ignore
  item("devices.rngs[]", "restart", "rngs", { model: "virtio", backend: { random: "/dev/urandom" } }),
  item("devices.watchdogs[]", "restart", "watchdogs", { model: "i6300esb", action: "reset" }),
  at("devices.mem_balloon.stats.period", "live", [ABSENT, 5, 10]),
  at("devices.mem_balloon.auto_deflate", "restart", [ABSENT, "on"]),
  item("devices.tpms[]", "restart", "tpms", { model: "tpm-tis", backend: { emulator: { version: "2.0" } } }),
];

const networkKnobs: readonly Knob[] = [
  at("ips[].dhcp.ranges[]", "live", [[{ start: "SUBNET.100", end: "SUBNET.150" }], [{ start: "SUBNET.50", end: "SUBNET.60" }]], "ips", 0, "dhcp", "ranges"), // prettier-ignore
  at("ips[].dhcp.hosts[]", "live", [ABSENT, [{ mac: "MAC1", ip: "SUBNET.10", name: "a" }], [{ mac: "MAC1", ip: "SUBNET.11", name: "a" }, { mac: "MAC2", ip: "SUBNET.12" }]], "ips", 0, "dhcp", "hosts"), // prettier-ignore
  at("dns.host[]", "live", [ABSENT, [{ ip: "SUBNET.5", hostnames: [{ hostname: "nas" }] }], [{ ip: "SUBNET.5", hostnames: [{ hostname: "nas" }, { hostname: "git" }] }]], "dns", "host"), // prettier-ignore
  at("dns.tx_ts[]", "live", [ABSENT, [{ name: "note", value: "one" }], [{ name: "note", value: "two" }]], "dns", "tx_ts"),
  at("port_groups[]", "live", [ABSENT, [{ name: "guests", default: "yes" }], [{ name: "guests" }, { name: "more" }]], "port_groups"),
  at("mtu.size", "restart", [1400, 1450]),
  at("domain.name", "restart", [ABSENT, "lab.example", "other.example"]),
  at("autostart", "live", [false, true]),
];
const volumeKnobs: readonly Knob[] = [
  rising(at("capacity", "live", [16, 24, 64])),
  at("target.format.type", "replace", ["qcow2", "raw"]),
  at("name", "replace", ["NAME", "NAME.img"]),
];
const poolKnobs: readonly Knob[] = [
  at("create.autostart", "live", [false, true]),
  at("destroy.delete", "none", [ABSENT, false]),
  at("target.permissions.mode", "restart", ["0711", "0755"]),
];

/** The attributes that {@link drawn} changes. */
export const drawnAttributes: readonly { readonly type: string; readonly attribute: string; readonly change: ChangeClass }[] = [
  ...guestKnobs.map((one) => ({ type: "libvirt_domain", ...one })),
  ...networkKnobs.map((one) => ({ type: "libvirt_network", ...one })),
  ...volumeKnobs.map((one) => ({ type: "libvirt_volume", ...one })),
  ...poolKnobs.map((one) => ({ type: "libvirt_pool", ...one })),
];

function plain(type: string, running: boolean): Block {
  switch (type) {
    case "libvirt_domain":
      return {
        name: "NAME",
        type: "qemu",
        memory_unit: "MiB",
        running,
        os: { type: "hvm", type_arch: "x86_64" },
        destroy: { graceful: false },
        devices: {
          disks: [
            { device: "disk", driver: { name: "qemu", type: "raw" }, target: { dev: "vda", bus: "virtio" } },
            { device: "cdrom", driver: { name: "qemu", type: "raw" }, target: { dev: "sdb", bus: "sata" }, read_only: true },
          ],
          interfaces: [{ mac: { address: "MAC1" } }],
          graphics: [{ vnc: { auto_port: true } }],
          mem_balloon: { model: "virtio" },
        },
        depends_on: ["libvirt_network.one", "libvirt_network.two"],
      };
    case "libvirt_network":
      return { name: "NAME", ips: [{ address: "SUBNET.1", prefix: 24 }] };
    case "libvirt_volume":
      return { pool: "vols", capacity_unit: "MiB", depends_on: ["libvirt_pool.vols"] };
    default:
      return { name: "NAME", type: "dir", target: { path: "/var/lib/libvirt/NAME" } };
  }
}

/** By the class of the attribute; but a PC without ACPI takes no PCI device as it runs. */
function restartsIn(guest: Block, { attribute, change }: Knob): boolean {
  const isPlug = attribute === "devices.disks[]" || attribute === "devices.interfaces[]";
  const { running, os, features } = guest as { running?: boolean; os?: { type_machine?: string }; features?: Block };
  const plugs = os?.type_machine !== "pc" || features?.["acpi"] === true;
  return running === true && (change === "restart" || (isPlug && !plugs));
}

function drawnOf(type: string, knobs: readonly Knob[]): fc.Arbitrary<Omit<Drawn, "key">> {
  const choices = fc.tuple(...knobs.map(({ values }) => fc.nat(values.length - 1)));
  const turned = fc.nat(knobs.length - 1).chain((which) => {
    const last = (knobs[which]?.values.length ?? 1) - 1;
    return fc.record({ which: fc.constant(which), from: fc.nat(last - 1), by: fc.integer({ min: 1, max: last }) });
  });
  return fc
    .record({ choices, turned, running: fc.integer({ min: 0, max: 4 }) })
    .map(({ choices: picks, turned: { which, from, by }, running }) => {
      // prettier-ignore
      const knob = knobs[which] as Knob;
      const to = knob.rises ? Math.min(from + by, knob.values.length - 1) : (from + by) % knob.values.length;
      const build = (pick: number): Block => {
        const config = plain(type, running > 0);
        knobs.forEach((one, index) => one.put(config, structuredClone(one.values[index === which ? pick : (picks[index] ?? 0)])));
        return config;
      };
      const before = build(from);
      return { type, attribute: knob.attribute, change: knob.change, restarts: restartsIn(before, knob), before, after: build(to) };
    });
}

/** The blocks with a resource's own names in them. */
function named<T>(value: T, key: string, number: number): T {
  const hex = number.toString(16).padStart(2, "0");
  const text = JSON.stringify(value)
    .replaceAll("NAME", key)
    .replaceAll("MAC1", `52:54:00:00:${hex}:01`)
    .replaceAll("MAC2", `52:54:00:00:${hex}:02`)
    .replaceAll("SUBNET", `10.90.${number}`);
  return JSON.parse(text) as T;
}

/** What fits into one stack: guests, networks, volumes and a pool. */
export const drawn: fc.Arbitrary<readonly Drawn[]> = fc
  .tuple(
    fc.array(drawnOf("libvirt_domain", guestKnobs), { minLength: 12, maxLength: 12 }),
    fc.array(drawnOf("libvirt_network", networkKnobs), { minLength: 3, maxLength: 3 }),
    fc.array(drawnOf("libvirt_volume", volumeKnobs), { minLength: 2, maxLength: 2 }),
    fc.array(drawnOf("libvirt_pool", poolKnobs), { minLength: 1, maxLength: 1 }),
  )
  .map((parts) =>
    parts.flat().map((one, index) => {
      const key = `${one.type.replace("libvirt_", "")}${index}`;
      return { ...named(one, key, index), key };
    }),
  );
