import { isValues, type Value } from "../../model/values.ts";
import type { XmlElement } from "../xml.ts";

/** The value at a path of names, null where there is none. */
export function valueAt(value: Value | undefined, ...path: string[]): Value {
  let found: Value | undefined = value;
  for (const step of path) found = isValues(found) ? found[step] : undefined;
  return found ?? null;
}

/** Takes out the child elements of these names. */
export function drop(parent: XmlElement, ...names: string[]): void {
  parent.children = parent.children.filter((one) => typeof one === "string" || !names.includes(one.name));
}
