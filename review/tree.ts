import type { Change } from "../engine/plan.ts";
import { UNKNOWN, type Unknown } from "../model/values.ts";
import type { Field, Fields } from "../model/table.ts";
import { HiddenValues } from "../model/hidden.ts";
import { Content, isSecretName, Masked, withoutLogins } from "./masked.ts";

/** A state with all secrets removed: the rest of the review works on it, so that nothing can leak later. */
export type Shown = null | string | number | boolean | Unknown | Masked | readonly Shown[] | Tree;
export interface Tree {
  readonly [name: string]: Shown;
}

export const isTree = (value: Shown | undefined): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Masked);
export const isItems = (value: Shown | undefined): value is readonly Shown[] => Array.isArray(value);

/** The value at a path; `null` if there is none. */
export function at(value: Shown | undefined, ...path: readonly (string | number)[]): Shown {
  let here: Shown | undefined = value;
  for (const step of path) {
    if (isTree(here) && typeof step === "string") here = Object.hasOwn(here, step) ? here[step] : undefined;
    else if (isItems(here) && typeof step === "number") here = here[step];
    else return null;
  }
  return here ?? null;
}

/** The text at a path; `undefined` if the value is not a text, is secret or is not known yet. */
export function textAt(value: Shown | undefined, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" && found !== "" ? found : undefined;
}

export const treesAt = (value: Shown | undefined, ...path: readonly (string | number)[]): readonly Tree[] => {
  const found = at(value, ...path);
  return isItems(found) ? found.filter(isTree) : [];
};

/** Whether a value, or any part of it, is known only after apply. */
export const isUnknown = (value: Shown): boolean =>
  value === UNKNOWN || (isItems(value) ? value.some(isUnknown) : isTree(value) && Object.values(value).some(isUnknown));

/** Whether two values are known to be the same; hidden ones are compared by their digests. */
export function same(a: Shown, b: Shown): boolean {
  if (a === b) return a !== UNKNOWN;
  if (a instanceof Masked || b instanceof Masked) return a instanceof Masked && b instanceof Masked && a.digest === b.digest;
  if (isItems(a)) return isItems(b) && a.length === b.length && a.every((item, index) => same(item, b[index] ?? null));
  if (!isTree(a) || !isTree(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => same(at(a, name), at(b, name)));
}

interface Side {
  readonly value: unknown;
  readonly unknown: unknown;
  readonly sensitive: unknown;
}

const stepInto = (side: Side, step: string | number): Side => ({
  value: member(side.value, step),
  unknown: side.unknown === true ? true : member(side.unknown, step),
  sensitive: side.sensitive === true ? true : member(side.sensitive, step),
});

function member(value: unknown, step: string | number): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Record<string | number, unknown>)[step];
}

const keysOf = (value: unknown): string[] =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];

export interface Sides {
  readonly before: Shown;
  readonly after: Shown;
}

export interface MaskOptions {
  /** Values that must not be shown anywhere, whatever the attribute. */
  readonly secrets?: HiddenValues;
  /** Top-level texts that are secret only because of their kind, not their origin: their parts are shown. */
  readonly readable?: ReadonlySet<string>;
  /** Shows free texts verbatim. @default false: only their parts are shown */
  readonly showTexts?: boolean;
}

/** Both sides of a change, with secrets and unknown values marked. */
export function shownSides(change: Change, fields: Fields | undefined, options: MaskOptions = {}): Sides {
  const before: Side = { value: change.before, unknown: false, sensitive: change.before_sensitive };
  const after: Side = { value: change.after, unknown: change.after_unknown, sensitive: change.after_sensitive };
  return both(before, after, { name: "", field: undefined, fields, options, secret: false, depth: 0 });
}

interface Place {
  readonly name: string;
  readonly field: Field | undefined;
  readonly fields: Fields | undefined;
  readonly options: MaskOptions;
  readonly secret: boolean;
  readonly depth: number;
}

