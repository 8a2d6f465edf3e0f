import { recordOf } from "../model/records.ts";
import { parseXmlFragment, type XmlElement } from "../model/xml.ts";
import { runs, type Subject } from "../review/subject.ts";
import { at, isTree, textAt, treesAt } from "../review/tree.ts";
import { bytesAt } from "../review/units.ts";
import type { DisplayFact, GuestFact } from "./subject.ts";

export function guestFact({ resource, name, after }: Subject): GuestFact {
  const cpus = at(after, "vcpu");
  const nics = treesAt(after, "devices", "interfaces").map((nic) => textAt(nic, "source", "network", "network"));
  return {
    address: resource.address,
    name,
    running: runs(after),
    memory: bytesAt(after, "memory", "KiB"),
    cpus: typeof cpus === "number" ? cpus : undefined,
    labels: [
      ...[textAt(after, "title"), textAt(after, "description")].flatMap(labelsIn),
      ...elementsIn(recordOf(recordOf(resource.change.after)["metadata"])["xml"]),
    ],
    networks: nics.filter((one) => one !== undefined),
    displays: treesAt(after, "devices", "graphics").flatMap((graphics): DisplayFact[] =>
      (["vnc", "spice"] as const).flatMap((type) => {
        const display = at(graphics, type);
        if (!isTree(display)) return [];
        const listeners = treesAt(display, "listeners").map((one) => textAt(one, "address", "address"));
        return [{ type, listens: [textAt(display, "listen"), ...listeners].filter((one) => one !== undefined) }];
      }),
    ),
    unconfined: treesAt(after, "sec_label").some((label) => textAt(label, "type") === "none"),
  };
}

/** `backup` of `backup: daily` or `backup=daily`, alone on a line or between commas or semicolons. */
const labelsIn = (text: string | undefined): string[] =>
  (text ?? "").split(/[\n,;]/).flatMap((piece) => /^\s*([\w.-]+)\s*[:=]\s*\S/.exec(piece)?.[1] ?? []);

/** Names of elements alone: their text may be secret. None of what is not well-formed, since there a text may look like a name. */
function elementsIn(xml: unknown): string[] {
  if (typeof xml !== "string") return [];
  const names = (nodes: readonly (XmlElement | string)[]): string[] =>
    nodes.flatMap((node) => (typeof node === "string" ? [] : [node.name.replace(/^.*:/, ""), ...names(node.children)]));
  try {
    return names(parseXmlFragment(xml));
  } catch {
    return [];
  }
}
