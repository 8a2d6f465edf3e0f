import { Lazy, Token } from "#cdktf";
import { Construct } from "constructs";
import { check, plainData } from "../model/check.ts";
import { diskProps, nicProps, vmProps } from "../model/props/vm.ts";
import type { Attachable } from "./attachment.ts";
import { CloudInit } from "./cloud-init.ts";
import { merge } from "./data.ts";
import { type AnyDisk, Disk, type DiskBus, type DiskProps } from "./disk.ts";
import { addressError, diskError } from "./errors.ts";
import { isAcceleration } from "./host-settings.ts";
import { hostOf } from "./host.ts";
import { claimName } from "./names.ts";
import {
  DataLibvirtDomainInterfaceAddresses,
  Domain,
  type DomainConfig,
  type DomainDevicesDisks,
  type DomainDevicesInterfaces,
} from "./provider-libvirt/index.ts";
import { expectSameHost } from "./same-host.ts";
import { isImage, isVolume, type IVolume } from "./storage.ts";
import { commonDevices, domainConfig, isX86, waiting } from "./vm-config.ts";
import { diskConfig, DiskTargets, type DiskContext } from "./vm-disks.ts";
import { isAttachable, nicConfig, type NicContext } from "./vm-networks.ts";
import type { NicProps, VMProps } from "./vm-props.ts";
import { idOf } from "./volume-config.ts";

/**
 * A guest.
 *
 * ```ts
 * new VM(host, "web1", {
 *   cpus: 2, memory: "2 GiB",
 *   disks: [{ image: debian, size: "20 GiB" }],
 *   networks: [{ network: lan, ip: "10.0.0.10" }],
 *   cloudInit: { users: [{ name: "ops", sshKeys: [key] }] },
 * });
 * ```
 *
 * By default it has virtio devices on a q35 machine, the host's CPU under KVM, a serial console, a guest agent channel and a
 * random number generator. To stop it, it is shut down, not powered off.
 */
export class VM extends Construct {
  /** The underlying resource, with every libvirt attribute. */
  readonly domain: Domain;
  /** Its first-boot setup. */
  readonly cloudInit: CloudInit | undefined;
  readonly #props: VMProps;
  readonly #disks: DomainDevicesDisks[] = [];
  readonly #nics: DomainDevicesInterfaces[] = [];
  readonly #nicKeys: string[] = [];
  readonly #targets = new DiskTargets();
  readonly #diskContext: DiskContext;
  readonly #tied: IVolume[] = [];
  readonly #nicContext: NicContext;
  #reserved: string | undefined;
  #addresses: DataLibvirtDomainInterfaceAddresses | undefined;

