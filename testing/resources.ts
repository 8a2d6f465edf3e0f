import { isRecord, type JsonRecord, recordOf } from "../model/records.ts";
import type { SynthesizedStack } from "./synth.ts";

/** A resource of a configuration. */
export interface Resource {
  readonly address: string;
  /** Its address in this configuration, if it has moved since. */
  readonly was: string;
  readonly type: string;
  /** Of the block: the last part of its address. */
  readonly id: string;
  /** The resources whose change replaces it. */
  readonly triggers: readonly string[];
  /** What it comes after besides what it refers to. */
  readonly dependsOn: readonly string[];
  /** As configured, references in it. */
  readonly written: JsonRecord;
  /** With the values that references stand for; what is known only after apply reads `<libvirt_volume.root.path>`. */
  readonly values: JsonRecord;
}

/** What configures the engine, not the object. */
const META: ReadonlySet<string> = new Set(["//", "lifecycle", "depends_on", "provider", "count", "for_each", "provisioner", "connection"]);

/** @param moves the addresses that resources have had since */
export function resourcesOf({ configuration }: SynthesizedStack, moves: ReadonlyMap<string, string> = new Map()): readonly Resource[] {
  const written = Object.entries(recordOf(configuration["resource"])).flatMap(([type, blocks]) =>
    Object.entries(recordOf(blocks)).map(([id, block]) => ({
      address: moves.get(`${type}.${id}`) ?? `${type}.${id}`,
      was: `${type}.${id}`,
      type,
      id,
      triggers: triggersOf(recordOf(block)),
      dependsOn: textsIn(recordOf(block)["depends_on"]),
      written: Object.fromEntries(Object.entries(recordOf(block)).filter(([name]) => !META.has(name))),
    })),
  );
  const byAddress = new Map(written.map((one) => [one.address, one.written]));
  return written.map((one) => ({ ...one, values: recordOf(resolved(one.written, byAddress, moves)) }));
}

const triggersOf = ({ lifecycle }: JsonRecord): readonly string[] => {
  const { replace_triggered_by: all } = recordOf(lifecycle);
  return textsIn(all).map((one) =>
    one
      .replace(/^\$\{(.*)\}$/, "$1")
      .split(".")
      .slice(0, 2)
      .join("."),
  );
};

const textsIn = (list: unknown): readonly string[] => (Array.isArray(list) ? list.filter((one) => typeof one === "string") : []);

const REFERENCE = /\$\{([a-z][a-z0-9_]*\.[\w-]+)\.([a-z_]+)\}/g;

/** Replaces references to configured texts; expressions of any other form stay as they are. */
function resolved(value: unknown, byAddress: ReadonlyMap<string, JsonRecord>, moves: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string")
    return value.replaceAll(REFERENCE, (whole, was: string, attribute: string) => {
      const address = moves.get(was) ?? was;
      const target = byAddress.get(address);
      if (target === undefined) return whole;
      const found = target[attribute];
      return typeof found === "string" && !found.includes("${") ? found : laterValue(address, attribute);
    });
  if (Array.isArray(value)) return value.map((item) => resolved(item, byAddress, moves));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(inner, byAddress, moves)]));
}

/** What stands for a value that the provider determines: the same before and after. */
export const laterValue = (address: string, attribute: string): string => `<${address}.${attribute}>`;

/** The resources whose determined values are in a text. */
export const laterAddresses = (text: string): string[] =>
  [...text.matchAll(/<([a-z][a-z0-9_]*\.[\w-]+)\.[a-z_]+>/g)].map(([, address = ""]) => address);

/** The resources that something was called before: the new address by the old one. */
export const movesOf = ({ configuration }: SynthesizedStack): ReadonlyMap<string, string> => {
  const moves = configuration["moved"];
  return new Map((Array.isArray(moves) ? moves : []).map(recordOf).map(({ from, to }) => [String(from), String(to)]));
};
