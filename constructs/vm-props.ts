import type { ByteSize } from "../model/bytes.ts";
import type { Duration } from "../model/duration.ts";
import type { Attachable } from "./attachment.ts";
import type { CloudInit } from "./cloud-init.ts";
import type { CloudInitProps } from "./cloud-init-props.ts";
import type { DeepPartial } from "./data.ts";
import type { AnyDisk } from "./disk.ts";
import type { DomainConfig } from "./provider-libvirt/index.ts";
import type { StoragePool } from "./storage-pool.ts";

export type Architecture = "x86_64" | "aarch64" | "armv7l" | "riscv64" | "ppc64le" | "s390x" | "i686";
export type Firmware = "bios" | "uefi" | "uefi-secure-boot";
export type CpuMode = "host-passthrough" | "host-model" | "maximum";
export type NicModel = "virtio" | "e1000" | "e1000e" | "rtl8139" | "igb" | "vmxnet3";

/** https://libvirt.org/formatdomain.html#cpu-model-and-topology */
export interface CpuProps {
  /** @default - host-passthrough under KVM, maximum under emulation; custom with a model */
  readonly mode?: CpuMode | "custom";
  /** A CPU model that libvirt knows: `EPYC`, `Skylake-Server`. */
  readonly model?: string;
  /** Sockets x dies x cores x threads is the number of CPUs. @default - a socket for each CPU */
  readonly topology?: { readonly sockets?: number; readonly dies?: number; readonly cores: number; readonly threads?: number };
  /** `{ vmx: "disable" }`. */
  readonly features?: Readonly<Record<string, "force" | "require" | "optional" | "disable" | "forbid">>;
}

export interface TpmProps {
  /** @default 2.0 */
  readonly version?: "1.2" | "2.0";
  /** @default - tpm-crb; tpm-tis for version 1.2 and on ARM; tpm-spapr on POWER */
  readonly model?: "tpm-crb" | "tpm-tis" | "tpm-spapr";
  /** TPM device of the host to pass through. @default - emulated by swtpm */
  readonly passthrough?: string;
}

export interface GraphicsProps {
  readonly type: "vnc" | "spice";
  /** Address that the host listens on. @default 127.0.0.1 */
  readonly listen?: string;
  /** @default - libvirt chooses a free one from 5900 */
  readonly port?: number;
  /** `de`. @default - the client's */
  readonly keymap?: string;
}

export interface WaitForIpProps {
  /** @default 5 min */
  readonly timeout?: Duration | string;
  /** Who knows the address: the network's DHCP server, the guest agent, the host's ARP table; any: the first two. @default any */
  readonly source?: "lease" | "agent" | "arp" | "any";
}

/** A network interface of a guest: one of `network` and `bridge` is there. */
export interface NicProps {
  /** A Network, or the name of a libvirt network that the host has. */
  readonly network?: Attachable | string;
  readonly bridge?: Attachable;
  /** @default - derived from the construct path: 52:54:00 and a hash */
  readonly mac?: string;
  /** Address that the Network's DHCP keeps for this guest. @default - any of its range */
  readonly ip?: string;
  /** VLAN, or several as a trunk; Open vSwitch. */
  readonly vlan?: number | readonly number[];
  /** Port group of the network or bridge. */
  readonly portGroup?: string;
  /** @default virtio */
  readonly model?: NicModel;
  readonly mtu?: number;
  /** Packet queues of a virtio interface. @default 1 */
  readonly queues?: number;
  /** @default up */
  readonly link?: "up" | "down";
  /** Apply waits until it has an address. @default - the VM's `waitForIp`, on its first interface */
  readonly waitForIp?: boolean;
}

