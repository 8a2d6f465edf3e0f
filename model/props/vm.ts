import { z } from "zod";
import { ByteSize } from "../bytes.ts";
import { cloudInitProps } from "./cloud-init.ts";
import { refuse } from "../refuse.ts";
import { duration, ip, mac, matching, memory, name, path, reference, size, vlanId } from "./shared.ts";

export const diskBus = z.enum(["virtio", "scsi", "sata", "usb", "ide"]).meta({ description: "Default: virtio; sata for a cdrom." });

export const diskProps = z
  .strictObject({
    image: reference("Image that the disk starts as; only the differences are kept (copy on write).").optional(),
    size: size("Capacity. Default: that of the image.").optional(),
    volume: reference("A volume that is there already.").optional(),
    block: path("A block device of the host.").optional(),
    file: path("A disk image file of the host, used in place.").optional(),
    cdrom: z
      .union([z.boolean(), reference("Image, volume or path of an ISO file on the host.")])
      .optional()
      .meta({ description: "A CD drive with this in it; true: an empty one." }),
    name: matching(/^[A-Za-z0-9][A-Za-z0-9-]*$/, (text) => `${text} is not a disk name`, 'use letters, digits and "-"')
      .optional()
      .meta({ description: "Names the disk's volume. Default: its place in the guest (vda, vdb, ...)." }),
    pool: reference("Pool of a new disk. Default: the VM's.").optional(),
    format: z
      .enum(["qcow2", "raw", "vmdk", "vdi", "vpc"])
      .optional()
      .meta({ description: "Default: qcow2 for new disks, raw for block devices." }),
    bus: diskBus.optional(),
    cache: z.enum(["default", "none", "writethrough", "writeback", "directsync", "unsafe"]).optional(),
    io: z.enum(["native", "threads", "io_uring"]).optional(),
    discard: z.enum(["unmap", "ignore"]).optional().meta({ description: "What a guest's trim does. Default: ignore." }),
    serial: z.string().max(36).optional().meta({ description: "Serial number that the guest sees." }),
    readOnly: z.boolean().optional(),
    shareable: z.boolean().optional().meta({ description: "Several guests use it at once." }),
    protect: z.boolean().optional().meta({ description: "Never destroy or replace the new disk. Default: the VM's protect." }),
  })
  .check((context) => {
    const disk = context.value;
    const sources = (["image", "volume", "block", "file", "cdrom"] as const).filter((key) => disk[key] !== undefined);
    if (sources.length > 1)
      refuse(context, { problem: `${sources.join(" and ")} cannot be combined in one disk`, fix: "keep one of them" });
    if (sources.length === 0 && disk.size === undefined)
      refuse(context, {
        problem: "the disk has no source and no size",
        fix: 'set size, for example "20 GiB", or one of image, volume, block, file and cdrom',
      });
    const source = sources[0];
    if (source !== undefined && source !== "image" && disk.size !== undefined)
      refuse(context, { path: ["size"], problem: `a disk from a ${source} keeps its own size`, fix: "remove size" });
  })
  .meta({ id: "Disk" });

export const nicProps = z
  .strictObject({
    network: reference("Network that it joins.").optional(),
    bridge: reference("Bridge that it joins.").optional(),
    mac: mac("MAC address. Default: derived from the construct path.").optional(),
    ip: ip("Address that the network's DHCP keeps for this guest.").optional(),
    vlan: z
      .union([vlanId(), z.array(vlanId()).min(1)])
      .optional()
      .meta({ description: "VLAN, or several as a trunk. Open vSwitch and macvtap passthrough only." }),
    portGroup: z.string().min(1).optional().meta({ description: "Port group of the network or bridge." }),
    model: z.enum(["virtio", "e1000", "e1000e", "rtl8139", "igb", "vmxnet3"]).optional().meta({ description: "Default: virtio." }),
    mtu: z.int().min(68).max(65535).optional(),
    queues: z.int().min(1).max(256).optional().meta({ description: "Packet queues of a virtio interface." }),
    link: z.enum(["up", "down"]).optional(),
    waitForIp: z
      .boolean()
      .optional()
      .meta({ description: "Apply waits until it has an address. Default: the VM's waitForIp, on the first one." }),
  })
  .check((context) => {
    const { network, bridge, ip: address } = context.value;
    if (network === undefined && bridge === undefined)
      refuse(context, { problem: "neither network nor bridge is set", fix: "set one of them" });
    if (network !== undefined && bridge !== undefined)
      refuse(context, { problem: "both network and bridge are set", fix: "remove one of them" });
    if (address !== undefined && network === undefined)
      refuse(context, {
        path: ["ip"],
        problem: "only a network can reserve an address for a guest",
        fix: "remove ip, or use network in place of bridge",
      });
  })
  .meta({ id: "Nic" });

