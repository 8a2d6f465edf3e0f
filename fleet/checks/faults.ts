import { quoted } from "../../model/errors.ts";
import { didYouMean, nearest } from "../../model/spelling.ts";
import type { Fault } from "../../model/file-error.ts";

/** What the checks of a fleet file can find, without its position. */

const EXAMPLE = "`cdkvm init --template fleet` writes an example";
export const fileFault = {
  foreign: (): Fault => ({ message: "this is not a fleet file: it has neither hosts nor guests", fix: EXAMPLE }),
  noHosts: (): Fault => ({
    message: "the file has no hosts",
    fix: "add a host, for example hosts: { kvm1: qemu+ssh://root@kvm1.example.org/system }",
  }),
  lockLine: (): Fault => ({ message: "this is not the host of a guest", fix: LOCK_FIX }),
  /** @param expression `${var.x}` */
  expression: (expression: string): Fault => ({
    message: `${expression} has no meaning in a fleet file`,
    fix: "write a name from this file, or ${env.NAME} or ${secret.NAME} for an environment variable",
  }),
};

export const LOCK_FIX = "write one line per guest, for example `web-1: kvm1`; after a merge, keep the lines of both sides";

export const hostFault = {
  both: (): Fault => ({ message: "both host and hosts are set", fix: "remove one of them" }),
  none: (entry: string, hosts: readonly string[]): Fault => ({
    message: `"${entry}" does not say which of the ${hosts.length} hosts it is on`,
    fix: `set host: ${hosts[0]}, or hosts: [${hosts.join(", ")}] to spread its guests; either may be in defaults`,
  }),
};

export const guestFault = {
  noMemory: (entry: string): Fault => ({
    message: `"${entry}" has no memory`,
    fix: 'set memory, for example "2 GiB", here or in defaults',
  }),
  /** @param problem what the parser of host names says */
  hostName: (problem: string): Fault => ({
    message: `${problem}, which cloud-init requires`,
    fix: "rename the guest, or set cloudInit.hostname",
  }),
  sameValue: (prop: string, entry: string, count: number, fix: string): Fault => ({
    message: `${prop}: all ${count} guests of "${entry}" would have this value`,
    fix,
  }),
  sameDisk: (prop: string, entry: string, count: number): Fault => ({
    message: `${prop}: all ${count} guests of "${entry}" would use this disk`,
    fix: "give each guest its own disk, or set shareable: true",
  }),
  diskOfTwo: (prop: string, disk: string, other: string, host: string): Fault => ({
    message: `${prop}: "${other}" on ${host} already uses ${disk}, and both would write to it`,
    fix: "give each guest its own disk; or set shareable: true in both, if their file system supports several writers; or set readOnly: true",
  }),
};

export const nameFault = {
  invalid: (problem: string, fix: string | undefined): Fault => ({ message: `name: ${problem}`, fix }),
  guest: (name: string, entry: string, line: number): Fault => ({
    message: `"${name}" is already the name of a guest of "${entry}" (line ${line})`,
    fix: "rename one of them",
  }),
  item: (name: string, item: string, host: string): Fault => ({
    message: `"${name}" is already the name of ${item} on ${host}`,
    fix: "rename one of them",
  }),
};

export const addressFault = {
  overlap: (key: string, network: string, other: string, name: string, host: string): Fault => ({
    message: `${key}: ${network} overlaps ${other} of the network "${name}" on ${host}`,
    fix: "use other addresses for one of them",
  }),
  existing: (ip: string, network: string): Fault => ({
    message: `ip: cdkvm does not manage the network "${network}", and cannot reserve ${ip} there`,
    fix: "remove ip, or set the address in cloudInit.networkConfig",
  }),
  outside: (ip: string, name: string, networks: readonly string[]): Fault => ({
    message: `ip: ${ip} is outside the network "${name}"`,
    fix: networks.length === 0 ? `set ipv4 or ipv6 in networks.${name}` : `use an address in ${networks.join(" or ")}`,
  }),
  unusable: (ip: string, kind: "broadcast" | "network", network: string): Fault => ({
    message: `ip: ${ip} is the ${kind} address of ${network}, which no guest can have`,
    fix: "use another address",
  }),
  /** @param line where the other owner has it, if elsewhere */
  taken: (key: "ip" | "mac", address: string, owner: string, line: number | undefined): Fault => ({
    message: `${key}: ${address} already belongs to ${owner}${line === undefined ? "" : ` (line ${line})`}`,
    fix: "use another address for one of them",
  }),
};

