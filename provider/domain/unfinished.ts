import { child, element, type XmlElement } from "../../libvirt/xml.ts";

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
