import { z } from "zod";
import type { FleetProblem } from "./error.ts";
import { FleetSource } from "./source.ts";

const HEADER = "# Which host each guest is on. Written by cdkvm plan and apply; keep it with the fleet file under version control.\n";

const lockSchema = z.strictObject({ guests: z.record(z.string(), z.string()) });

/**
 * `fleet.lock.yaml`: the host that each guest was placed on, so that a host more or a guest less moves no other guest. One line a
 * guest, sorted, so that two people's changes merge.
 */
export class FleetLock {
  readonly file: string;
  /** What is wrong with the file as such. */
  readonly problems: readonly FleetProblem[];
  /** The host of each guest. */
  readonly hosts: ReadonlyMap<string, string>;
  readonly #text: string | undefined;
  readonly #source: FleetSource;

  /** @param text of the file; undefined where there is none */
  constructor(file: string, text: string | undefined) {
    this.file = file;
    this.#text = text;
    this.#source = new FleetSource(text ?? "guests: {}\n", file);
    const fix = "keep one line for each guest, as in `web-1: kvm1`; after a merge, the lines of both sides";
    const read = lockSchema.safeParse(this.#source.data ?? {});
    this.problems = [
      ...this.#source.problems.map((problem) => ({ ...problem, fix })),
      ...(this.#source.problems.length > 0 || read.success
        ? []
        : read.error.issues.map(({ path }) => this.#source.problem(path.map(String), "this is not the host of a guest", fix))),
    ];
    this.hosts = new Map(read.success && this.problems.length === 0 ? Object.entries(read.data.guests) : []);
  }

  /** Where a guest stands in it: `fleet.lock.yaml:4`. */
  placeOf(guest: string): string {
    return `${this.file}:${this.#source.problem(["guests", guest], "").line}`;
  }

  /** The text with these guests, and whether it differs from what the file has. */
  with(hosts: ReadonlyMap<string, string>): { readonly text: string; readonly changed: boolean } {
    const line = ([guest, host]: readonly [string, string]): string => `  ${key(guest)}: ${key(host)}\n`;
    const byName = [...hosts].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const text = `${HEADER}guests:${byName.length === 0 ? " {}" : ""}\n${byName.map(line).join("")}`;
    return { text, changed: text !== this.#text };
  }
}

/** Plain where YAML reads it as the same text. */
const key = (text: string): string =>
  /^[A-Za-z][A-Za-z0-9._-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);