export const moveFault = {
  /** @param lost ` with its disks (data 50 GiB)` */
  guest: (name: string, from: string, to: string, lockLine: string, lost: string): Fault => ({
    message: `"${name}" is on ${from} (${lockLine}), but this places it on ${to}`,
    fix: `keep ${from} here; or, to delete it on ${from}${lost} and create it again on ${to}, write "${name}: ${to}" in ${lockLine}`,
  }),
  host: (host: string, guests: readonly string[], lockLines: readonly string[], lockFile: string): Fault => {
    const [are, them, these, those] =
      guests.length > 1 ? ["are", "them", "these guests", "those lines"] : ["is", "it", "the guest", "that line"];
    return {
      message: `the host "${host}" was removed, but ${guests.join(", ")} ${are} still on it (${lockLines.join(", ")}), and nothing would manage ${them} any more`,
      fix: `restore ${host}, remove ${these} and apply first; or, if ${host} no longer exists, delete ${those} from ${lockFile}`,
    };
  },
};

export const reachFault = {
  forbidden: (what: string): Fault => ({
    message: `this gives access to ${what}`,
    fix: "remove it, or plan without --untrusted if you trust the file",
  }),
  command: (): Fault => ({
    message: "the URI option command runs a program on this machine, which a fleet file must not do",
    fix: "remove it: ssh is found on PATH, and its settings belong in ~/.ssh/config",
  }),
};

export const referenceFault = {
  /** @param noun `network or bridge` */
  unknown: (noun: string, name: string, known: readonly string[], sections: readonly string[]): Fault => {
    const near = nearest(name, known);
    return {
      message: `there is no ${noun} ${quoted(name)}`,
      fix: near
        ? didYouMean(`"${near}"`)
        : known.length > 0
          ? `use one of ${known.join(", ")}`
          : `add it under ${sections.map((one) => `${one}:`).join(" or ")}`,
    };
  },
  otherHosts: (noun: string, name: string, hosts: { readonly has: readonly string[]; readonly lacks: readonly string[] }): Fault => ({
    message: `the ${noun} ${quoted(name)} is only on ${hosts.has.join(", ")}, but is needed on ${hosts.lacks.join(", ")}`,
    fix: `add ${hosts.lacks.join(", ")} to onHosts of ${noun}s.${name}`,
  }),
  sizeAsImage: (prop: string, size: string): Fault => ({
    message: `${prop}: ${quoted(size)} names an image here, not a size`,
    fix: didYouMean(`{ size: ${size} }`),
  }),
};

export const vlanFault = {
  bridge: (prop: string, name: string, line: number, device: string, vlan: number): Fault => ({
    message: `${prop}: the bridge "${name}" (line ${line}) is a Linux bridge, ${device}, which does not support VLANs of guests`,
    fix: `remove vlan, and use a bridge that is in VLAN ${vlan} already: ${name}-${vlan}: { type: existing, name: ${device.slice(0, 10)}.${vlan} }; or, if it is an Open vSwitch bridge, set type: openvswitch in "${name}"`,
  }),
  network: (prop: string, name: string, line: number): Fault => ({
    message: `${prop}: the network "${name}" (line ${line}) has libvirt's own bridge, which does not support VLANs of guests`,
    fix: "remove vlan, and use one network for each group of guests; or use a bridge of type: openvswitch",
  }),
};
