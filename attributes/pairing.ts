import { asText, isValues, type Value, type Values } from "../model/values.ts";
import type { Compiled, Node } from "./compile.ts";
import { normal } from "./normalize.ts";

export type Keys = readonly (readonly string[])[];

/**
 * The existing item that each wanted one refers to: indices into `have`, -1 if there is none.
 *
 * Items with a key are matched by it (a part that the wanted item leaves open matches any). The other items are matched by content,
 * then by kind, then by position, among the remaining ones.
 */
export function pairBy(
  fields: Compiled,
  keys: Keys | undefined,
  want: readonly Values[],
  have: readonly Values[],
  within: (part: Values, whole: Values) => boolean,
): number[] {
  const pairs = want.map(() => -1);
  if (have.length === 0) return pairs;
  const free = new Set(have.keys());
  const pass = (may: (index: number) => boolean, fits: (wanted: number, candidate: number) => boolean): void => {
    for (let wanted = 0; wanted < want.length; wanted++) {
      if (pairs[wanted] !== -1 || !may(wanted)) continue;
      for (const candidate of free) {
        if (!fits(wanted, candidate)) continue;
        pairs[wanted] = candidate;
        free.delete(candidate);
        break;
      }
    }
  };

  const wantKeys = keys === undefined ? undefined : want.map((item) => keys.map((path) => keyAt(fields, item, path)));
  const keyed = (index: number): boolean => wantKeys?.[index]?.some((part) => part !== undefined) === true;
  if (keys !== undefined && wantKeys !== undefined) {
    const haveKeys = have.map((item) => keys.map((path) => keyAt(fields, item, path)));
    const sameKey = (wanted: number, candidate: number): boolean =>
      keys.every((_, part) => wantKeys[wanted]?.[part] === haveKeys[candidate]?.[part]);
    // The companions of a USB 2 controller share its index; their model distinguishes them.
    if (new Set(haveKeys.map((parts) => parts.join("\0"))).size < have.length)
      pass(
        keyed,
        (wanted, candidate) => sameKey(wanted, candidate) && kindOf(fields, want[wanted] ?? {}) === kindOf(fields, have[candidate] ?? {}),
      );
    pass(keyed, sameKey);
    pass(keyed, (wanted, candidate) =>
      keys.every((_, part) => wantKeys[wanted]?.[part] === undefined || wantKeys[wanted]?.[part] === haveKeys[candidate]?.[part]),
    );
  }
  const open = (index: number): boolean => !keyed(index);
  if (free.size === 0 || !pairs.some((pair, index) => pair === -1 && open(index))) return pairs;
  pass(open, (wanted, candidate) => within(want[wanted] ?? {}, have[candidate] ?? {}));
  if (free.size > 0 && pairs.includes(-1)) {
    const kinds = have.map((item) => kindOf(fields, item));
    pass(open, (wanted, candidate) => kindOf(fields, want[wanted] ?? {}) === kinds[candidate]);
    pass(open, () => true);
  }
  return pairs;
}

/** The key part at a path of an item, normalized; undefined if the item leaves it open. */
function keyAt(fields: Compiled, item: Values, path: readonly string[]): string | undefined {
  let value: Value | undefined = item;
  let inner: Compiled | undefined = fields;
  let node: Node | undefined;
  for (const step of path) {
    if (step === "@variant")
      return inner?.alternatives.find(({ name }) => isValues(value) && value[name] != null && value[name] !== false)?.name;
    if (!isValues(value) || inner === undefined) return undefined;
    node = inner.byName.get(step);
    value = value[step];
    inner = node?.inner;
  }
  if (value === undefined || value === null || value === "" || typeof value === "object" || typeof value === "symbol") return undefined;
  return normal(node?.field.same, String(value));
}

/** The kind of an item: its alternative and its type, model, mode. */
function kindOf(fields: Compiled, item: Values): string {
  const alternative = fields.alternatives.find(({ name }) => item[name] != null && item[name] !== false);
  return [alternative?.name ?? "", ...fields.identity.map(({ name }) => asText(item[name] ?? ""))].join(" ");
}
