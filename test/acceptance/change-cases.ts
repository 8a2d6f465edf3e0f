/**
 * What a change of an attribute does, case by case: `change-cases.test.ts` proves each on a real host, and
 * `scripts/generate-reference.ts` names them in `docs/changes.md`.
 *
 * In the blocks `NAME` stands for the resource's own name, `MAC1` and `MAC2` for two MAC addresses of its own. Files
 * `NAME-a.raw` and `NAME-b.raw` and networks `one` and `two` are there.
 */
import type { ChangeClass } from "../../model/table.ts";

export type Block = Record<string, unknown>;

/** Traffic shaping: sch_htb, sch_sfq. Locked memory: libvirtd may raise the limit of it, as for a guest that starts with a hard limit. */
export type Need = "traffic shaping" | "/dev/vhost-vsock" | "locked memory";

export interface ChangeCase {
  /** A sentence, what is changed. */
  readonly name: string;
  readonly type: "libvirt_domain" | "libvirt_network" | "libvirt_pool" | "libvirt_volume" | "libvirt_cloudinit_disk";
  /** As `docs/changes.md` spells it: `devices.disks[].driver.cache`. */
  readonly attribute: string;
  /** Others that change with it. */
  readonly also?: readonly string[];
  readonly change: ChangeClass;
  /** What the configuration has beyond a plain one, before and after. */
  readonly before: Block;
  readonly after: Block;
  /** What not every host's kernel has. */
  readonly needs?: Need;
  /** The guest needs a kernel that answers: to give memory back, to let go of a device. */
  readonly boots?: true;
  /** Parts of libvirt's XML after the change, of what runs and of the definition. */
  readonly shows?: readonly string[];
  /** Parts that are gone from both. */
  readonly hides?: readonly string[];
}

type Of = Omit<ChangeCase, "type" | "change">;

const images = "/var/lib/libvirt/images";
const file = (name: string): Block => ({ source: { file: { file: `${images}/NAME-${name}.raw` } } });
const disk = (more: Block = {}): Block => ({
  device: "disk",
  driver: { name: "qemu", type: "raw" },
  ...file("a"),
  target: { dev: "vda", bus: "virtio" },
  ...more,
});
const cdrom = (more: Block = {}): Block => ({
  device: "cdrom",
  driver: { name: "qemu", type: "raw" },
  target: { dev: "sda", bus: "sata" },
  read_only: true,
  ...more,
});
const nic = (more: Block = {}): Block => ({
  mac: { address: "MAC1" },
  source: { network: { network: "one" } },
  model: { type: "virtio" },
  ...more,
});
const disks = (...all: readonly Block[]): Block => ({ devices: { disks: all } });
const nics = (...all: readonly Block[]): Block => ({ devices: { interfaces: all } });
const vnc = (more: Block = {}): Block => ({ devices: { graphics: [{ vnc: { auto_port: true, ...more } }] } });
const device = (name: string, ...all: readonly Block[]): Block => ({ devices: { [name]: all } });
const os = (more: Block = {}): Block => ({ os: { type: "hvm", type_arch: "x86_64", type_machine: "q35", ...more } });

