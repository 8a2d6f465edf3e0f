import { CdkvmError, quoted } from "../model/errors.ts";
import { didYouMean, nearest } from "../model/spelling.ts";

/** The errors of a program's constructs. `what` is the construct: `VM kvm1/web1`. */

const FILE_POOL = "a pool of files (StoragePool.directory)";

export const volumeError = {
  format: (what: string, poolType: string, format: string) =>
    new CdkvmError({
      code: "CDKVM_POOL_FORMAT",
      doing: what,
      problem: `format: a pool of type "${poolType}" holds block devices, which are raw, not ${format}`,
      fix: `remove format, or use ${FILE_POOL}`,
    }),
  backing: (what: string, poolType: string) =>
    new CdkvmError({
      code: "CDKVM_POOL_BACKING",
      doing: what,
      problem: `backing: a pool of type "${poolType}" does not support copy-on-write volumes`,
      fix: `use image, which copies, or use ${FILE_POOL}`,
    }),
  unknownPath: (what: string, backing: string) =>
    new CdkvmError({
      code: "CDKVM_VOLUME_PATH",
      doing: what,
      problem: `backing: the path of ${backing} is unknown`,
      fix: "set path in Volume.existing",
    }),
};

export const diskError = {
  notADisk: (className: string, path: string) =>
    new CdkvmError({
      code: "CDKVM_PROPS",
      doing: "read the disks of a VM",
      problem: `disks: ${className} ${path} is not a disk`,
      fix: 'use an Image, a Volume, or data, for example { size: "20 GiB" }',
    }),
  imageOnBlockDevices: (what: string, poolType: string, image: string) =>
    new CdkvmError({
      code: "CDKVM_POOL_BACKING",
      doing: what,
      problem: `disks: a pool of type "${poolType}" holds block devices, which cannot be overlays on the image ${image}`,
      fix: `use ${FILE_POOL}, or create a Volume with image, which copies, and use Disk.fromVolume`,
    }),
  shared: (what: string, disk: string, other: string) =>
    new CdkvmError({
      code: "CDKVM_DISK_SHARED",
      doing: what,
      problem: `disks: ${other} already uses ${disk}, and both would write to it`,
      fix: "give each guest its own disk; or set shareable: true in both, if their file system supports several writers; or set readOnly: true",
    }),
};

export const networkError = {
  vlan: (what: string, network: string) =>
    new CdkvmError({
      code: "CDKVM_NETWORK_VLAN",
      doing: what,
      problem: `vlan: Network ${network} has libvirt's own bridge, which does not support VLANs of guests`,
      fix: "remove vlan, and use one network for each group of guests; or use Bridge.openVSwitch",
    }),
  existing: (what: string, name: string) =>
    new CdkvmError({
      code: "CDKVM_NETWORK_EXISTING",
      doing: what,
      problem: `the network ${quoted(name)} exists already, and cdkvm does not change it`,
      fix: "create the network here with new Network(...), or leave addresses to its DHCP",
    }),
  overlap: (what: string, key: "ipv4" | "ipv6", network: string, other: string, otherPath: string) =>
    new CdkvmError({
      code: "CDKVM_NETWORK_OVERLAP",
      doing: what,
      problem: `${key}: ${network} overlaps ${other} of Network ${otherPath} on the same host`,
      fix: "use other addresses for one of them",
    }),
  portGroup: (what: string, wanted: string, place: string, known: readonly string[]) => {
    const near = nearest(wanted, known);
    return new CdkvmError({
      code: "CDKVM_PORT_GROUP",
      doing: what,
      problem: `portGroup: ${place} has no port group ${quoted(wanted)}`,
      fix: near ? didYouMean(quoted(near)) : known.length > 0 ? `use one of ${known.join(", ")}` : "remove portGroup: it has none",
    });
  },
  linuxBridgeVlan: (what: string, bridge: string, vlan: number | undefined) =>
    new CdkvmError({
      code: "CDKVM_BRIDGE_VLAN",
      doing: what,
      problem: `vlan: ${bridge} is a Linux bridge, which does not support VLANs of guests`,
      fix: `use a bridge that is in the VLAN already, for example Bridge.existing("${bridge.slice(0, 10)}.${vlan}"), or Bridge.openVSwitch`,
    }),
};

