import { isObject } from "./records.ts";

/**
 * Whether a structure meets a condition of a table: `source.network` (the attribute is set), `device=cdrom|floppy` (it has one of these
 * values), `dev=vd*` (it begins so), `port=|-1` (it is not set, or -1). A path with a leading slash, `/os.type_arch`, starts at the resource.
 *
 * @param structure the one that the attribute with the condition is in, `undefined` or `null` if there is none
 */
export function meets(structure: unknown, condition: string, resource?: unknown): boolean {
  const [path = "", wanted] = condition.split("=");
  const [start, names] = path.startsWith("/") ? [resource, path.slice(1)] : [structure, path];
  const found = names.split(".").reduce<unknown>((at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined), start);
  if (wanted === undefined) return found !== undefined && found !== null && found !== false;
  const text = typeof found === "string" || typeof found === "number" ? String(found) : "";
  return wanted.split("|").some((one) => (one.endsWith("*") ? text.startsWith(one.slice(0, -1)) : text === one));
}