const liveGuests: readonly Of[] = [
  { name: "the title", attribute: "title", before: { title: "one" }, after: { title: "two" }, shows: ["<title>two</title>"] },
  { name: "a description", attribute: "description", before: {}, after: { description: "new" }, shows: ["<description>new</description>"] },
  {
    name: "metadata of a program",
    attribute: "metadata.xml",
    before: { metadata: { xml: '<a:b xmlns:a="urn:a"/>' } },
    after: { metadata: { xml: '<a:b xmlns:a="urn:a"><a:c/></a:b><d:e xmlns:d="urn:d"/>' } },
    shows: ["<a:c/>", "urn:d"],
  },
  {
    name: "memory within the maximum, given back",
    attribute: "current_memory",
    also: ["current_memory_unit"],
    boots: true,
    before: { memory: 192 },
    after: { memory: 192, current_memory: 160, current_memory_unit: "MiB" },
    shows: ["<currentMemory unit='KiB'>163840</currentMemory>"],
  },
  {
    name: "virtual CPUs within the maximum",
    attribute: "vcpu_current",
    before: { vcpu: 3, vcpu_current: 1 },
    after: { vcpu: 3, vcpu_current: 2 },
    shows: ["current='2'>3</vcpu>"],
  },
  {
    name: "all virtual CPUs",
    attribute: "vcpu_current",
    before: { vcpu: 2, vcpu_current: 1 },
    after: { vcpu: 2 },
    shows: [">2</vcpu>"],
    hides: ["current="],
  },
  {
    name: "CPU shares",
    attribute: "cpu_tune.shares",
    before: { cpu_tune: { shares: 256 } },
    after: { cpu_tune: { shares: 512 } },
    shows: ["<shares>512</shares>"],
  },
  {
    name: "CPU quotas",
    attribute: "cpu_tune.quota",
    also: ["cpu_tune.period", "cpu_tune.global_period", "cpu_tune.global_quota", "cpu_tune.emulator_period", "cpu_tune.emulator_quota"],
    before: {},
    after: {
      cpu_tune: {
        period: 50000,
        quota: 40000,
        global_period: 60000,
        global_quota: 55000,
        emulator_period: 70000,
        emulator_quota: 35000,
      },
    },
    shows: [
      "<period>50000</period>",
      "<quota>40000</quota>",
      "<global_quota>55000</global_quota>",
      "<emulator_period>70000</emulator_period>",
      "<emulator_quota>35000</emulator_quota>",
    ],
  },
  {
    name: "the host CPUs of a virtual CPU",
    attribute: "cpu_tune.vcpu_pin[]",
    before: { vcpu: 2, cpu_tune: { vcpu_pin: [{ vcpu: 0, cpu_set: "0" }] } },
    after: { vcpu: 2, cpu_tune: { vcpu_pin: [{ vcpu: 0, cpu_set: "1" }, { vcpu: 1, cpu_set: "0" }] } }, // prettier-ignore
    shows: ["<vcpupin vcpu='0' cpuset='1'/>", "<vcpupin vcpu='1' cpuset='0'/>"],
  },
  {
    name: "the host CPUs of the emulator",
    attribute: "cpu_tune.emulator_pin.cpu_set",
    before: {},
    after: { cpu_tune: { emulator_pin: { cpu_set: "1" } } },
    shows: ["<emulatorpin cpuset='1'/>"],
  },
  {
    name: "the host CPUs of an I/O thread",
    attribute: "cpu_tune.io_thread_pin[]",
    before: { io_threads: 1 },
    after: { io_threads: 1, cpu_tune: { io_thread_pin: [{ io_thread: 1, cpu_set: "0" }] } },
    shows: ["<iothreadpin iothread='1' cpuset='0'/>"],
  },
  {
    name: "memory limits",
    attribute: "memory_tune.soft_limit",
    before: { memory_tune: { soft_limit: 1, soft_limit_unit: "GiB" } },
    after: { memory_tune: { soft_limit: 2, soft_limit_unit: "GiB" } },
    shows: ["<soft_limit unit='KiB'>2097152</soft_limit>"],
  },
  {
    name: "the most memory that QEMU itself may take",
    attribute: "memory_tune.hard_limit",
    before: {},
    after: { memory_tune: { hard_limit: 3, hard_limit_unit: "GiB" } },
    shows: ["<hard_limit unit='KiB'>3145728</hard_limit>"],
  },
  {
    name: "more memory for QEMU itself",
    attribute: "memory_tune.hard_limit",
    needs: "locked memory",
    before: { memory_tune: { hard_limit: 2, hard_limit_unit: "GiB" } },
    after: { memory_tune: { hard_limit: 3, hard_limit_unit: "GiB" } },
    shows: ["<hard_limit unit='KiB'>3145728</hard_limit>"],
  },
  {
    name: "a memory limit taken away",
    attribute: "memory_tune.soft_limit",
    also: ["memory_tune.soft_limit_unit"],
    before: { memory_tune: { soft_limit: 1, soft_limit_unit: "GiB" } },
    after: {},
    hides: ["soft_limit"],
  },
  {
    name: "limits of block I/O",
    attribute: "block_io_tune.weight",
    before: { block_io_tune: { weight: 300 } },
    after: { block_io_tune: { weight: 500 } },
    shows: ["<weight>500</weight>"],
  },
  { name: "a disk plugged in", attribute: "devices.disks[]", before: {}, after: disks(disk()), shows: ["NAME-a.raw", "dev='vda'"] },
  {
    name: "a disk unplugged",
    attribute: "devices.disks[]",
    boots: true,
    before: disks(disk(), disk({ ...file("b"), target: { dev: "vdb", bus: "virtio" } })),
    after: disks(disk()),
    shows: ["NAME-a.raw"],
    hides: ["NAME-b.raw"],
  },
  {
    name: "a medium changed",
    attribute: "devices.disks[].source",
    before: disks(cdrom(file("a"))),
    after: disks(cdrom(file("b"))),
    shows: ["NAME-b.raw"],
    hides: ["NAME-a.raw"],
  },
  {
    name: "a medium put in",
    attribute: "devices.disks[].source",
    before: disks(cdrom()),
    after: disks(cdrom(file("a"))),
    shows: ["NAME-a.raw"],
  },
  {
    name: "a medium taken out",
    attribute: "devices.disks[].source",
    before: disks(cdrom(file("a"))),
    after: disks(cdrom()),
    shows: ["device='cdrom'"],
    hides: ["NAME-a.raw"],
  },
  {
    name: "a disk's limits",
    attribute: "devices.disks[].io_tune",
    before: disks(disk({ io_tune: { read_bytes_sec: 1000000 } })),
    after: disks(disk({ io_tune: { total_iops_sec: 100, total_iops_sec_max: 200 } })),
    shows: ["<total_iops_sec>100</total_iops_sec>", "<total_iops_sec_max>200</total_iops_sec_max>"],
    hides: ["read_bytes_sec"],
  },
  { name: "an interface plugged in", attribute: "devices.interfaces[]", before: {}, after: nics(nic()), shows: ["MAC1"] },
  {
    name: "an interface unplugged",
    attribute: "devices.interfaces[]",
    boots: true,
    before: nics(nic(), nic({ mac: { address: "MAC2" } })),
    after: nics(nic()),
    shows: ["MAC1"],
    hides: ["MAC2"],
  },
  {
    name: "another MAC address",
    attribute: "devices.interfaces[]",
    boots: true,
    before: nics(nic()),
    after: nics(nic({ mac: { address: "MAC2" } })),
    shows: ["MAC2"],
    hides: ["MAC1"],
  },
  {
    name: "a cable pulled",
    attribute: "devices.interfaces[].link.state",
    before: nics(nic()),
    after: nics(nic({ link: { state: "down" } })),
    shows: ["<link state='down'/>"],
  },
  {
    name: "a cable plugged in again",
    attribute: "devices.interfaces[].link.state",
    before: nics(nic({ link: { state: "down" } })),
    after: nics(nic()),
    shows: ["MAC1"],
    hides: ["<link state='down'/>"],
  },
  {
    name: "an interface on another network",
    attribute: "devices.interfaces[].source",
    before: nics(nic()),
    after: nics(nic({ source: { network: { network: "two" } } })),
    shows: ["<source network='two'"],
    hides: ["<source network='one'"],
  },
  {
    name: "an interface on a bridge instead of a network",
    attribute: "devices.interfaces[].source",
    before: nics(nic()),
    after: nics(nic({ source: { bridge: { bridge: "two0" } } })),
    shows: ["<source bridge='two0'/>"],
    hides: ["<source network='one'"],
  },
  {
    name: "an interface's bandwidth",
    attribute: "devices.interfaces[].bandwidth",
    needs: "traffic shaping",
    before: nics(nic({ bandwidth: { inbound: { average: 1000 } } })),
    after: nics(nic({ bandwidth: { inbound: { average: 2000, peak: 4000 }, outbound: { average: 500 } } })),
    shows: ["<inbound average='2000' peak='4000'/>", "<outbound average='500'/>"],
  },
  {
    name: "a display's password",
    attribute: "devices.graphics[].vnc.passwd",
    before: vnc({ passwd: "first" }),
    after: vnc({ passwd: "second" }),
    shows: ["passwd='second'"],
  },
  {
    name: "until when a display's password holds",
    attribute: "devices.graphics[].vnc.passwd_valid_to",
    before: vnc({ passwd: "first" }),
    after: vnc({ passwd: "first", passwd_valid_to: "2040-01-02T03:04:05" }),
    shows: ["passwdValidTo='2040-01-02T03:04:05'"],
  },
  {
    name: "how often memory statistics are taken",
    attribute: "devices.mem_balloon.stats.period",
    before: { devices: { mem_balloon: { model: "virtio", stats: { period: 10 } } } },
    after: { devices: { mem_balloon: { model: "virtio", stats: { period: 5 } } } },
    shows: ["<stats period='5'/>"],
  },
  {
    name: "a memory module plugged in",
    attribute: "devices.memorydevs[]",
    before: {
      maximum_memory: 512,
      maximum_memory_unit: "MiB",
      maximum_memory_slots: 2,
      features: { acpi: true },
      cpu: { mode: "maximum", numa: { cell: [{ id: 0, cpus: "0", memory: 64, unit: "MiB" }] } },
    },
    after: {
      maximum_memory: 512,
      maximum_memory_unit: "MiB",
      maximum_memory_slots: 2,
      features: { acpi: true },
      cpu: { mode: "maximum", numa: { cell: [{ id: 0, cpus: "0", memory: 64, unit: "MiB" }] } },
      devices: { memorydevs: [{ model: "dimm", target: { size: 128, size_unit: "MiB", node: 0 } }] },
    },
    shows: ["<memory model='dimm'", "<size unit='KiB'>131072</size>"],
  },
  { name: "whether the guest starts with the host", attribute: "autostart", before: {}, after: { autostart: true } },
];

