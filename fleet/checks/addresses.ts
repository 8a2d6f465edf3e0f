import { Cidr } from "../../model/cidr.ts";
import { Ip } from "../../model/ip.ts";
import { macAddress } from "../../model/mac.ts";
import { samePath } from "../../model/problems.ts";
import type { PropPath } from "../../model/schema-at.ts";
import type { Fault } from "../../model/file-error.ts";
import type { FleetProblem } from "../errors.ts";
import type { FleetGuest } from "../guests.ts";
import { isOn } from "./references.ts";
import type { FleetNetwork } from "../schema.ts";
import { guestPath, type Checked } from "./checked.ts";
import { addressFault } from "./faults.ts";

interface Claim {
  readonly owner: string;
  readonly path: PropPath;
}

/** Duplicate addresses, addresses outside their network, and overlapping networks. */
export function addressProblems({ source, data, guests }: Checked): FleetProblem[] {
  const problems: FleetProblem[] = [];
  const macs = new Map<string, Claim>();
  const ips = new Map<string, Claim>();
  /** If an entry's first guest has no valid address, neither do the others. */
  const reported = new Set<string>();
  for (const host of Object.keys(data.hosts)) claimNetworks(host);
  for (const guest of guests) {
    for (const [index, nic] of (guest.props.networks ?? []).entries()) {
      if (typeof nic === "string") continue;
      const path = ["guests", guest.entry, "networks", index];
      if (nic.mac !== undefined) claimMac(nic.mac, { owner: `"${guest.name}"`, path: guestPath(source, [...path, "mac"]) });
      if (nic.ip !== undefined && nic.network !== undefined && Ip.is(nic.ip))
        claimIp(guest, nic.network, nic.ip, guestPath(source, [...path, "ip"]));
    }
  }
  return problems;

  function claimNetworks(host: string): void {
    const nets: { readonly name: string; readonly cidr: Cidr }[] = [];
    for (const [name, network] of Object.entries(data.networks ?? {})) {
      if ("existing" in network || !isOn(network, host)) continue;
      for (const key of ["ipv4", "ipv6"] as const) {
        const cidr = cidrOf(network[key]);
        if (!cidr) continue;
        const other = nets.find((one) => one.name !== name && one.cidr.overlaps(cidr));
        if (other && !reported.has(`${name}/${key}`)) {
          reported.add(`${name}/${key}`);
          const fault = addressFault.overlap(key, cidr.toString(), other.cidr.toString(), other.name, host);
          problems.push(source.problem(["networks", name, key], fault));
        }
        nets.push({ name, cidr });
        ips.set(keyOf(host, name, gatewayOf(network, cidr)), { owner: `the host ${host}`, path: ["networks", name, key] });
      }
      for (const [index, reservation] of (network.reservations ?? []).entries()) {
        if (!Ip.is(reservation.ip)) continue;
        const path = ["networks", name, "reservations", index, "ip"];
        const owner = { owner: `"${reservation.name ?? reservation.mac ?? reservation.id ?? name}"`, path };
        claim(ips, keyOf(host, name, Ip.parse(reservation.ip)), owner, "ip", reservation.ip);
      }
    }
  }

  function claimMac(text: string, owner: Claim): void {
    try {
      claim(macs, macAddress(text), owner, "mac", text);
    } catch {
      // already reported by the prop's own schema
    }
  }

  function claimIp(guest: FleetGuest, name: string, text: string, path: PropPath): void {
    const network = data.networks?.[name];
    const ip = Ip.parse(text);
    if (network === undefined || reported.has(path.join("/"))) return;
    const fault = ipFault(guest.index === 0 ? text : `${text}, for ${guest.name},`, ip, name, network);
    if (fault) {
      reported.add(path.join("/"));
      problems.push(source.problem(path, fault));
    } else claim(ips, keyOf(guest.host, name, ip), { owner: `"${guest.name}"`, path }, "ip", text);
  }

  function claim(taken: Map<string, Claim>, key: string, mine: Claim, prop: "ip" | "mac", address: string): void {
    const other = taken.get(key);
    if (other === undefined) {
      taken.set(key, mine);
      return;
    }
    const line = samePath(other.path, mine.path) ? undefined : source.lineOf(other.path);
    problems.push(source.problem(mine.path, addressFault.taken(prop, address, other.owner, line)));
  }
}

/** @param shown the address, with its guest if that is not obvious */
function ipFault(shown: string, ip: Ip, name: string, network: FleetNetwork): Fault | undefined {
  if ("existing" in network) return addressFault.existing(ip.toString(), name);
  const nets = [cidrOf(network.ipv4), cidrOf(network.ipv6)].filter((net) => net !== undefined);
  const net = nets.find((one) => one.contains(ip));
  if (net === undefined) return addressFault.outside(shown, name, nets.map(String));
  if (net.version === 6 || net.prefix >= 31) return undefined;
  if (ip.equals(net.last)) return addressFault.unusable(shown, "broadcast", net.toString());
  return ip.equals(net.network) ? addressFault.unusable(shown, "network", net.toString()) : undefined;
}

const keyOf = (host: string, network: string, ip: Ip): string => `${host}\0${network}\0${ip.toString()}`;

function cidrOf(text: string | undefined): Cidr | undefined {
  try {
    return text === undefined ? undefined : Cidr.parse(text);
  } catch {
    return undefined;
  }
}

const gatewayOf = (network: FleetNetwork, cidr: Cidr): Ip =>
  cidr.version === 4 && "gateway" in network && network.gateway !== undefined && Ip.is(network.gateway)
    ? Ip.parse(network.gateway)
    : cidr.network.plus(1);
