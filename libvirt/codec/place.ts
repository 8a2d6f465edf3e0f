import { child, element, type XmlElement } from "../../model/xml.ts";
import type { Compiled } from "../../attributes/compile.ts";
import { walk } from "./read.ts";

const NAMESPACES: Record<string, string> = {
  qemu: "http://libvirt.org/schemas/domain/qemu/1.0",
  dnsmasq: "http://libvirt.org/schemas/network/dnsmasq/1.0",
  fs: "http://libvirt.org/schemas/storagepool/fs/1.0",
  rbd: "http://libvirt.org/schemas/storagepool/rbd/1.0",
};

/** An element that contains only text. */
export function leaf(name: string, text: string): XmlElement {
  const made = element(name);
  if (text !== "") made.children.push(text);
  return made;
}

/** Removes the child elements with these names. */
export function drop(parent: XmlElement, ...names: string[]): void {
  parent.children = parent.children.filter((one) => typeof one === "string" || !names.includes(one.name));
}

/** The element at the end of the path, created if missing. */
export function reach(own: XmlElement, steps: readonly string[], fields: Compiled): XmlElement {
  let at = own;
  for (const step of steps) {
    let next = child(at, step);
    if (next === undefined) {
      next = element(step);
      if (at === own) insert(own, next, fields);
      else at.children.push(next);
    }
    at = next;
  }
  return at;
}

/** Inserts a new element after the last one that the table lists before it. */
export function insert(parent: XmlElement, made: XmlElement, fields: Compiled | undefined): void {
  const rank = fields?.ranks.get(made.name);
  if (fields === undefined || rank === undefined) {
    parent.children.push(made);
    return;
  }
  let place = 0;
  let later = -1;
  parent.children.forEach((one, index) => {
    const other = typeof one === "string" ? -1 : fields.ranks.get(one.name);
    if (other === undefined) return;
    if (other <= rank) place = index + 1;
    else if (later < 0) later = index;
  });
  if (place === 0 && later < 0) place = parent.children.length;
  parent.children.splice(place, 0, made);
}

/** Replaces all elements of one name. */
export function replaceAll(own: XmlElement, steps: readonly string[], made: readonly XmlElement[], fields: Compiled | undefined): void {
  const above = steps.slice(0, -1);
  const name = steps.at(-1) ?? "";
  const parent = made.length > 0 && fields !== undefined ? reach(own, above, fields) : walk(own, above);
  if (parent === undefined) return;
  const first = parent.children.findIndex((one) => typeof one !== "string" && one.name === name);
  const rest = parent.children.filter((one) => typeof one === "string" || one.name !== name);
  if (first < 0) {
    for (const one of made) insert(parent, one, above.length === 0 ? fields : undefined);
    return;
  }
  rest.splice(first, 0, ...made);
  parent.children = rest;
}

/** Declares the namespaces of libvirt's own extensions if their prefix is used. */
export function declareNamespaces(root: XmlElement): void {
  const prefixes = new Set<string>();
  for (const one of root.children) {
    if (typeof one === "string") continue;
    const colon = one.name.indexOf(":");
    if (colon > 0) prefixes.add(one.name.slice(0, colon));
  }
  for (const prefix of prefixes) {
    const uri = NAMESPACES[prefix];
    if (uri !== undefined) root.attributes[`xmlns:${prefix}`] ??= uri;
  }
}