const restartedGuests: readonly Of[] = [
  { name: "the name", attribute: "name", before: {}, after: { name: "NAME-renamed" }, shows: ["<name>NAME-renamed</name>"] },
  {
    name: "memory beyond the maximum",
    attribute: "memory",
    before: {},
    after: { memory: 96 },
    shows: ["<memory unit='KiB'>98304</memory>"],
  },
  { name: "virtual CPUs beyond the maximum", attribute: "vcpu", before: {}, after: { vcpu: 2 }, shows: [">2</vcpu>"] },
  { name: "the host CPUs of all virtual CPUs", attribute: "vcpu_cpuset", before: {}, after: { vcpu_cpuset: "0" }, shows: ["cpuset='0'"] },
  { name: "the number of I/O threads", attribute: "io_threads", before: {}, after: { io_threads: 2 }, shows: ["<iothreads>2</iothreads>"] },
  {
    name: "shared memory",
    attribute: "memory_backing.memory_access.mode",
    also: ["memory_backing.memory_source.type"],
    before: {},
    after: { memory_backing: { memory_source: { type: "memfd" }, memory_access: { mode: "shared" } } },
    shows: ["<source type='memfd'/>", "<access mode='shared'/>"],
  },
  { name: "another machine", attribute: "os.type_machine", before: {}, after: os({ type_machine: "pc" }), shows: ["machine='pc-i440fx-"] },
  { name: "the boot order", attribute: "os.boot_devices", before: {}, after: os({ boot_devices: [{ dev: "network" }, { dev: "hd" }] }), shows: ["<boot dev='network'/>"] }, // prettier-ignore
  { name: "the boot menu", attribute: "os.boot_menu.enable",
    also: ["os.boot_menu.timeout"], before: {}, after: os({ boot_menu: { enable: "yes", timeout: "100" } }), shows: ["<bootmenu enable='yes' timeout='100'/>"] }, // prettier-ignore
  {
    name: "another firmware",
    attribute: "os.firmware",
    before: { features: { acpi: true } },
    after: { features: { acpi: true }, ...os({ firmware: "efi" }) },
  },
  {
    name: "what the firmware tells of the machine",
    attribute: "sys_info[]",
    also: ["os.sm_bios"],
    before: {},
    after: {
      sys_info: [{ smbios: { system: { entry: [{ name: "product", value: "toaster" }] } } }],
      ...os({ sm_bios: { mode: "sysinfo" } }),
    },
    shows: ["<entry name='product'>toaster</entry>"],
  },
  {
    name: "the CPU's model",
    attribute: "cpu.model",
    also: ["cpu.mode"],
    before: {},
    after: { cpu: { mode: "custom", model: "qemu64" } },
    shows: [">qemu64</model>"],
  },
  { name: "the CPU's topology", attribute: "cpu.topology", before: { vcpu: 2 }, after: { vcpu: 2, cpu: { mode: "maximum", topology: { sockets: 1, cores: 2, threads: 1 } } }, shows: ["cores='2' threads='1'"] }, // prettier-ignore
  {
    name: "a feature of the machine",
    attribute: "features.acpi",
    also: ["features.apic"],
    before: {},
    after: { features: { acpi: true, apic: {} } },
    shows: ["<acpi/>", "<apic/>"],
  },
  { name: "the clock", attribute: "clock.offset",
    also: ["clock.timer[]"], before: {}, after: { clock: { offset: "localtime", timer: [{ name: "rtc", tick_policy: "catchup" }] } }, shows: ["<clock offset='localtime'>"] }, // prettier-ignore
  {
    name: "what a reboot does",
    attribute: "on_reboot",
    before: {},
    after: { on_reboot: "destroy" },
    shows: ["<on_reboot>destroy</on_reboot>"],
  },
  {
    name: "sleep states",
    attribute: "pm",
    before: {},
    after: { pm: { suspend_to_mem: { enabled: "no" } } },
    shows: ["<suspend-to-mem enabled='no'/>"],
  },
  {
    name: "a disk's cache",
    attribute: "devices.disks[].driver.cache",
    before: disks(disk()),
    after: disks(disk({ driver: { name: "qemu", type: "raw", cache: "unsafe" } })),
    shows: ["cache='unsafe'"],
  },
  { name: "another file behind a hard disk", attribute: "devices.disks[].source", before: disks(disk()), after: disks(disk(file("b"))), shows: ["NAME-b.raw"], hides: ["NAME-a.raw"] }, // prettier-ignore
  { name: "a disk's bus", attribute: "devices.disks[].target.bus", before: disks(disk()), after: disks(disk({ target: { dev: "vda", bus: "sata" } })), shows: ["dev='vda' bus='sata'"] }, // prettier-ignore
  { name: "a disk's serial number", attribute: "devices.disks[].serial", before: disks(disk()), after: disks(disk({ serial: "S1" })), shows: ["<serial>S1</serial>"] }, // prettier-ignore
  { name: "a disk's place in the boot order", attribute: "devices.disks[].boot.order", before: disks(disk()), after: disks(disk({ boot: { order: 1 } })), shows: ["<boot order='1'/>"] }, // prettier-ignore
  { name: "an interface's model", attribute: "devices.interfaces[].model.type", before: nics(nic()), after: nics(nic({ model: { type: "e1000e" } })), shows: ["MAC1", "<model type='e1000e'/>"] }, // prettier-ignore
  { name: "an interface's place in the boot order", attribute: "devices.interfaces[].boot.order", before: nics(nic()), after: nics(nic({ boot: { order: 1 } })), shows: ["<boot order='1'/>"] }, // prettier-ignore
  { name: "an interface off the networks", attribute: "devices.interfaces[].source", before: nics(nic()), after: nics(nic({ source: { user: {} } })), shows: ["MAC1", "<interface type='user'>"], hides: ["<source network='one'"] }, // prettier-ignore
  { name: "an interface's MTU", attribute: "devices.interfaces[].mtu.size", before: nics(nic()), after: nics(nic({ mtu: { size: 1400 } })), shows: ["<mtu size='1400'/>"] }, // prettier-ignore
  { name: "a controller", attribute: "devices.controllers[]", before: {}, after: device("controllers", { type: "scsi", model: "virtio-scsi", index: 0 }), shows: ["<controller type='scsi' index='0' model='virtio-scsi'>"] }, // prettier-ignore
  { name: "a video card", attribute: "devices.videos[]", before: vnc(), after: { devices: { ...(vnc()["devices"] as Block), videos: [{ model: { type: "virtio" } }] } }, shows: ["<model type='virtio' heads='1' primary='yes'/>"] }, // prettier-ignore
  { name: "a display's address", attribute: "devices.graphics[].vnc.listen", before: vnc(), after: vnc({ listen: "0.0.0.0" }), shows: ["listen='0.0.0.0'"] }, // prettier-ignore
  { name: "a display", attribute: "devices.graphics[]", before: {}, after: vnc(), shows: ["<graphics type='vnc'"] },
  {
    name: "a sound card",
    attribute: "devices.sounds[]",
    before: {},
    after: device("sounds", { model: "ich9" }),
    shows: ["<sound model='ich9'>"],
  },
  { name: "a tablet", attribute: "devices.inputs[]", before: {}, after: device("inputs", { type: "tablet", bus: "usb" }), shows: ["<input type='tablet' bus='usb'>"] }, // prettier-ignore
  { name: "a serial port", attribute: "devices.serials[]", before: {}, after: device("serials", { source: { file: { path: "/var/log/libvirt/NAME.log" } }, target: { type: "isa-serial", port: 0 } }), shows: ["<serial type='file'"] }, // prettier-ignore
  { name: "the guest agent's channel", attribute: "devices.channels[]", before: {}, after: device("channels", { source: { unix: {} }, target: { virt_io: { name: "org.qemu.guest_agent.0" } } }), shows: ["org.qemu.guest_agent.0"] }, // prettier-ignore
  { name: "a source of entropy", attribute: "devices.rngs[]", before: {}, after: device("rngs", { model: "virtio", backend: { random: "/dev/urandom" } }), shows: ["<rng model='virtio'>"] }, // prettier-ignore
  { name: "a watchdog", attribute: "devices.watchdogs[]", before: {}, after: device("watchdogs", { model: "i6300esb", action: "reset" }), shows: ["<watchdog model='i6300esb' action='reset'>"] }, // prettier-ignore
  { name: "a TPM", attribute: "devices.tpms[]", before: {}, after: device("tpms", { model: "tpm-crb", backend: { emulator: { version: "2.0" } } }), shows: ["<tpm model='tpm-crb'>"] }, // prettier-ignore
  {
    name: "a panic device",
    attribute: "devices.panics[]",
    before: {},
    after: device("panics", { model: "isa" }),
    shows: ["<panic model='isa'"],
  },
  { name: "a shared directory", attribute: "devices.filesystems[]", before: {}, after: device("filesystems", { access_mode: "mapped", source: { mount: { dir: images } }, target: { dir: "share" } }), shows: ["<target dir='share'/>"] }, // prettier-ignore
  {
    name: "a socket to the host",
    attribute: "devices.vsock.model",
    also: ["devices.vsock.cid"],
    needs: "/dev/vhost-vsock",
    before: {},
    after: { devices: { vsock: { model: "virtio", cid: { auto: "no", address: "1042" } } } },
    shows: ["<vsock model='virtio'>", "address='1042'"],
  },
  { name: "no memory balloon", attribute: "devices.mem_balloon.model", before: {}, after: { devices: { mem_balloon: { model: "none" } } }, shows: ["<memballoon model='none'/>"] }, // prettier-ignore
  { name: "arguments for QEMU", attribute: "qemu_commandline.args[]", before: {}, after: { qemu_commandline: { args: [{ value: "-no-hpet" }] } }, shows: ["<qemu:arg value='-no-hpet'/>"] }, // prettier-ignore
];

