import { isRecord, type JsonRecord, recordOf } from "../model/records.ts";
import { dataDigest, withoutComments } from "./digest.ts";

/** Blocks by type and name; all others count as one: `provider`, `terraform`. */
const BY_TYPE: ReadonlySet<string> = new Set(["resource", "data"]);
/** Blocks by name. */
const BY_NAME: ReadonlySet<string> = new Set(["output", "variable", "locals", "module", "check"]);

/** The parts in which two configurations (`cdk.tf.json`) differ, without their values: `libvirt_domain.web1`, `output.address`. */
export function changedParts(before: string, after: string): readonly string[] {
  const [one, other] = [before, after].map((text) => partsOf(recordOf(withoutComments(JSON.parse(text)))));
  const names = new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])]);
  return [...names].filter((name) => one?.get(name) !== other?.get(name)).toSorted();
}

function partsOf(configuration: JsonRecord): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(configuration).flatMap(([block, content]): [string, string][] => {
      if (BY_TYPE.has(block))
        return Object.entries(recordOf(content)).flatMap(([type, named]) => digests(`${block === "data" ? "data." : ""}${type}`, named));
      return BY_NAME.has(block) ? digests(block, content) : [[block, dataDigest(content)]];
    }),
  );
}

const digests = (prefix: string, named: unknown): [string, string][] =>
  isRecord(named)
    ? Object.entries(named).map(([name, content]) => [`${prefix}.${name}`, dataDigest(content)])
    : [[prefix, dataDigest(named)]];
