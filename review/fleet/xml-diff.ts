import type { Table } from "../../model/table.ts";
import { UNKNOWN, type Value, type Values } from "../../model/values.ts";
import { serializeXml, type XmlElement } from "../../model/xml.ts";
import type { Judged } from "../judge.ts";
import { Masked, SENSITIVE } from "../masked.ts";
import { textDiff } from "../outline.ts";
import { isItems, isTree, type Shown } from "../tree.ts";

/** libvirt's XML of an object, as the provider writes it. */
export type WriteXml = (table: Table, values: Values) => XmlElement;

/** How the libvirt XML of a guest that is updated changes; undefined if it does not. Secrets read `(sensitive)`. */
export function xmlDiffOf({ subject }: Judged, writeXml: WriteXml): string | undefined {
  const { table, before, after, action } = subject;
  if (table?.type !== "libvirt_domain" || action !== "update") return undefined;
  const [old, now] = [valuesOf(before), valuesOf(after, before)].map((values) => linesOf(writeXml(table, values as Values)).join("\n"));
  return old === now ? undefined : textDiff({ path: "", before: old ?? null, after: now ?? null });
}

/** @param known what stands in for values that are known only after apply: the diff shows what is asked for */
function valuesOf(shown: Shown, known: Shown = null): Value {
  if (shown instanceof Masked) return SENSITIVE;
  if (shown === UNKNOWN) return known === UNKNOWN ? null : valuesOf(known);
  if (isItems(shown)) return shown.map((item, index) => valuesOf(item, isItems(known) ? (known[index] ?? null) : null));
  if (isTree(shown))
    return Object.fromEntries(
      Object.entries(shown).map(([name, value]) => [name, valuesOf(value, isTree(known) ? (known[name] ?? null) : null)]),
    );
  return shown;
}

/** One line for each element that has no text of its own. */
function linesOf(root: XmlElement, indent = ""): string[] {
  if (!root.children.some((child) => typeof child !== "string")) return [indent + serializeXml(root)];
  const children = root.children.filter((child) => typeof child !== "string");
  const [open = ""] = serializeXml({ ...root, children: ["\n"] }).split("\n");
  return [indent + open, ...children.flatMap((child) => linesOf(child, `${indent}  `)), `${indent}</${root.name}>`];
}