const recordedGuests: readonly Of[] = [
  {
    name: "how long a restart may take",
    attribute: "update.shutdown.timeout",
    before: {},
    after: { update: { shutdown: { timeout: 2 } } },
  },
  { name: "how the guest is removed", attribute: "destroy.graceful", also: ["destroy.shutdown.timeout"], before: {}, after: { destroy: { graceful: true, shutdown: { timeout: 1 } } } }, // prettier-ignore
  { name: "how the guest is started", attribute: "create.force_boot", before: {}, after: { create: { force_boot: true } } },
];

const ip = (more: Block = {}): Block => ({ ips: [{ address: "SUBNET.1", prefix: 24, ...more }] });
const range = { ranges: [{ start: "SUBNET.100", end: "SUBNET.200" }] };

const liveNetworks: readonly Of[] = [
  { name: "a DHCP reservation", attribute: "ips[].dhcp.hosts[]", before: ip({ dhcp: range }), after: ip({ dhcp: { ...range, hosts: [{ mac: "MAC1", ip: "SUBNET.11" }] } }), shows: ["<host mac='MAC1' ip='SUBNET.11'/>"] }, // prettier-ignore
  { name: "a DHCP range", attribute: "ips[].dhcp.ranges[]", before: ip({ dhcp: range }), after: ip({ dhcp: { ranges: [{ start: "SUBNET.50", end: "SUBNET.60" }] } }), shows: ["start='SUBNET.50' end='SUBNET.60'"], hides: ["SUBNET.100"] }, // prettier-ignore
  { name: "a name in the network's DNS", attribute: "dns.host[]", before: ip(), after: { ...ip(), dns: { host: [{ ip: "SUBNET.5", hostnames: [{ hostname: "nas" }] }] } }, shows: ["<hostname>nas</hostname>"] }, // prettier-ignore
  { name: "a text in the network's DNS", attribute: "dns.tx_ts[]", before: ip(), after: { ...ip(), dns: { tx_ts: [{ name: "note", value: "one" }] } }, shows: ["<txt name='note' value='one'/>"] }, // prettier-ignore
  { name: "a service in the network's DNS", attribute: "dns.sr_vs[]", before: ip(), after: { ...ip(), dns: { sr_vs: [{ service: "ldap", protocol: "tcp", target: "nas", port: 389 }] } }, shows: ["<srv service='ldap' protocol='tcp' target='nas' port='389'/>"] }, // prettier-ignore
  { name: "a port group", attribute: "port_groups[]", before: { ...ip(), port_groups: [{ name: "guests" }] }, after: { ...ip(), port_groups: [{ name: "guests", default: "yes" }, { name: "more" }] }, shows: ["<portgroup name='guests' default='yes'>", "<portgroup name='more'>"] }, // prettier-ignore
  { name: "metadata of a network", attribute: "metadata.xml", before: ip(), after: { ...ip(), metadata: { xml: '<a:b xmlns:a="urn:a"/>' } }, shows: ["urn:a"] }, // prettier-ignore
  { name: "whether the network starts with the host", attribute: "autostart", before: ip(), after: { ...ip(), autostart: true } },
];

