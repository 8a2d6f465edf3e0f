import { SaxesParser } from "saxes";
import { CdkvmError, messageOf } from "./errors.ts";

/** An element of libvirt's XML; names and prefixes are kept as written. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  /** White space between elements is dropped, except below `<metadata>`. */
  children: (XmlElement | string)[];
}

/** Beyond any XML that libvirt produces; larger input is rejected before it costs time or memory. */
export const XML_LIMITS = { characters: 16 * 1024 * 1024, depth: 128, attribute: 1024 * 1024, attributes: 4096 } as const;

const refuse = (problem: string, cause?: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_XML_INVALID",
    doing: "read XML",
    problem,
    fix: "give well-formed XML without a DOCTYPE, such as `virsh dumpxml` prints",
    ...(cause === undefined ? {} : { cause }),
  });

const BLANK = /^[ \t\r\n]*$/;

/**
 * Parses one XML document.
 * @throws CdkvmError `CDKVM_XML_INVALID`: not well-formed, a document type (so no entity can be defined), or beyond {@link XML_LIMITS}
 */
export function parseXml(text: string): XmlElement {
  if (text.length > XML_LIMITS.characters) throw refuse(`${text.length} characters are more than the ${XML_LIMITS.characters} allowed`);
  const parser = new SaxesParser({ xmlns: false, position: false });
  const open: XmlElement[] = [];
  let current: XmlElement | undefined;
  let root: XmlElement | undefined;
  let verbatim = 0;
  let attributes = 0;

  parser.on("error", (error) => {
    throw error;
  });
  parser.on("doctype", () => {
    throw refuse("a document type declaration is not allowed");
  });
  parser.on("opentagstart", () => {
    attributes = 0;
    if (open.length >= XML_LIMITS.depth) throw refuse(`elements are nested deeper than ${XML_LIMITS.depth}`);
  });
  parser.on("attribute", ({ name, value }) => {
    if (++attributes > XML_LIMITS.attributes) throw refuse(`an element has more than ${XML_LIMITS.attributes} attributes`);
    if (value.length > XML_LIMITS.attribute)
      throw refuse(`the attribute ${name.slice(0, 100)} is longer than ${XML_LIMITS.attribute} characters`);
  });
  parser.on("opentag", (tag) => {
    const element: XmlElement = { name: tag.name, attributes: tag.attributes, children: [] };
    if (current === undefined) root = element;
    else current.children.push(element);
    open.push(element);
    current = element;
    if (verbatim > 0 || element.name === "metadata") verbatim++;
  });
  const onText = (content: string): void => {
    current?.children.push(content);
  };
  parser.on("text", onText);
  parser.on("cdata", onText);
  parser.on("closetag", () => {
    if (verbatim > 0) verbatim--;
    else if (current !== undefined) dropBlanks(current);
    open.pop();
    current = open.at(-1);
  });

  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof CdkvmError) throw error;
    throw refuse(messageOf(error).slice(0, 500), error);
  }
  if (root === undefined) throw refuse("there is no element");
  return root;
}

function dropBlanks(element: XmlElement): void {
  const { children } = element;
  if (children.length < 2) return;
  if (!children.some((child) => typeof child !== "string")) return;
  element.children = children.filter((child) => typeof child !== "string" || !BLANK.test(child));
}

/** Parses several sibling elements, such as the content of `<metadata>`; keeps white space. */
export const parseXmlFragment = (text: string): (XmlElement | string)[] => parseXml(`<metadata>${text}</metadata>`).children;

export const element = (name: string): XmlElement => ({ name, attributes: Object.create(null) as Record<string, string>, children: [] });

/** The first child element with that name. */
export function child(parent: XmlElement, name: string): XmlElement | undefined {
  for (const candidate of parent.children) if (typeof candidate !== "string" && candidate.name === name) return candidate;
  return undefined;
}

export const childrenNamed = (parent: XmlElement, name: string): XmlElement[] =>
  parent.children.filter((candidate): candidate is XmlElement => typeof candidate !== "string" && candidate.name === name);

/** The element's own text; without surrounding blanks if it has child elements. */
export function textOf(parent: XmlElement): string {
  const { children } = parent;
  if (children.length === 0) return "";
  if (children.length === 1) return typeof children[0] === "string" ? children[0] : "";
  const own = children.filter((candidate) => typeof candidate === "string").join("");
  return children.some((candidate) => typeof candidate !== "string") ? own.trim() : own;
}

export const clone = (original: XmlElement): XmlElement => ({
  name: original.name,
  attributes: Object.assign(Object.create(null) as Record<string, string>, original.attributes),
  children: original.children.map((candidate) => (typeof candidate === "string" ? candidate : clone(candidate))),
});

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};
/** Characters that XML 1.0 cannot contain, even escaped; includes lone surrogates. */
// eslint-disable-next-line no-control-regex
const IMPOSSIBLE =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

function escape(value: string, pattern: RegExp): string {
  const bad = IMPOSSIBLE.exec(value);
  if (bad !== null) {
    const code = bad[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    throw new CdkvmError({
      code: "CDKVM_XML_CHARACTER",
      doing: "write XML",
      problem: `XML cannot hold the character U+${code}`,
      fix: "remove it from the text",
    });
  }
  return value.replace(pattern, (character) => ENTITIES[character] ?? character);
}

const escapeText = (value: string): string => escape(value, /[&<>\r]/g);
const escapeAttribute = (value: string): string => escape(value, /[&<>"\t\n\r]/g);

/** The XML text of an element, without indentation; deterministic. */
export function serializeXml(root: XmlElement | string): string {
  if (typeof root === "string") return escapeText(root);
  let tag = `<${root.name}`;
  for (const name of Object.keys(root.attributes)) tag += ` ${name}="${escapeAttribute(root.attributes[name] ?? "")}"`;
  if (root.children.length === 0) return `${tag}/>`;
  return `${tag}>${root.children.map(serializeXml).join("")}</${root.name}>`;
}
