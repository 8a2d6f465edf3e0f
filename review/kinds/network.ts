import { listed } from "../../model/listed.ts";
import type { Pair } from "../difference.ts";
import { type Phrase, phrasesOf, wished } from "../phrase.ts";
import { registryUpdate } from "../registry.ts";
import { runs, type Subject } from "../subject.ts";
import type { Surroundings } from "../surroundings.ts";
import { at, textAt, treesAt, type Shown } from "../tree.ts";
import type { ResourceKind } from "./kind.ts";

export const network: ResourceKind = {
  noun: "network",
  relate: (subject, around) => around.addNetwork(subject),

  /** `nat, 10.0.0.1/24` */
  summary(side) {
    const mode = textAt(side, "forward", "mode") ?? (at(side, "forward") === null ? "isolated" : "nat");
    const addresses = treesAt(side, "ips").map((ip) => {
      const length = at(ip, "prefix") ?? at(ip, "netmask");
      return `${textAt(ip, "address") ?? "?"}${typeof length === "number" || typeof length === "string" ? `/${length}` : ""}`;
    });
    const bridge = textAt(side, "bridge", "name");
    return listed([mode, ...addresses, ...(bridge === undefined ? [] : [`bridge ${bridge}`])]);
  },

  phrases: (subject, around) =>
    phrasesOf(subject.difference, { name: (list, value) => NAMES[list]?.(value, around), pair: (pair) => pairPhrases(pair, around) }),

  interruption: (subject, effect, around) => (effect === "restart" ? { guests: guestsOn(subject, around) } : {}),

  networkLoss(subject, effect, around) {
    if (registryUpdate(subject) !== undefined) return undefined;
    const stops = subject.difference.own.some((leaf) => leaf.kind === "active" && leaf.after === false);
    if (!stops && effect !== "delete" && effect !== "replace") return undefined;
    const name = `network ${nameBefore(subject)}`;
    const [guests, usedBy] = [guestsOn(subject, around), around.othersOn(name)];
    return guests.length === 0 && usedBy === undefined ? undefined : { networks: [name], guests, usedBy };
  },
};

const nameBefore = (subject: Subject): string => textAt(subject.before, "name") ?? subject.name;

const STAYING: ReadonlySet<Subject["action"]> = new Set(["no-op", "update", "forget"]);

/** The running guests on a network that the plan leaves running. */
function guestsOn(subject: Subject, around: Surroundings): string[] {
  const isOn = (nic: Shown): boolean => textAt(nic, "source", "network", "network") === nameBefore(subject);
  return around
    .guestsIn(subject)
    .filter(
      ({ action, before, after }) => runs(before) !== false && STAYING.has(action) && treesAt(after, "devices", "interfaces").some(isOn),
    )
    .map(({ name }) => name);
}

/** ` for web1`, whom a reservation is for. */
function ownerOf(host: Shown, around: Surroundings): string {
  const mac = textAt(host, "mac");
  const owner = textAt(host, "name") ?? (mac === undefined ? undefined : around.guestWithMac(mac)?.name) ?? mac ?? textAt(host, "id");
  return owner === undefined ? "" : ` for ${owner}`;
}

const rangeOf = (range: Shown): string => `${textAt(range, "start") ?? "?"} – ${textAt(range, "end") ?? "?"}`;

/** What the items of each list are called. */
const NAMES: Readonly<Record<string, (value: Shown, around: Surroundings) => string>> = {
  "ips.dhcp.hosts": (host, around) => `reservation ${textAt(host, "ip") ?? "?"}${ownerOf(host, around)}`,
  "ips.dhcp.ranges": (range) => `DHCP range ${rangeOf(range)}`,
  "dns.host": (host) =>
    `DNS name ${listed(treesAt(host, "hostnames").map((one) => textAt(one, "hostname") ?? "?"))} (${textAt(host, "ip") ?? "?"})`,
  "dns.sr_vs": (srv) => `DNS service ${textAt(srv, "service") ?? "?"}/${textAt(srv, "protocol") ?? "?"}`,
};

/** `reservation for web1 10.0.0.11 → 10.0.0.12`, `DHCP range 10.0.0.2 – 10.0.0.9 → 10.0.0.2 – 10.0.0.99` */
function pairPhrases({ kind, before, after, difference }: Pair, around: Surroundings): Phrase[] | undefined {
  if (kind === "ips.dhcp.hosts") {
    const [was, is] = [textAt(before, "ip"), textAt(after, "ip")];
    const moved = wished(difference.own).find((leaf) => leaf.kind === "ips.dhcp.hosts.ip");
    if (moved && was !== undefined && is !== undefined)
      return [{ kind: "changed", change: moved.change, attribute: `reservation${ownerOf(after, around)}`, before: was, after: is }];
  }
  if (kind === "ips.dhcp.ranges" && rangeOf(before) !== rangeOf(after))
    return [
      { kind: "changed", change: difference.leaves[0]?.change, attribute: "DHCP range", before: rangeOf(before), after: rangeOf(after) },
    ];
  return undefined;
}
