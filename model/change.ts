import { meets } from "./condition.ts";
import type { ChangeClass, Field } from "./table.ts";

/**
 * The class of a change to one attribute: the table's, unless it depends on the enclosing structure before and after, see
 * {@link FieldOptions.liveWith}.
 *
 * @param inherited of the enclosing attribute
 * @param before the enclosing structure, `undefined` or `null` if there is none
 */
export function changeOf(field: Field | undefined, inherited: ChangeClass, before: unknown, after: unknown): ChangeClass;
export function changeOf(
  field: Field | undefined,
  inherited: ChangeClass | undefined,
  before: unknown,
  after: unknown,
): ChangeClass | undefined;
export function changeOf(
  field: Field | undefined,
  inherited: ChangeClass | undefined,
  before: unknown,
  after: unknown,
): ChangeClass | undefined {
  const change = field?.change ?? inherited;
  if (field?.liveWith === undefined || change !== "live") return change;
  const { liveWith } = field;
  return [before, after].every((side) => liveWith.some((condition) => meets(side, condition))) ? "live" : "restart";
}

/** Whether two values differ at most in that one spells out libvirt's default. */
export const isSameByDefault = (field: Field | undefined, one: unknown, other: unknown): boolean =>
  field?.default !== undefined && (one ?? field.default) === (other ?? field.default);