  /** @throws CdkvmError that names the invalid prop, its value and the fix */
  constructor(scope: Construct, id: string, props: VMProps) {
    super(scope, id);
    const what = `VM ${this.node.path}`;
    check(vmProps, dataOf(props), what);
    const host = hostOf(this);
    for (const prop of ["pool", "cloudInit"] as const) expectSameHost(this, what, prop, props[prop]);
    const name = claimName(this, "VM", { given: props.name });
    this.#props = props;
    this.#diskContext = {
      scope: this,
      what,
      protect: props.protect,
      cdromBus: isX86(props.architecture ?? "x86_64") ? "sata" : "scsi",
      pool: () => props.pool ?? host.pool,
      // The embedded provider itself stops a guest whose disk is recreated.
      ...(host.provider === "registry" && { uses: (volume: IVolume) => this.#tied.push(volume) }),
    };
    this.#nicContext = { scope: this, what, name, wait: waiting(props.waitForIp) };
    this.cloudInit = this.#setup(props, name);
    for (const disk of props.disks ?? []) this.#disks.push(diskConfig(diskData(disk), this.#targets, this.#diskContext));
    for (const nic of props.networks ?? []) this.#join(nicData(nic));
    const acceleration = isAcceleration(props.overrides?.type) ? props.overrides.type : host.acceleration;
    const base: DomainConfig = { ...domainConfig(name, props, acceleration, what), devices: this.#devices() };
    this.domain = new Domain(this, "Default", merge(base, props.overrides) as DomainConfig);
    this.#tie();
  }

  /** The guest's name on the host: a reference, so that its users come after it. */
  get name(): string {
    return this.domain.name;
  }

  /** Adds a disk after the existing ones. */
  addDisk(disk: AnyDisk): void {
    const data = diskData(disk);
    check(diskProps, plainData(data), `addDisk of VM ${this.node.path}`);
    this.#disks.push(diskConfig(data, this.#targets, this.#diskContext));
    this.#update();
  }

  /** Adds a network interface after the existing ones. */
  addNetwork(nic: Attachable | NicProps | string): void {
    const data = nicData(nic);
    check(nicProps, data, `addNetwork of VM ${this.node.path}`);
    this.#join(data);
    this.#update();
  }

  /**
   * The guest's IPv4 address (or IPv6, if it has no other): the reserved address, or with `waitForIp` the assigned address,
   * known after apply.
   *
   * @throws CdkvmError if nothing determines the address
   */
  get ip(): string {
    if (this.#nicContext.wait === undefined && this.#reserved !== undefined) return this.#reserved;
    const interfaces = this.#interfaces("ip");
    const ofType = (type: string): string =>
      `[for i in ${interfaces} : [for a in i.addrs : a.addr if a.type == "${type}"] if lower(i.hwaddr) == "${this.#mac()}"]`;
    return `\${try(flatten([${ofType("ipv4")}, ${ofType("ipv6")}])[0], "")}`;
  }

  /** All addresses of the guest, known after apply. @throws CdkvmError without `waitForIp` */
  get addresses(): string[] {
    const interfaces = this.#interfaces("addresses");
    return Token.asList(Lazy.stringValue({ produce: () => `\${flatten([for i in ${interfaces} : [for a in i.addrs : a.addr]])}` }));
  }

  #setup(props: VMProps, name: string): CloudInit | undefined {
    const { cloudInit } = props;
    if (cloudInit === undefined) return undefined;
    const setup =
      cloudInit instanceof CloudInit
        ? cloudInit
        : new CloudInit(
            this,
            "cloud-init",
            Token.isUnresolved(name) || cloudInit.hostname !== undefined || cloudInit.fqdn !== undefined || cloudInit.userData !== undefined
              ? cloudInit
              : { ...cloudInit, hostname: name },
          );
    // The first drive of its kind: it keeps its position when others are added or removed.
    const seed: DiskProps = { cdrom: setup.volumeIn(this.#diskContext.pool()), bus: seedBus(props) };
    this.#disks.push(diskConfig(seed, this.#targets, this.#diskContext));
    return setup;
  }

  #join(nic: NicProps): void {
    this.#nics.push(nicConfig(nic, this.#nics, this.#nicKeys, this.#nicContext));
    this.#reserved ??= nic.ip;
  }

  #devices(): NonNullable<DomainConfig["devices"]> {
    // Disks before drives: boot disks come first.
    const disks = [...this.#disks.filter(({ device }) => device !== "cdrom"), ...this.#disks.filter(({ device }) => device === "cdrom")];
    return {
      ...commonDevices(this.#props),
      disks: disks.length > 0 ? disks : undefined,
      interfaces: this.#nics.length > 0 ? this.#nics : undefined,
      controllers: this.#controllers(disks),
    };
  }

  #controllers(disks: readonly DomainDevicesDisks[]): NonNullable<DomainConfig["devices"]>["controllers"] {
    const slots = Array.from({ length: this.#props.pciSlots ?? 0 }, (_, index) => ({
      type: "pci",
      index: index + 1, // 0 is the root bus
      model: "pcie-root-port",
    }));
    const scsi = disks.some(({ target }) => target?.bus === "scsi") ? [{ type: "scsi", index: 0, model: "virtio-scsi" }] : [];
    const all = [...slots, ...scsi];
    return all.length > 0 ? all : undefined;
  }

  /** If nothing else ensures it: destroys a guest before its disk, so that it does not keep running on a deleted file. */
  #tie(): void {
    const replaceTriggeredBy = this.#tied.flatMap(({ resource }) => (resource === undefined ? [] : [idOf(resource)]));
    if (replaceTriggeredBy.length > 0) this.domain.lifecycle = { ...this.domain.lifecycle, replaceTriggeredBy };
  }

  #update(): void {
    this.#tie();
    this.domain.putDevices(merge(this.#devices(), this.#props.overrides?.devices) as NonNullable<DomainConfig["devices"]>);
  }

  #mac(): string {
    return (this.#nics.find((nic) => nic.waitForIp) ?? this.#nics[0])?.mac?.address ?? "";
  }

  /** The data source for the addresses; created on first use. */
  #interfaces(member: string): string {
    if (!this.#nics.some((nic) => nic.waitForIp)) throw addressError.unknown(`${member} of VM ${this.node.path}`, this.#nics.length > 0);
    const source = this.#nicContext.wait?.source ?? "any";
    this.#addresses ??= new DataLibvirtDomainInterfaceAddresses(this, "addresses", { domain: this.domain.uuid, source });
    return `data.libvirt_domain_interface_addresses.${this.#addresses.friendlyUniqueId}.interfaces`;
  }
}

/**
 * The bus of the cloud-init drive: virtio-scsi, because cloud kernels have virtio and some, like Debian's, lack AHCI; and a
 * drive, unlike a virtio disk, accepts a new seed while the guest runs. A guest with SATA or IDE disks may lack virtio
 * drivers, so its drive also uses SATA.
 */
function seedBus({ disks = [] }: VMProps): DiskBus {
  return disks.some((disk) => ["sata", "ide"].includes(diskData(disk).bus ?? "")) ? "sata" : "scsi";
}

/** @throws CDKVM_PROPS for a construct that is not a disk: its name and size would be taken for a new disk's */
function diskData(disk: AnyDisk): DiskProps {
  if (disk instanceof Disk) return disk.props;
  if (isImage(disk)) return { image: disk };
  if (isVolume(disk)) return { volume: disk };
  if (!(disk instanceof Construct)) return disk;
  throw diskError.notADisk(disk.constructor.name, disk.node.path);
}

const nicData = (nic: Attachable | NicProps | string): NicProps => (typeof nic === "string" || isAttachable(nic) ? { network: nic } : nic);

/** The props covered by the schema: `overrides` has its own types and may contain anything. */
function dataOf(props: VMProps): unknown {
  return Object.fromEntries(Object.entries(props).filter(([name]) => name !== "overrides"));
}
