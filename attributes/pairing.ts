import type { Values } from "../model/values.ts";
import type { Compiled } from "./compile.ts";
import { keyAt, kindOf } from "./identity.ts";

export type Keys = readonly (readonly string[])[];

/**
 * The existing item that each wanted one refers to: indices into `have`, -1 if there is none.
 *
 * Items with a key are matched by it (a part that the wanted item leaves open matches any); several with the same key by content, then by
 * kind. The other items are matched by content, then by kind, then by position, among the remaining ones.
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
    // DIMMs of one model, whose content distinguishes them, and the companions of a USB 2 controller, which share its index.
    if (new Set(haveKeys.map((parts) => parts.join("\0"))).size < have.length) {
      pass(keyed, (wanted, candidate) => sameKey(wanted, candidate) && within(want[wanted] ?? {}, have[candidate] ?? {}));
      pass(
        keyed,
        (wanted, candidate) => sameKey(wanted, candidate) && kindOf(fields, want[wanted] ?? {}) === kindOf(fields, have[candidate] ?? {}),
      );
    }
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
