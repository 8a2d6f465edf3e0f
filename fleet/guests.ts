import { isRecord } from "../model/records.ts";
import { Ip } from "../model/ip.ts";
import type { FleetData, GuestDefaults, GuestEntry, GuestProps } from "./schema.ts";

/** One guest of a fleet: its entry in the file, with defaults and host. */
export interface FleetGuest {
  /** Its name on the host: the entry's, with a number if the entry has a count. */
  readonly name: string;
  /** The name of its entry in the file. */
  readonly entry: string;
  /** From 0: its index among the entry's guests. */
  readonly index: number;
  readonly host: string;
  /** References are names in the file. */
  readonly props: GuestProps;
}

/** An entry merged with the defaults. */
export interface WholeEntry extends GuestDefaults {
  readonly count?: number | undefined;
  readonly name?: string | undefined;
}

/** The entry overrides the defaults; objects are merged by member, lists replaced; host and hosts are one setting. */
export function withDefaults(entry: GuestEntry, defaults: GuestDefaults | null | undefined): WholeEntry {
  const { host, hosts, ...rest } = defaults ?? {};
  const place = entry.host !== undefined || entry.hosts !== undefined ? {} : { ...(host && { host }), ...(hosts && { hosts }) };
  return laidOver({ ...rest, ...place }, entry) as WholeEntry;
}

function laidOver(below: unknown, above: unknown): unknown {
  if (!isRecord(below) || !isRecord(above)) return above;
  const joined: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) joined[key] = key in below ? laidOver(below[key], value) : value;
  return joined;
}

/** The props of a guest alone: what a VM accepts. */
export function guestProps(whole: WholeEntry): GuestProps {
  const { count: _, name: __, host: ___, hosts: ____, ...props } = whole;
  return props as GuestProps;
}

/** The hosts that an entry's guests are spread over; empty if unspecified. */
export function placesOf(whole: WholeEntry, data: FleetData): readonly string[] {
  if (whole.host !== undefined) return [whole.host];
  if (whole.hosts !== undefined) return whole.hosts;
  const all = Object.keys(data.hosts);
  return all.length === 1 ? all : [];
}

/** The names of an entry's guests: numbered from 1 if it has a count, so that raising the count renames none. */
export function namesOf(entry: string, whole: WholeEntry): readonly string[] {
  const base = whole.name ?? entry;
  return Array.from({ length: whole.count ?? 1 }, (_, index) => (whole.count === undefined ? base : `${base}-${index + 1}`));
}

/** All guests of an entry. @param hosts one per name */
export function expand(entry: string, whole: WholeEntry, hosts: readonly string[]): FleetGuest[] {
  const props = guestProps(whole);
  return namesOf(entry, whole).map((name, index) => ({
    name,
    entry,
    index,
    host: hosts[index] ?? "",
    props: index === 0 || props.networks === undefined ? props : { ...props, networks: props.networks.map((nic) => nth(nic, index)) },
  }));
}

type Nic = NonNullable<GuestProps["networks"]>[number];

const nth = (nic: Nic, index: number): Nic =>
  typeof nic === "object" && nic.ip !== undefined && Ip.is(nic.ip) ? { ...nic, ip: Ip.parse(nic.ip).plus(index).toString() } : nic;
