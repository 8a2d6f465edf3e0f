import { z } from "zod";
import { fileFault, LOCK_FIX } from "./checks/faults.ts";
import type { FleetProblem } from "./errors.ts";
import { FleetSource } from "./source/source.ts";

const HEADER = "# Which host each guest is on. Written by cdkvm plan and apply; keep it with the fleet file under version control.\n";

const lockSchema = z.strictObject({ guests: z.record(z.string(), z.string()) });

/**
 * `fleet.lock.yaml`: each guest's host, so that adding a host or removing a guest moves no other guest. One line per guest,
 * sorted, so that changes by two people merge.
 */
export class FleetLock {
  readonly file: string;
  /** Problems with the file itself. */
  readonly problems: readonly FleetProblem[];
  /** The host of each guest. */
  readonly hosts: ReadonlyMap<string, string>;
  readonly #text: string | undefined;
  readonly #source: FleetSource;

  /** @param text of the file; undefined if it does not exist */
  constructor(file: string, text: string | undefined) {
    this.file = file;
    this.#text = text;
    this.#source = new FleetSource(text ?? "guests: {}\n", file);
    const read = lockSchema.safeParse(this.#source.data ?? {});
    this.problems = [
      ...this.#source.problems.map((problem) => ({ ...problem, fix: LOCK_FIX })),
      ...(this.#source.problems.length > 0 || read.success
        ? []
        : read.error.issues.map(({ path }) => this.#source.problem(path.map(String), fileFault.lockLine()))),
    ];
    this.hosts = new Map(read.success && this.problems.length === 0 ? Object.entries(read.data.guests) : []);
  }

  /** A guest's position in it: `fleet.lock.yaml:4`. */
  positionOf(guest: string): string {
    return `${this.file}:${this.#source.lineOf(["guests", guest])}`;
  }

  /** The text with these guests, and whether it differs from the file. */
  with(hosts: ReadonlyMap<string, string>): { readonly text: string; readonly changed: boolean } {
    const line = ([guest, host]: readonly [string, string]): string => `  ${key(guest)}: ${key(host)}\n`;
    const byName = [...hosts].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const text = `${HEADER}guests:${byName.length === 0 ? " {}" : ""}\n${byName.map(line).join("")}`;
    return { text, changed: text !== this.#text };
  }
}

/** Unquoted if YAML reads it as the same text. */
const key = (text: string): string =>
  /^[A-Za-z][A-Za-z0-9._-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);
