import { createHash } from "node:crypto";
import { child, element, type XmlElement } from "../../libvirt/xml.ts";
import type { Values } from "../../model/values.ts";

/**
 * The UUID says who made a guest, so that an apply that was killed recognizes its own work, and nothing foreign is ever
 * taken for it. It is of version 8 (RFC 9562): 48 bits stand for the host and the guest's name, the rest for its
 * definition as it was written, without passwords.
 */
export function uuidOf(host: string, name: string, definition: XmlElement | Values): string {
  const what = createHash("sha256").update(JSON.stringify(definition, withoutSecrets)).digest();
  what[0] = ((what[0] ?? 0) & 0x0f) | 0x80;
  what[2] = ((what[2] ?? 0) & 0x3f) | 0x80;
  const rest = what.toString("hex");
  const where = placeOf(host, name);
  return `${where.slice(0, 8)}-${where.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8, 20)}`;
}

const placeOf = (host: string, name: string): string => createHash("sha256").update(`${host}\0${name}`).digest("hex").slice(0, 12);

const withoutSecrets = (key: string, value: unknown): unknown => (key === "passwd" || typeof value === "symbol" ? undefined : value);

/** Whether cdkvm made the guest with this UUID under this name on this host, with whatever configuration. */
export const isMadeHere = (uuid: string, host: string, name: string): boolean =>
  uuid[14] === "8" && uuid.slice(0, 13).replace("-", "") === placeOf(host, name);

export const PREFIX = "cdkvm";
/** The namespace of cdkvm's own element in `<metadata>`. */
export const NAMESPACE = "https://cdkvm.dev/xmlns/libvirt/1";

/** Marks a definition whose guest is not started yet: a create that is killed leaves the mark behind. */
export function markUnfinished(domain: XmlElement): XmlElement {
  const mark = element(`${PREFIX}:unfinished`);
  mark.attributes[`xmlns:${PREFIX}`] = NAMESPACE;
  const metadata = child(domain, "metadata");
  if (metadata !== undefined) return replaced(domain, metadata, { ...metadata, children: [...metadata.children, mark] });
  return { ...domain, children: [...domain.children, { ...element("metadata"), children: [mark] }] };
}

export const isUnfinished = (domain: XmlElement): boolean => child(domain, "metadata")?.children.some(isMark) === true;

/** The XML without the mark, and without the `<metadata>` that it leaves empty. */
export function withoutMark(domain: XmlElement): XmlElement {
  const metadata = child(domain, "metadata");
  if (metadata === undefined) return domain;
  const children = metadata.children.filter((one) => !isMark(one));
  const blank = children.every((one) => typeof one === "string" && one.trim() === "");
  if (!blank && children.length === metadata.children.length) return domain;
  return replaced(domain, metadata, blank ? undefined : { ...metadata, children });
}

const isMark = (one: XmlElement | string): boolean => typeof one !== "string" && Object.values(one.attributes).includes(NAMESPACE);

const replaced = (parent: XmlElement, old: XmlElement, by: XmlElement | undefined): XmlElement => ({
  ...parent,
  children: parent.children.flatMap((one) => (one === old ? (by === undefined ? [] : [by]) : [one])),
});
