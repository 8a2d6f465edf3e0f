import { isIPv4, isIPv6 } from "node:net";
import type { Sameness } from "../model/table.ts";
import { parseXmlFragment, serializeXml, type XmlElement } from "../model/xml.ts";

/** Whether two spellings mean the same. */
export function sameText(kind: Sameness | undefined, a: string, b: string): boolean {
  if (a === b) return true;
  if (kind === undefined) return false;
  if (kind === "machine") return aliasOf(a, b) || aliasOf(b, a);
  return normal(kind, a) === normal(kind, b);
}

const ALIASES: Record<string, string> = { q35: "pc-q35-", pc: "pc-i440fx-" };
/** Whether a name such as `q35`, `pc` or `virt` is an alias of a versioned machine type: libvirt resolves it to the newest. */
const aliasOf = (alias: string, machine: string): boolean => {
  const prefix = Object.hasOwn(ALIASES, alias) ? (ALIASES[alias] ?? "") : `${alias}-`;
  return machine.startsWith(prefix) && /\d/.test(machine.slice(prefix.length));
};

/** One spelling for all equivalent ones. */
export function normal(kind: Sameness | undefined, text: string): string {
  switch (kind) {
    case "mode":
      return /^0*[0-7]+$/.test(text) ? text.replace(/^0+(?=.)/, "") : text;
    case "mac":
      return /^[0-9a-fA-F]{1,2}([:-][0-9a-fA-F]{1,2}){5}$/.test(text)
        ? text
            .toLowerCase()
            .split(/[:-]/)
            .map((part) => part.padStart(2, "0"))
            .join(":")
        : text;
    case "address":
      return normalAddress(text);
    case "case":
      return text.toLowerCase();
    case "path":
      return text.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
    case "metadata":
      return canonical(text);
    case "machine":
    case undefined:
      return text;
  }
}

function normalAddress(text: string): string {
  if (isIPv4(text) || !isIPv6(text)) return text;
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const pair = (high: string | undefined, low: string | undefined): string => (Number(high) * 256 + Number(low)).toString(16);
  const plain = dotted === null ? text : `${dotted[1]}${pair(dotted[2], dotted[3])}:${pair(dotted[4], dotted[5])}`;
  const [head = "", tail] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...middle, ...right].map((part) => Number.parseInt(part, 16).toString(16)).join(":");
}

const MOST_KEPT = 256;
const canonicals = new Map<string, string>();

/** XML with namespaces instead of prefixes, attributes sorted, without whitespace between elements. */
function canonical(markup: string): string {
  let done = canonicals.get(markup);
  if (done === undefined) {
    try {
      done = canonicalChildren(parseXmlFragment(markup), new Map());
    } catch {
      return markup.trim();
    }
    if (canonicals.size >= MOST_KEPT) canonicals.clear();
    canonicals.set(markup, done);
  }
  return done;
}

function canonicalChildren(children: readonly (XmlElement | string)[], scope: ReadonlyMap<string, string>): string {
  const mixed = children.some((candidate) => typeof candidate !== "string");
  const merged: (XmlElement | string)[] = [];
  for (const candidate of children) {
    const last = merged.at(-1);
    if (typeof candidate === "string" && typeof last === "string") merged[merged.length - 1] = last + candidate;
    else merged.push(candidate);
  }
  return merged
    .map((candidate) =>
      typeof candidate !== "string" ? canonicalElement(candidate, scope) : mixed && candidate.trim() === "" ? "" : serializeXml(candidate),
    )
    .join("");
}

function canonicalElement(one: XmlElement, outside: ReadonlyMap<string, string>): string {
  const scope = new Map(outside);
  const own: [string, string][] = [];
  for (const [name, value] of Object.entries(one.attributes)) {
    if (name === "xmlns") scope.set("", value);
    else if (name.startsWith("xmlns:")) scope.set(name.slice(6), value);
    else own.push([name, value]);
  }
  const expand = (name: string, attribute: boolean): string => {
    const colon = name.indexOf(":");
    const prefix = colon < 0 ? "" : name.slice(0, colon);
    if (attribute && prefix === "") return name;
    const uri = scope.get(prefix);
    return uri === undefined || uri === "" ? name : `{${uri}}${name.slice(colon + 1)}`;
  };
  const name = expand(one.name, false);
  const attributes = own.map(([key, value]) => ` ${expand(key, true)}=${JSON.stringify(value)}`).sort();
  return `<${name}${attributes.join("")}>${canonicalChildren(one.children, scope)}</>`;
}
