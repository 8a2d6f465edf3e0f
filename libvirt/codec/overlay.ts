import type { XmlElement } from "../xml.ts";

/** Takes out the child elements of these names. */
export function drop(parent: XmlElement, ...names: string[]): void {
  parent.children = parent.children.filter((one) => typeof one === "string" || !names.includes(one.name));
}
