import { type Detail, detailOf } from "../outline.ts";
import type { ReviewedChange } from "../schema.ts";
import type { FleetGroup, FleetReview } from "./schema.ts";

/** Attributes that say nothing about what a change means. */
const NOISE = /(^|\.)(allocation|physical|key|id)$/;

/** The details of a fleet's changes: equal ones of a group once. */
export const detailsOfFleet = (review: FleetReview): Detail[] => {
  const changes = changesByPlace(review);
  return review.groups.flatMap((group) => detailsOfGroup(group, changes));
};

type ChangesByPlace = ReadonlyMap<string, ReviewedChange>;

export const changesByPlace = ({ stacks }: FleetReview): ChangesByPlace =>
  new Map(stacks.flatMap(({ name, review: { changes } }) => changes.map((change) => [`${name}\n${change.address}`, change] as const)));

export function detailsOfGroup(group: FleetGroup, changes: ChangesByPlace): Detail[] {
  const details = new Map<string, { detail: Detail; readonly addresses: string[] }>();
  for (const { stack, address } of group.members) {
    const change = changes.get(`${stack}\n${address}`);
    if (change === undefined) continue;
    const detail = detailOf({ ...change, attributes: change.attributes.filter(({ path }) => !NOISE.test(path)) });
    if (detail.rows.length + detail.contents.length + detail.diffs.length === 0) continue;
    const rows =
      group.members.length > 1 ? detail.rows.filter(([path, ...values]) => path !== "name" && !values.includes(change.name)) : detail.rows;
    const key = JSON.stringify([rows, detail.contents, detail.diffs]);
    const found = details.get(key);
    if (found) found.addresses.push(address);
    else details.set(key, { detail: { ...detail, rows }, addresses: [address] });
  }
  if (group.xml !== undefined) {
    const [first] = details.values();
    const whose = group.members.length > 1 ? ` of ${group.members[0]?.name}` : "";
    if (first) first.detail = { ...first.detail, diffs: [...first.detail.diffs, { path: `libvirt XML${whose}`, diff: group.xml }] };
  }
  const [only, ...others] = details.values();
  if (only !== undefined && others.length === 0) return [{ ...only.detail, title: group.text, address: addressesOf(only.addresses) }];
  return [...details.values()].map(({ detail, addresses }) => ({ ...detail, address: addressesOf(addresses) }));
}

const addressesOf = (addresses: readonly string[]): string =>
  addresses.length > 2 ? `${addresses[0]} and ${addresses.length - 1} more` : addresses.join(", ");
