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
  return [before, after].every((side) => liveWith.some((path) => has(side, path))) ? "live" : "restart";
}

/** Whether two values differ at most in that one spells out libvirt's default. */
export const isSameByDefault = (field: Field | undefined, one: unknown, other: unknown): boolean =>
  field?.default !== undefined && (one ?? field.default) === (other ?? field.default);

/** `device=cdrom`: the attribute has this value; `source.network`: it is set. */
function has(structure: unknown, condition: string): boolean {
  const [path = "", wanted] = condition.split("=");
  const found = path.split(".").reduce<unknown>((at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined), structure);
  return wanted === undefined ? found !== undefined && found !== null && found !== false : found === wanted;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;