/** See https://libvirt.org/formatdomain.html for what each becomes. */
export interface VMProps {
  /** Name of the guest on the host. @default - from the construct path */
  readonly name?: string;
  /** A line that people see in lists. */
  readonly title?: string;
  readonly description?: string;
  /** Virtual CPUs. @default 1 */
  readonly cpus?: number;
  /** CPUs that the running guest can grow to. @default - cpus */
  readonly maxCpus?: number;
  /** CPU that the guest sees. @default - host-passthrough under KVM, maximum under emulation */
  readonly cpu?: CpuMode | CpuProps;
  /** `4 GiB`, or `ByteSize.gib(4)`. */
  readonly memory: ByteSize | string;
  /** Memory that the running guest can grow to. @default - memory */
  readonly maxMemory?: ByteSize | string;
  /** @default x86_64 */
  readonly architecture?: Architecture;
  /** @default - q35 for x86_64 and i686, virt for ARM and RISC-V, pseries for POWER, s390-ccw-virtio for s390x */
  readonly machine?: string;
  /**
   * Slots of a PCI Express machine (q35, virt), for all its devices; those that are free take disks and network cards as it runs, and
   * without one such a change restarts it (https://libvirt.org/pci-hotplug.html). @default - as many as it needs, and one
   */
  readonly pciSlots?: number;
  /** @default - bios for x86_64, uefi for aarch64 */
  readonly firmware?: Firmware;
  /** true: an emulated TPM 2.0. @default false */
  readonly tpm?: boolean | TpmProps;
  /** What it boots from, first things first. @default - its disk */
  readonly bootOrder?: readonly ("disk" | "cdrom" | "network")[];
  /** Kernel on the host, to boot directly. @default - the disk's boot loader */
  readonly kernel?: string;
  /** Initial RAM disk on the host, with `kernel`. */
  readonly initrd?: string;
  /** Kernel command line, with `kernel`. */
  readonly cmdline?: string;
  /** Its disks, as Disk or as data; an Image alone is a copy-on-write disk of the image's size, a Volume alone that volume. */
  readonly disks?: readonly AnyDisk[];
  /** Its interfaces: Network, Bridge, the name of a libvirt network that the host has, or data. */
  readonly networks?: readonly (Attachable | NicProps | string)[];
  /** Pool for its new disks. @default - the host's own */
  readonly pool?: StoragePool;
  /** What it sets up at its first boot. */
  readonly cloudInit?: CloudInit | CloudInitProps;
  /** A serial console (`virsh console`). @default true */
  readonly console?: boolean;
  /** A screen. @default none */
  readonly graphics?: "vnc" | "spice" | "none" | GraphicsProps;
  /** Video device. @default - virtio with graphics, else none */
  readonly video?: "virtio" | "vga" | "qxl" | "cirrus" | "bochs" | "ramfb" | "none";
  /** A channel for the QEMU guest agent. @default true */
  readonly agent?: boolean;
  /** Random numbers from the host. @default true */
  readonly rng?: boolean;
  /** Start with the host. @default false */
  readonly autostart?: boolean;
  /** @default true */
  readonly running?: boolean;
  /** Apply waits until the guest has an address: true, the longest wait, or more. @default false */
  readonly waitForIp?: boolean | Duration | string | WaitForIpProps;
  /** How long the guest may take to shut down before it is turned off. @default 5 min */
  readonly shutdownTimeout?: Duration | string;
  /** `graceful-only`: a guest that does not shut down in time runs on, and apply ends in an error. Embedded provider only. @default forced */
  readonly shutdown?: "forced" | "graceful-only";
  /** `never`: a plan that would restart the running guest is an error. Embedded provider only. @default allowed */
  readonly restart?: "allowed" | "never";
  /** Never destroy or replace the guest or its disks: a plan that would is an error. @default false */
  readonly protect?: boolean;
  /**
   * Any attribute of the resource, laid over what the other props give: objects member by member, lists item by item.
   *
   * ```ts
   * overrides: { cpuTune: { shares: 2048 }, devices: { disks: [{ driver: { queues: 4 } }] } }
   * ```
   */
  readonly overrides?: DeepPartial<DomainConfig>;
}