export const addressError = {
  gateway: (what: string, ip: string, network: string) =>
    new CdkvmError({
      code: "CDKVM_ADDRESS_TAKEN",
      doing: what,
      problem: `${ip} is the host's own address in this network`,
      fix: `use another address in ${network}`,
    }),
  reserved: (what: string, ip: string, owner: string | undefined) =>
    new CdkvmError({
      code: "CDKVM_ADDRESS_TAKEN",
      doing: what,
      problem: `${ip} is already reserved for ${owner}`,
      fix: "use another address for one of them",
    }),
  noDhcp: (what: string, ip: string, place: string) =>
    new CdkvmError({
      code: "CDKVM_NO_DHCP",
      doing: what,
      problem: `networks: cdkvm does not manage ${place}, and cannot reserve ${ip} there`,
      fix: "use a Network of this program, or set the address in cloudInit.networkConfig",
    }),
  noHostName: (what: string, name: string) =>
    new CdkvmError({
      code: "CDKVM_NO_DHCP",
      doing: what,
      problem: `networks: DHCPv6 identifies a guest by its host name, and ${quoted(name)} is not a host name`,
      fix: "set the VM's name to letters, digits and hyphens",
    }),
  unknown: (what: string, hasNetwork: boolean) =>
    new CdkvmError({
      code: "CDKVM_NO_ADDRESS",
      doing: what,
      problem: "the address is unknown: apply does not wait until the guest has one",
      fix: hasNetwork
        ? 'set waitForIp: true, or reserve an address: networks: [{ network, ip: "10.0.0.10" }]'
        : "add a network, and set waitForIp: true",
    }),
};

export const nameError = {
  taken: (what: string, name: string, other: string) =>
    new CdkvmError({
      code: "CDKVM_NAME_TAKEN",
      doing: what,
      problem: `name: ${quoted(name)} is already the name of ${other}`,
      fix: "rename one of them, or remove name: it is then derived from the path",
    }),
  /** @param owner `VM kvm1/web1` */
  macTaken: (what: string, mac: string, owner: string) =>
    new CdkvmError({
      code: "CDKVM_MAC_TAKEN",
      doing: what,
      problem: `networks: ${mac} already belongs to ${owner}`,
      fix: "use another MAC address for one of them, or remove mac: it is then derived from the path",
    }),
};

/** @param uris the other host's, and this one's */
export const otherHost = (what: string, prop: string, used: string, uris: readonly [string, string], stack: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_OTHER_HOST",
    doing: what,
    problem: `${prop}: ${used} is on another host: ${uris[0]}, not ${uris[1]}`,
    fix: `create one in the stack ${stack}, and use that`,
  });

export const cpuTopology = (what: string, topology: readonly number[], prop: "cpus" | "maxCpus", cpus: number): CdkvmError => {
  const count = topology.reduce((product, factor) => product * factor, 1);
  return new CdkvmError({
    code: "CDKVM_CPU_TOPOLOGY",
    doing: what,
    problem: `cpu.topology: ${topology.join(" x ")} is ${count} CPUs, but ${prop} is ${cpus}`,
    fix: `set ${prop}: ${count}`,
  });
};

const move = (doing: string, problem: string, fix: string): CdkvmError => new CdkvmError({ code: "CDKVM_MOVED", doing, problem, fix });

export const moveError = {
  emptyPath: (doing: string) => move(doing, "a path is empty", 'use paths below the stack, for example "web1"'),
  samePath: (doing: string) => move(doing, "from and to are the same path", "set from to the old path, and to to the new one"),
  late: (doing: string, to: string) => move(doing, `${to} exists already, with its own names`, "call moved before you create it"),
  sameTarget: (doing: string, to: string) => move(doing, `another move leads to ${to}`, "remove one of them"),
  fromExists: (doing: string, from: string) => move(doing, `${from} still exists`, "remove it, or give it another path"),
};