const restartedNetworks: readonly Of[] = [
  { name: "a network's MTU", attribute: "mtu.size", before: ip(), after: { ...ip(), mtu: { size: 1400 } }, shows: ["<mtu size='1400'/>"] },
  { name: "a network's domain", attribute: "domain", before: ip(), after: { ...ip(), domain: { name: "lab.example", local_only: "yes" } }, shows: ["<domain name='lab.example' localOnly='yes'/>"] }, // prettier-ignore
  { name: "a network's address", attribute: "ips[]", before: ip(), after: ip({ address: "SUBNET.2" }), shows: ["address='SUBNET.2'"] },
];

const livePools: readonly Of[] = [
  { name: "whether the pool starts with the host", attribute: "create.autostart", before: { create: { autostart: false } }, after: { create: { autostart: true } } }, // prettier-ignore
  { name: "a pool stopped", attribute: "active", before: { create: { start: false }, active: true }, after: { create: { start: false }, active: false } }, // prettier-ignore
];

const restartedPools: readonly Of[] = [
  { name: "the mode of a pool's directory", attribute: "target.permissions.mode", before: {}, after: { target: { path: "/var/lib/libvirt/NAME", permissions: { mode: "0750" } } }, shows: ["<mode>0750</mode>"] }, // prettier-ignore
];

