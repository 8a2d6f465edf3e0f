import type { Item, Pair } from "../compare.ts";
import { at, textAt, treesAt, type Shown } from "../tree.ts";
import type { Subject, Surroundings } from "../subject.ts";
import { listed, phrasesOf, wished, wordsOf, type Phrase, type Words } from "./common.ts";

/** `nat, 10.0.0.1/24`. */
export function networkSummary(side: Shown): string {
  const mode = textAt(side, "forward", "mode") ?? (at(side, "forward") === null ? "isolated" : "nat");
  const addresses = treesAt(side, "ips").map((ip) => {
    const length = at(ip, "prefix") ?? at(ip, "netmask");
    return `${textAt(ip, "address") ?? "?"}${typeof length === "number" || typeof length === "string" ? `/${length}` : ""}`;
  });
  const bridge = textAt(side, "bridge", "name");
  return listed([mode, ...addresses, ...(bridge === undefined ? [] : [`bridge ${bridge}`])]);
}

function ownerOf(host: Shown, around: Surroundings): string {
  const name = textAt(host, "name");
  if (name !== undefined) return ` for ${name}`;
  const mac = textAt(host, "mac");
  const guest = mac === undefined ? undefined : around.guestWithMac(mac);
  if (guest) return ` for ${guest.name}`;
  const id = mac ?? textAt(host, "id");
  return id === undefined ? "" : ` for ${id}`;
}

const rangeOf = (range: Shown): string => `${textAt(range, "start") ?? "?"} – ${textAt(range, "end") ?? "?"}`;

/** The name of an item in each list. */
const NAMED: Readonly<Record<string, (value: Shown, around: Surroundings) => string>> = {
  "ips.dhcp.hosts": (host, around) => `reservation ${textAt(host, "ip") ?? "?"}${ownerOf(host, around)}`,
  "ips.dhcp.ranges": (range) => `DHCP range ${rangeOf(range)}`,
  "dns.host": (host) =>
    `DNS name ${listed(treesAt(host, "hostnames").map((one) => textAt(one, "hostname") ?? "?"))} (${textAt(host, "ip") ?? "?"})`,
  "dns.tx_ts": (txt) => `DNS text ${textAt(txt, "name") ?? "?"}`,
  "dns.sr_vs": (srv) => `DNS service ${textAt(srv, "service") ?? "?"}/${textAt(srv, "protocol") ?? "?"}`,
  "dns.forwarders": (forwarder) => `DNS forwarder ${textAt(forwarder, "addr") ?? textAt(forwarder, "domain") ?? "?"}`,
  routes: (route) => `route to ${textAt(route, "address") ?? "?"}`,
  port_groups: (group) => `port group ${textAt(group, "name") ?? "?"}`,
  ips: (ip) => `address ${textAt(ip, "address") ?? "?"}`,
};

const LABELS: Readonly<Record<string, string>> = {
  "mtu.size": "MTU",
  "forward.mode": "mode",
  "bridge.name": "bridge",
  "domain.name": "DNS domain",
};
const labelOf = (kind: string): string => LABELS[kind] ?? wordsOf(kind);

function itemPhrase(item: Item, around: Surroundings): Phrase | undefined {
  const name = NAMED[item.kind]?.(item.value, around);
  return name === undefined ? undefined : { text: `${name} ${item.action}`, change: item.change, short: name };
}

/** `reservation for web1: 10.0.0.11 → 10.0.0.12`; a range and an address are named by their current values. */
function pairPhrases(pair: Pair, around: Surroundings, words: Words): Phrase[] | undefined {
  if (pair.kind === "ips.dhcp.hosts") {
    const [before, after] = [textAt(pair.before, "ip"), textAt(pair.after, "ip")];
    const moved = wished(pair.difference.own).find((leaf) => leaf.kind === "ips.dhcp.hosts.ip");
    if (moved && before !== undefined && after !== undefined) {
      const name = `reservation${ownerOf(pair.after, around)}`;
      return [{ text: `${name} ${before} → ${after}`, change: moved.change, short: name }];
    }
  }
  if (pair.kind === "ips.dhcp.ranges") {
    const [before, after] = [rangeOf(pair.before), rangeOf(pair.after)];
    const first = pair.difference.leaves[0];
    if (first && before !== after) return [{ text: `DHCP range ${before} → ${after}`, change: first.change, short: "DHCP range" }];
  }
  const name = NAMED[pair.kind]?.(pair.after, around);
  return name === undefined ? undefined : phrasesOf(pair.difference, words, name, pair.kind);
}

export function networkPhrases(subject: Subject, around: Surroundings): Phrase[] {
  const words: Words = { label: labelOf, item: (item) => itemPhrase(item, around), pair: (pair) => pairPhrases(pair, around, words) };
  return phrasesOf(subject.difference, words);
}
