import { type Detail, detailOf } from "../outline.ts";
import { Own } from "../own.ts";
import type { ReviewedChange } from "../schema.ts";
import { NOISE, tellingOf } from "../usual.ts";
import { foldNames } from "./fold.ts";
import type { FleetGroup, FleetMember, FleetReview } from "./schema.ts";

/** The details of a fleet's changes: those of a group that differ only by what is each one's own once. */
export const detailsOfFleet = (review: FleetReview): Detail[] => {
  const changes = changesByPlace(review);
  return review.groups.flatMap((group) => detailsOfGroup(group, changes));
};

export type ChangesByPlace = ReadonlyMap<string, ReviewedChange>;

export const placeOf = (stack: string, address: string): string => `${stack}\n${address}`;

export const changesByPlace = ({ stacks }: FleetReview): ChangesByPlace =>
  new Map(stacks.flatMap(({ name, review: { changes } }) => changes.map((change) => [placeOf(name, change.address), change] as const)));

/** Members with the same details. */
interface Alike extends InFull {
  readonly members: readonly FleetMember[];
}

export function detailsOfGroup(group: FleetGroup, changes: ChangesByPlace): Detail[] {
  const many = group.members.length > 1;
  const all = group.members.flatMap((member) => {
    const change = changes.get(placeOf(member.stack, member.address));
    return change === undefined ? [] : [{ member, ...detailIn(change, many ? member : undefined) }];
  });
  const alike = [...Map.groupBy(all, ({ detail: { rows, contents, diffs } }) => JSON.stringify([rows, contents, diffs])).values()]
    .flatMap((same): Alike[] => (same[0] ? [{ ...same[0], members: same.map(({ member }) => member) }] : []))
    .toSorted((a, b) => b.members.length - a.members.length);
  const [main, ...others] = alike;
  if (main === undefined) return [];
  const whose = many ? ` of ${group.members[0]?.name}` : "";
  const xml = group.xml === undefined ? [] : [{ path: `libvirt XML${whose}`, diff: group.xml }];
  const moves = many ? movesOf(group, changes) : [];
  const first = {
    ...main.detail,
    rows: main.detail.rows.filter(([path = ""]) => !main.usual.has(path)),
    title: group.text,
    reasons: group.reasons,
    note: many ? noteOf(main.detail, group.noun) : undefined,
    contents: [...main.detail.contents, ...(moves.length > 0 ? [{ path: "moved from", changes: moves }] : [])],
    diffs: [...main.detail.diffs, ...xml],
  };
  return [first, ...others.map((one) => besides(one, main.detail))]
    .map((detail, index) => ({ ...detail, address: addressesOf(alike[index]?.members ?? []) }))
    .filter(({ rows, contents, diffs }) => rows.length + contents.length + diffs.length > 0);
}

/** Where each of several was before. */
const movesOf = ({ members }: FleetGroup, changes: ChangesByPlace): string[] =>
  members.flatMap(({ stack, address, name }) => {
    const from = changes.get(placeOf(stack, address))?.movedFrom;
    return from === undefined ? [] : [`${name}: ${from}`];
  });

/** `<name>, <MAC>: each guest's own` */
function noteOf({ rows, contents, diffs }: Detail, noun: string): string | undefined {
  const marks = JSON.stringify([rows, contents, diffs]).match(/<(?:name|guest|UUID|MAC(?: \d+)?)>/g) ?? [];
  return marks.length === 0 ? undefined : `${[...new Set(marks)].join(", ")}: each ${noun}'s own`;
}

/** Details with what is usual too: where one of several is not as the others, that matters. */
interface InFull {
  readonly detail: Detail;
  /** The paths of what is usual. */
  readonly usual: ReadonlySet<string>;
}

/** @param member one of several, whose own values are marked */
function detailIn(change: ReviewedChange, member: FleetMember | undefined): InFull {
  const detail = detailOf({ ...change, attributes: change.attributes.filter(({ path }) => !NOISE.test(path)) });
  const telling = new Set(tellingOf(change));
  const usual = change.attributes.filter((one) => !telling.has(one)).map(({ path }) => path);
  if (member === undefined) return { detail, usual: new Set(usual) };
  const own = new Own({ name: change.name, guest: member.name, ...addressesIn(change) });
  const rows = detail.rows
    .map((row) => row.map((text) => own.marked(text)))
    .filter(([path, value]) => path !== "name" || value !== "<name>");
  const contents = detail.contents.map((one) => ({ ...one, changes: one.changes.map((text) => own.marked(text)) }));
  const diffs = detail.diffs.map((one) => ({ ...one, diff: own.marked(one.diff) }));
  return { detail: { ...detail, movedFrom: undefined, rows, contents, diffs }, usual: new Set(usual.map((path) => own.marked(path))) };
}

/** A guest's UUID and the MAC addresses of its interfaces. */
export function addressesIn({ type, attributes }: ReviewedChange): { readonly uuid?: string; readonly macs: readonly string[] } {
  if (type !== "libvirt_domain") return { macs: [] };
  const textOf = ({ after, before }: ReviewedChange["attributes"][number]): string => String(after ?? before);
  const uuid = attributes.find(({ path, unknown }) => path === "uuid" && unknown !== true);
  const macs = attributes.flatMap(({ path }) => /^devices\.interfaces\[((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\]/i.exec(path)?.[1] ?? []);
  return { ...(uuid && { uuid: textOf(uuid) }), macs: [...new Set(macs)] };
}

/** What some members have besides what most have, or instead of it. */
function besides({ detail, members }: Alike, main: Detail): Detail {
  const isIn = (rows: Detail["rows"], row: readonly string[]): boolean => rows.some((one) => one.join("\n") === row.join("\n"));
  const paths = new Set(detail.rows.map(([path]) => path));
  const absent = main.rows.filter(([path]) => !paths.has(path)).map(([path = "", ...values]) => [path, ...values.map(() => "(not here)")]);
  return {
    ...detail,
    title: `${foldNames(members.map(({ name }) => name))}: the same as the others, but for this`,
    reasons: [],
    rows: [...detail.rows.filter((row) => !isIn(main.rows, row)), ...absent],
    contents: JSON.stringify(detail.contents) === JSON.stringify(main.contents) ? [] : detail.contents,
    diffs: JSON.stringify(detail.diffs) === JSON.stringify(main.diffs) ? [] : detail.diffs,
  };
}

const addressesOf = (members: readonly FleetMember[]): string =>
  members.length > 2 ? `${members[0]?.address} and ${members.length - 1} more` : members.map(({ address }) => address).join(", ");