export const graphicsProps = z
  .strictObject({
    type: z.enum(["vnc", "spice"]),
    listen: z.string().optional().meta({ description: "Address that it listens on. Default: 127.0.0.1." }),
    port: z.int().min(5900).max(65535).optional().meta({ description: "Default: libvirt chooses." }),
    keymap: z.string().optional(),
  })
  .meta({ id: "Graphics" });

export const waitForIpProps = z
  .union([
    z.boolean(),
    duration("Longest wait."),
    z.strictObject({
      timeout: duration("Longest wait. Default: 5 min.").optional(),
      source: z
        .enum(["lease", "agent", "arp", "any"])
        .optional()
        .meta({ description: "Who knows the address: the network's DHCP, the guest agent. Default: any." }),
    }),
  ])
  .meta({ description: "Apply waits until the guest has an address. Default: false." });

export const vmProps = z
  .strictObject({
    name: name("Name of the guest. Default: from the construct path.").optional(),
    title: matching(/^[^\n]*$/, () => "the title has more than one line", "move the rest to description").optional(),
    description: z.string().optional(),
    cpus: z.int().min(1).max(4096).optional().meta({ description: "Virtual CPUs. Default: 1." }),
    maxCpus: z.int().min(1).max(4096).optional().meta({ description: "CPUs that the running guest can grow to. Default: cpus." }),
    cpu: z
      .union([
        z.enum(["host-passthrough", "host-model", "maximum"]),
        z.strictObject({
          mode: z.enum(["host-passthrough", "host-model", "maximum", "custom"]).optional(),
          model: z.string().optional(),
          topology: z
            .strictObject({
              sockets: z.int().min(1).optional(),
              dies: z.int().min(1).optional(),
              cores: z.int().min(1),
              threads: z.int().min(1).optional(),
            })
            .optional(),
          features: z.record(z.string(), z.enum(["force", "require", "optional", "disable", "forbid"])).optional(),
        }),
      ])
      .optional()
      .meta({ description: "CPU that the guest sees. Default: host-passthrough under KVM, maximum under emulation." }),
    memory: memory("Memory."),
    maxMemory: memory("Memory that the running guest can grow to. Default: memory.").optional(),
    architecture: z
      .enum(["x86_64", "aarch64", "armv7l", "riscv64", "ppc64le", "s390x", "i686"])
      .optional()
      .meta({ description: "Default: x86_64." }),
    machine: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Machine type. Default: q35 for x86_64, virt for aarch64.", examples: ["q35", "pc-q35-7.2"] }),
    pciSlots: z
      .int()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: "Slots of a PCI Express machine, for all its devices. Default: as many as it needs, and one." }),
    firmware: z.enum(["bios", "uefi", "uefi-secure-boot"]).optional().meta({ description: "Default: bios for x86_64, uefi for aarch64." }),
    tpm: z
      .union([
        z.boolean(),
        z.strictObject({
          version: z.enum(["1.2", "2.0"]).optional(),
          model: z.enum(["tpm-crb", "tpm-tis", "tpm-spapr"]).optional(),
          passthrough: path("TPM device of the host.").optional(),
        }),
      ])
      .optional()
      .meta({ description: "A TPM; true: an emulated 2.0. Default: false." }),
    bootOrder: z
      .array(z.enum(["disk", "cdrom", "network"]))
      .min(1)
      .optional()
      .meta({ description: "What it boots from, first things first. Default: its disk." }),
    kernel: path("Kernel on the host, to boot directly.").optional(),
    initrd: path("Initial RAM disk on the host, with kernel.").optional(),
    cmdline: z.string().optional().meta({ description: "Kernel command line, with kernel." }),
    disks: z.array(z.union([reference("Image that it boots from."), diskProps])).optional(),
    networks: z.array(z.union([reference("Network or bridge."), nicProps])).optional(),
    pool: reference("Pool for its new disks. Default: the host's own.").optional(),
    cloudInit: z
      .union([cloudInitProps, reference("A CloudInit of its own.")])
      .optional()
      .meta({ description: "What it sets up at its first boot." }),
    console: z.boolean().optional().meta({ description: "A serial console. Default: true." }),
    graphics: z
      .union([z.enum(["vnc", "spice", "none"]), graphicsProps])
      .optional()
      .meta({ description: "A screen. Default: none." }),
    video: z
      .enum(["virtio", "vga", "qxl", "cirrus", "bochs", "ramfb", "none"])
      .optional()
      .meta({ description: "Video device. Default: virtio with graphics, else none." }),
    agent: z.boolean().optional().meta({ description: "A channel for the QEMU guest agent. Default: true." }),
    rng: z.boolean().optional().meta({ description: "Random numbers from the host. Default: true." }),
    autostart: z.boolean().optional().meta({ description: "Start with the host. Default: false." }),
    running: z.boolean().optional().meta({ description: "Default: true." }),
    waitForIp: waitForIpProps.optional(),
    shutdownTimeout: duration("How long a guest may take to shut down before it is turned off. Default: 5 min.").optional(),
    shutdown: z.enum(["forced", "graceful-only"]).optional().meta({
      description: "graceful-only: a guest that does not shut down in time runs on, and apply ends in an error. Default: forced.",
    }),
    restart: z
      .enum(["allowed", "never"])
      .optional()
      .meta({ description: "never: a plan that would restart the running guest is an error. Default: allowed." }),
    protect: z.boolean().optional().meta({ description: "Never destroy or replace the guest or its disks. Default: false." }),
  })
  .check((context) => {
    const vm = context.value;
    const problem = (prop: string, problem: string, fix: string): void => refuse(context, { path: [prop], problem, fix });
    if (vm.maxCpus !== undefined && vm.maxCpus < (vm.cpus ?? 1))
      problem("maxCpus", `${vm.maxCpus} is less than cpus (${vm.cpus ?? 1})`, "raise maxCpus, or lower cpus");
    if (vm.maxMemory !== undefined && bytes(vm.maxMemory) < bytes(vm.memory))
      problem("maxMemory", `${vm.maxMemory} is less than memory (${vm.memory})`, "raise maxMemory, or lower memory");
    if (vm.pciSlots !== undefined && !isPciExpress(vm.machine, vm.architecture))
      problem("pciSlots", "only a PCI Express machine, q35 or virt, has PCI slots to set", "remove pciSlots");
    for (const key of ["initrd", "cmdline"] as const)
      if (vm[key] !== undefined && vm.kernel === undefined) problem(key, "this requires kernel", `set kernel too, or remove ${key}`);
    if (vm.kernel !== undefined && vm.bootOrder !== undefined)
      problem("bootOrder", "a guest that boots a kernel directly has no boot order", "remove kernel or bootOrder");
    if (
      vm.firmware === "uefi-secure-boot" &&
      vm.machine !== undefined &&
      !vm.machine.includes("q35") &&
      (vm.architecture ?? "x86_64") === "x86_64"
    )
      problem("machine", `secure boot needs a q35 machine, and ${JSON.stringify(vm.machine)} is not one`, "remove machine");
  })
  .meta({ id: "VM", description: "A guest (https://libvirt.org/formatdomain.html)." });

const bytes = (text: string): number => {
  try {
    return ByteSize.parse(text).bytes;
  } catch {
    return Number.NaN;
  }
};

const isPciExpress = (machine: string | undefined, architecture = "x86_64"): boolean =>
  machine === undefined ? !["ppc64le", "s390x"].includes(architecture) : /q35|virt/.test(machine);
