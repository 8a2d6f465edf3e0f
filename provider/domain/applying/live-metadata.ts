import { Affect } from "../../../libvirt/flags.ts";
import { parseXmlFragment, serializeXml, type XmlElement } from "../../../model/xml.ts";
import { isValues, type Values } from "../../../model/values.ts";
import type { LiveChange, Step } from "./live-step.ts";

/** libvirt changes a running guest's metadata one namespace at a time. */
export function metadataSteps({ libvirt, ref, current, planned, changes }: LiveChange): Step[] {
  if (!changes.some(({ path }) => path[0] === "metadata")) return [];
  const before = byNamespace(current);
  const after = byNamespace(planned);
  const set = async (uri: string, xml: string | undefined): Promise<void> => {
    await libvirt.domains.setMetadata(ref, "element", xml, { key: "cdkvm0", uri, flags: Affect.LIVE });
  };
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((uri): Step[] => {
    const [old, wanted] = [before.get(uri), after.get(uri)];
    if (old === wanted) return [];
    return [
      { path: ["metadata", "xml"], doing: `set the metadata of ${ref.name}`, apply: () => set(uri, wanted), undo: () => set(uri, old) },
    ];
  });
}

function byNamespace(values: Values): Map<string, string> {
  const { metadata } = values;
  const markup = isValues(metadata) ? metadata["xml"] : undefined;
  const elements = typeof markup === "string" ? parseXmlFragment(markup).filter((one): one is XmlElement => typeof one !== "string") : [];
  return new Map(elements.flatMap((one) => {
    const uri = namespaceOf(one);
    return uri === undefined ? [] : [[uri, serializeXml(one)] as const];
  })); // prettier-ignore
}

function namespaceOf({ name, attributes }: XmlElement): string | undefined {
  const colon = name.indexOf(":");
  return attributes[colon < 0 ? "xmlns" : `xmlns:${name.slice(0, colon)}`];
}
