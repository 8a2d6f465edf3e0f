import type { ByteSize } from "../model/bytes.ts";
import type { Duration } from "../model/duration.ts";
import type { Attachable } from "./attachment.ts";
import type { CloudInit } from "./cloud-init.ts";
import type { CloudInitProps } from "./cloud-init-props.ts";
import type { DeepPartial } from "./data.ts";
import type { AnyDisk } from "./disk.ts";
import type { DomainConfig } from "./provider-libvirt/index.ts";
import type { IStoragePool } from "./storage.ts";

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
  /** Sockets x dies x cores x threads is the number of CPUs. @default - one socket per CPU */
  readonly topology?: { readonly sockets?: number; readonly dies?: number; readonly cores: number; readonly threads?: number };
  /** `{ vmx: "disable" }`. */
  readonly features?: Readonly<Record<string, "force" | "require" | "optional" | "disable" | "forbid">>;
}

export interface TpmProps {
  /** @default 2.0 */
  readonly version?: "1.2" | "2.0";
  /** @default - tpm-crb; tpm-tis for version 1.2 and on ARM; tpm-spapr on POWER */
  readonly model?: "tpm-crb" | "tpm-tis" | "tpm-spapr";
  /** The host's TPM device to pass through. @default - emulated by swtpm */
  readonly passthrough?: string;
}

export interface GraphicsProps {
  readonly type: "vnc" | "spice";
  /** Listen address on the host. @default 127.0.0.1 */
  readonly listen?: string;
  /** @default - libvirt chooses a free one from 5900 */
  readonly port?: number;
  /** `de`. @default - the client's */
  readonly keymap?: string;
}

export interface WaitForIpProps {
  /** @default 5 min */
  readonly timeout?: Duration | string;
  /** Source of the address: the network's DHCP server, the guest agent, the host's ARP table; any: the first two. @default any */
  readonly source?: "lease" | "agent" | "arp" | "any";
}

/** A guest's network interface: exactly one of `network` and `bridge` is given. */
export interface NicProps {
  /** A Network, or the name of an existing libvirt network on the host. */
  readonly network?: Attachable | string;
  readonly bridge?: Attachable;
  /** @default - derived from the construct path: 52:54:00 and a hash */
  readonly mac?: string;
  /** Address that the Network's DHCP reserves for this guest. @default - any in its range */
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
  /** Apply waits for its address. @default - the VM's `waitForIp`, on its first interface */
  readonly waitForIp?: boolean;
}

/** See https://libvirt.org/formatdomain.html for the resulting elements. */
export interface VMProps {
  /** Name of the guest on the host. @default - from the construct path */
  readonly name?: string;
  /** A short description shown in lists. */
  readonly title?: string;
  readonly description?: string;
  /** Virtual CPUs. @default 1 */
  readonly cpus?: number;
  /** Maximum CPUs of the running guest. @default - cpus */
  readonly maxCpus?: number;
  /** CPU visible to the guest. @default - host-passthrough under KVM, maximum under emulation */
  readonly cpu?: CpuMode | CpuProps;
  /** `4 GiB`, or `ByteSize.gib(4)`. */
  readonly memory: ByteSize | string;
  /** Maximum memory of the running guest. @default - memory */
  readonly maxMemory?: ByteSize | string;
  /** @default x86_64 */
  readonly architecture?: Architecture;
  /** @default - q35 for x86_64 and i686, virt for ARM and RISC-V, pseries for POWER, s390-ccw-virtio for s390x */
  readonly machine?: string;
  /**
   * Slots of a PCI Express machine (q35, virt) for all its devices. Free slots accept disks and network cards while the guest runs;
   * without one, adding a device restarts it (https://libvirt.org/pci-hotplug.html). @default - as many as it needs, plus one
   */
  readonly pciSlots?: number;
  /** @default - bios for x86_64, uefi for aarch64 */
  readonly firmware?: Firmware;
  /** true: an emulated TPM 2.0. @default false */
  readonly tpm?: boolean | TpmProps;
  /** Boot devices in order. @default - its disk */
  readonly bootOrder?: readonly ("disk" | "cdrom" | "network")[];
  /** Kernel on the host, for direct boot. @default - the disk's boot loader */
  readonly kernel?: string;
  /** Initial RAM disk on the host, used with `kernel`. */
  readonly initrd?: string;
  /** Kernel command line, used with `kernel`. */
  readonly cmdline?: string;
  /** Its disks, as Disk or as data; an Image alone is a copy-on-write disk of the image's size; a Volume alone is that volume. */
  readonly disks?: readonly AnyDisk[];
  /** Its interfaces: Network, Bridge, the name of an existing libvirt network, or data. */
  readonly networks?: readonly (Attachable | NicProps | string)[];
  /** Pool for its new disks. @default - the host's own */
  readonly pool?: IStoragePool;
  /** Its first-boot setup. */
  readonly cloudInit?: CloudInit | CloudInitProps;
  /** A serial console (`virsh console`). @default true */
  readonly console?: boolean;
  /** A display. @default none */
  readonly graphics?: "vnc" | "spice" | "none" | GraphicsProps;
  /** Video device. @default - virtio with graphics, else none */
  readonly video?: "virtio" | "vga" | "qxl" | "cirrus" | "bochs" | "ramfb" | "none";
  /** A channel for the QEMU guest agent. @default true */
  readonly agent?: boolean;
  /** Random numbers from the host. @default true */
  readonly rng?: boolean;
  /** Start at host boot. @default false */
  readonly autostart?: boolean;
  /** @default true */
  readonly running?: boolean;
  /** Apply waits until the guest has an address: true, the timeout, or more settings. @default false */
  readonly waitForIp?: boolean | Duration | string | WaitForIpProps;
  /** How long the guest may take to shut down before it is powered off. @default 5 min */
  readonly shutdownTimeout?: Duration | string;
  /** `graceful-only`: if a guest does not shut down in time, it keeps running and apply fails. Embedded provider only. @default forced */
  readonly shutdown?: "forced" | "graceful-only";
  /** `never`: a plan that restarts the running guest is an error. Embedded provider only. @default allowed */
  readonly restart?: "allowed" | "never";
  /** Never destroy or replace the guest or its disks: such a plan is an error. @default false */
  readonly protect?: boolean;
  /**
   * Any attribute of the resource, merged over the result of the other props: objects by member, lists by item.
   *
   * ```ts
   * overrides: { cpuTune: { shares: 2048 }, devices: { disks: [{ driver: { queues: 4 } }] } }
   * ```
   */
  readonly overrides?: DeepPartial<DomainConfig>;
}