const replaced: readonly (Of & Pick<ChangeCase, "type">)[] = [
  { type: "libvirt_network", name: "a network's name", attribute: "name", before: {}, after: { name: "NAME-new" } },
  { type: "libvirt_pool", name: "a pool's name", attribute: "name", before: {}, after: { name: "NAME-new" } },
  { type: "libvirt_pool", name: "a pool's directory", attribute: "target.path", before: {}, after: { target: { path: "/var/lib/libvirt/NAME-new" } } }, // prettier-ignore
  { type: "libvirt_pool", name: "a pool's type", attribute: "type", also: ["source"], before: { create: { build: false, start: false } }, after: { type: "netfs", source: { host: [{ name: "127.0.0.1" }], dir: { path: "/x" } }, create: { build: false, start: false } } }, // prettier-ignore
  { type: "libvirt_volume", name: "a volume's format", attribute: "target.format.type", before: {}, after: { target: { format: { type: "raw" } } } }, // prettier-ignore
  { type: "libvirt_volume", name: "a volume's name", attribute: "name", before: {}, after: { name: "NAME-new" } },
  { type: "libvirt_volume", name: "a volume's pool", attribute: "pool", before: {}, after: { pool: "other" } },
  { type: "libvirt_volume", name: "the image beneath a volume", attribute: "backing_store", before: {}, after: { backing_store: { path: `${images}/base.qcow2`, format: { type: "qcow2" } } } }, // prettier-ignore
  { type: "libvirt_cloudinit_disk", name: "a guest's first configuration", attribute: "user_data", also: ["id"], before: {}, after: { user_data: "#cloud-config\nhostname: b\n" } }, // prettier-ignore
];

const all = (type: ChangeCase["type"], change: ChangeClass, cases: readonly Of[]): ChangeCase[] =>
  cases.map((one) => ({ ...one, type, change }));

export const changeCases: readonly ChangeCase[] = [
  ...all("libvirt_domain", "live", liveGuests),
  ...all("libvirt_domain", "restart", restartedGuests),
  ...all("libvirt_domain", "none", recordedGuests),
  ...all("libvirt_network", "live", liveNetworks),
  ...all("libvirt_network", "restart", restartedNetworks),
  ...all("libvirt_pool", "live", livePools),
  ...all("libvirt_pool", "restart", restartedPools),
  ...all("libvirt_volume", "live", [
    { name: "growth of a volume that a running guest uses", attribute: "capacity", before: { capacity: 16 }, after: { capacity: 32 } },
  ]),
  ...replaced.map((one): ChangeCase => ({ ...one, change: "replace" })),
];
