import { Cidr } from "../../model/cidr.ts";
import { Ip } from "../../model/ip.ts";
import { macAddress } from "../../model/mac.ts";
import type { FleetProblem } from "../errors.ts";
import type { FleetGuest } from "../guests.ts";
import { isOn } from "./references.ts";
import type { FleetData, FleetNetwork } from "../schema.ts";
import type { FleetSource, Path } from "../source/source.ts";

interface Claim {
  readonly owner: string;
  readonly path: Path;
}

/** Duplicate addresses, addresses outside their network, and overlapping networks. */
export function addressProblems(
  source: FleetSource,
  data: FleetData,
  guests: readonly FleetGuest[],
  at: (path: Path) => Path,
): FleetProblem[] {
  const problems: FleetProblem[] = [];
  const macs = new Map<string, Claim>();
  const ips = new Map<string, Claim>();
  /** If an entry's first guest has no valid address, neither do the others. */
  const hopeless = new Set<string>();
  for (const host of Object.keys(data.hosts)) claimNetworks(host);
  for (const guest of guests) {
    for (const [index, nic] of (guest.props.networks ?? []).entries()) {
      if (typeof nic === "string") continue;
      const path = ["guests", guest.entry, "networks", index];
      if (nic.mac !== undefined) claimMac(nic.mac, { owner: `"${guest.name}"`, path: at([...path, "mac"]) });
      if (nic.ip !== undefined && nic.network !== undefined && Ip.is(nic.ip)) claimIp(guest, nic.network, nic.ip, at([...path, "ip"]));
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
        if (other && !hopeless.has(`${name}/${key}`)) {
          hopeless.add(`${name}/${key}`);
          problems.push(
            source.problem(
              ["networks", name, key],
              `${key}: ${cidr.toString()} lies across ${other.cidr.toString()} of the network "${other.name}" on ${host}`,
              "give one of the two other addresses",
            ),
          );
        }
        nets.push({ name, cidr });
        ips.set(keyOf(host, name, gatewayOf(network, cidr)), { owner: `the host ${host} itself`, path: ["networks", name, key] });
      }
      for (const [index, reservation] of (network.reservations ?? []).entries()) {
        if (!Ip.is(reservation.ip)) continue;
        const path = ["networks", name, "reservations", index, "ip"];
        claim(
          ips,
          keyOf(host, name, Ip.parse(reservation.ip)),
          { owner: `"${reservation.name ?? reservation.mac ?? reservation.id ?? name}"`, path },
          `ip: ${reservation.ip}`,
        );
      }
    }
  }

  function claimMac(text: string, owner: Claim): void {
    try {
      claim(macs, macAddress(text), owner, `mac: ${text}`);
    } catch {
      // already reported by the prop's own schema
    }
  }

  function claimIp(guest: FleetGuest, name: string, text: string, path: Path): void {
    const network = data.networks?.[name];
    const ip = Ip.parse(text);
    if (network === undefined || hopeless.has(path.join("/"))) return;
    const given = guest.index === 0 ? text : `${text}, which ${guest.name} would get,`;
    if ("existing" in network) {
      hopeless.add(path.join("/"));
      const fix = "drop ip, or set the address in cloudInit.networkConfig";
      problems.push(source.problem(path, `ip: the network "${name}" is on the host already, so cdkvm cannot keep ${text} there`, fix));
      return;
    }
    const nets = [cidrOf(network.ipv4), cidrOf(network.ipv6)].filter((net) => net !== undefined);
    if (!nets.some((net) => net.contains(ip))) {
      hopeless.add(path.join("/"));
      const fix = nets.length === 0 ? `give networks.${name} an ipv4 or ipv6` : `choose one of ${nets.join(" or ")}`;
      problems.push(source.problem(path, `ip: ${given} is outside the network "${name}"`, fix));
      return;
    }
    const net = nets.find((one) => one.contains(ip));
    if (net?.version === 4 && net.prefix < 31 && (ip.equals(net.network) || ip.equals(net.last))) {
      hopeless.add(path.join("/"));
      const whose = ip.equals(net.last) ? "the broadcast address" : "the first address";
      problems.push(source.problem(path, `ip: ${given} is ${whose} of ${net.toString()}, which no guest may have`, "choose another one"));
      return;
    }
    claim(ips, keyOf(guest.host, name, ip), { owner: `"${guest.name}"`, path }, `ip: ${text}`);
  }

  function claim(taken: Map<string, Claim>, key: string, mine: Claim, what: string): void {
    const other = taken.get(key);
    if (other === undefined) {
      taken.set(key, mine);
      return;
    }
    const { line } = source.problem(other.path, "");
    const place = samePath(other.path, mine.path) ? "" : ` (line ${line})`;
    problems.push(source.problem(mine.path, `${what} is the address of ${other.owner} already${place}`, "give one of the two another one"));
  }
}

const samePath = (a: Path, b: Path): boolean => a.join("\0") === b.join("\0");
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
