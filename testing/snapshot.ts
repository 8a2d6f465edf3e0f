import { homedir, tmpdir } from "node:os";
import { isRecord, type JsonRecord } from "../model/records.ts";
import type { Synthesized } from "./synth.ts";

/** What depends on the machine or the version, not on the program. */
const LEFT_OUT: ReadonlySet<string> = new Set(["//", "terraform"]);

/**
 * The configuration of each stack for a snapshot: the same on every machine. Without the backend, versions and metadata; folders of this
 * machine read `<project>`, `<home>` and `<tmp>`. Names, MAC addresses and UUIDs come from construct paths, so they are stable.
 */
export function snapshotOf({ stacks }: Synthesized): JsonRecord {
  const folders = [
    [process.cwd(), "<project>"],
    [tmpdir(), "<tmp>"],
    [homedir(), "<home>"],
  ] as const;
  const stable = (value: unknown): unknown => {
    if (typeof value === "string")
      return folders.reduce((text, [folder, name]) => (folder === "/" ? text : text.replaceAll(`${folder}/`, `${name}/`)), value);
    if (Array.isArray(value)) return value.map(stable);
    if (!isRecord(value)) return value;
    const entries = Object.entries(value).filter(([name]) => !LEFT_OUT.has(name));
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, stable(inner)]));
  };
  return Object.fromEntries(stacks.map(({ name, configuration }) => [name, stable(configuration)]));
}