function both(before: Side, after: Side, place: Place): Sides {
  const readable = place.depth === 1 && place.options.readable?.has(place.name) === true;
  const secret = place.secret || (place.field?.sensitive === true && !readable);
  const hideBefore = secret || (before.sensitive === true && !readable);
  const hideAfter = secret || (after.sensitive === true && !readable);
  if (hideBefore || hideAfter || isLeaf(before.value, after.value, after.unknown)) {
    return leaf(before, after, { ...place, secret: hideBefore || hideAfter });
  }
  const mask = place.depth > 0 && isSecretName(place.name) && !place.field;
  const inner = (step: string | number): Place => {
    const field = typeof step === "string" ? place.fields?.[step] : place.field;
    return {
      name: typeof step === "string" ? step : place.name,
      field,
      fields: field && "fields" in field ? field.fields : undefined,
      options: place.options,
      secret: mask,
      depth: place.depth + 1,
    };
  };
  const listLike = Array.isArray(before.value) || Array.isArray(after.value);
  if (listLike) {
    const beforeLength = Array.isArray(before.value) ? before.value.length : -1;
    const unknownLength = Array.isArray(after.unknown) ? after.unknown.length : 0;
    const afterLength = Array.isArray(after.value) ? Math.max(after.value.length, unknownLength) : -1;
    const pairs = Array.from({ length: Math.max(beforeLength, afterLength, 0) }, (_, index) =>
      both(stepInto(before, index), stepInto(after, index), { ...inner(index), fields: place.fields }),
    );
    return {
      before: beforeLength < 0 ? null : pairs.slice(0, beforeLength).map((pair) => pair.before),
      after: after.unknown === true ? UNKNOWN : afterLength < 0 ? null : pairs.slice(0, afterLength).map((pair) => pair.after),
    };
  }
  const names = new Set([...keysOf(before.value), ...keysOf(after.value), ...keysOf(after.unknown)]);
  const entries = [...names].map((name) => [name, both(stepInto(before, name), stepInto(after, name), inner(name))] as const);
  const hasBefore = before.value !== undefined && before.value !== null;
  const hasAfter = (after.value !== undefined && after.value !== null) || keysOf(after.unknown).length > 0;
  return {
    before: hasBefore ? Object.fromEntries(entries.map(([name, pair]) => [name, pair.before])) : null,
    after: after.unknown === true ? UNKNOWN : hasAfter ? Object.fromEntries(entries.map(([name, pair]) => [name, pair.after])) : null,
  };
}

const isScalar = (value: unknown): boolean => typeof value !== "object" || value === null;

const isLeaf = (before: unknown, after: unknown, unknown: unknown): boolean =>
  isScalar(before) && isScalar(after) && (isScalar(unknown) || (Array.isArray(unknown) && after == null && before == null));

function leaf(before: Side, after: Side, place: Place): Sides {
  const isUnknown = after.unknown === true;
  const { secrets = NONE, showTexts } = place.options;
  const holds = place.field?.holds ?? (place.field === undefined && isDocument(before.value, after.value) ? "value" : undefined);
  const show = (value: unknown): Shown => {
    if (value === undefined || value === null) return null;
    if (typeof value !== "string") return scalar(value);
    if (holds !== undefined && showTexts !== true) return new Content(holds, value, secrets);
    return secrets.hide(holds === undefined ? withoutLogins(value) : value);
  };
  const hide = (value: unknown): Shown => (value === undefined || value === null ? null : new Masked(value));
  const secret = place.secret || isSecretLeaf(place, before.value, after.value) || (holds === undefined && isWhole(secrets, before, after));
  const side = secret ? hide : show;
  return { before: side(before.value), after: isUnknown ? UNKNOWN : side(after.value) };
}

const NONE = new HiddenValues([]);

/** A multi-line value of a resource without a table: its content is unknown. */
const isDocument = (...values: unknown[]): boolean => values.some((value) => typeof value === "string" && value.trim().includes("\n"));

/** Whether a text with a secret on one side changes: the other side may hold a former secret that is no longer known. */
const isWhole = (secrets: HiddenValues, { value: before }: Side, { value: after }: Side): boolean =>
  typeof before === "string" && typeof after === "string" && before !== after && [before, after].some((one) => secrets.isIn(one));

/** By name alone; a table declares what is secret, but a password is secret everywhere. */
const isSecretLeaf = ({ name, field }: Place, ...values: unknown[]): boolean =>
  (field ? /passw|passphrase/i.test(name) : isSecretName(name)) && values.some((value) => typeof value === "string" && value !== "");
const scalar = (value: unknown): Shown =>
  typeof value === "number" || typeof value === "boolean" || typeof value === "string" ? value : null;
