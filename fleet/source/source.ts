import { isScalar, type Node } from "yaml";
import { HIDDEN } from "../../model/hidden.ts";
import type { PropPath } from "../../model/schema-at.ts";
import type { Fault } from "../../model/file-error.ts";
import type { FleetProblem } from "../errors.ts";
import { Lookup, type Part, rangeAt, SourceText, structureFaults, syntaxProblems, yamlFault } from "../../source/index.ts";
import { fillIn, type Environment } from "./variables.ts";

const IF_EMPTY = "start with hosts: and guests:; `cdkvm init --template fleet` writes an example";

/** The YAML text of a fleet file: its data and the position of each part. */
export class FleetSource {
  readonly file: string;
  /** The file's data, with `${env.NAME}` resolved. */
  readonly data: unknown;
  /** Whether the data is complete; not if the file is invalid YAML. */
  readonly readable: boolean;
  /** YAML problems and unset variables. */
  readonly problems: readonly FleetProblem[];
  readonly #text: SourceText;
  readonly #lookup: Lookup;
  /** Values that no message may show, and their text in the file. */
  readonly #hidden = new Map<Node, string>();
  readonly #unset: ReadonlySet<Node>;

  /** @param environment the values of `${env.NAME}` and `${secret.NAME}`; `null`: the file may not use any */
  constructor(text: string, file: string, environment: Environment = {}) {
    this.file = file;
    this.#text = new SourceText(text, file);
    const { document, secrets } = this.#text;
    this.#lookup = new Lookup(document);
    for (const node of secrets) this.#hidden.set(node, "***");
    const faults = structureFaults(this.#text);
    const problems = [...syntaxProblems(this.#text, IF_EMPTY), ...faults];
    this.readable = faults.length === 0 && this.#text.errors.every(({ code }) => code === "DUPLICATE_KEY");
    const filled = this.readable ? fillIn(this.#text, environment) : undefined;
    for (const [node, given] of filled?.texts ?? []) this.#hidden.set(node, given);
    this.#unset = filled?.unset ?? new Set();
    problems.push(...(filled?.problems ?? []));
    this.problems = problems;
    this.data = this.readable ? this.#toData(problems) : undefined;
  }

  /** Whether the file itself contains a value at a path. */
  has(path: PropPath): boolean {
    return this.#lookup.find(path).depth === path.length;
  }

  /** A problem with the value at a path, or its key. If the path does not exist, it concerns the nearest parent's key. */
  problem(path: PropPath, { message, fix = "" }: Fault, part: Part = "value"): FleetProblem {
    const { value } = this.#lookup.find(path);
    return this.#text.problemAt(rangeAt(this.#text, this.#lookup, path, part), {
      message: this.#withoutSecrets(value, message),
      fix: this.#withoutSecrets(value, fix, ""),
    });
  }

  /** The line of the value at a path, or of its key. */
  lineOf(path: PropPath, part: Part = "value"): number {
    return this.#text.lineAt(rangeAt(this.#text, this.#lookup, path, part)[0]);
  }

  /** Whether the value lacks a variable, which is already reported. */
  isUnset(path: PropPath): boolean {
    const value = this.#lookup.valueAt(path);
    return value !== undefined && this.#unset.has(value);
  }

  /** The text of a number in the file: `0644`, which YAML reads as 644. */
  spelling(path: PropPath): string | undefined {
    const value = this.#lookup.valueAt(path);
    return isScalar(value) ? value.source : undefined;
  }

  /** @param instead the message if nothing is left without the value */
  #withoutSecrets(node: Node | undefined, message: string, instead?: string): string {
    const text = node && this.#hidden.get(node);
    if (text === undefined || !isScalar(node)) return message;
    if (message.includes(JSON.stringify(HIDDEN))) return message.replaceAll(JSON.stringify(HIDDEN), JSON.stringify(text));
    const value = String(node.value);
    if (value === "" || !message.includes(value)) return message;
    const quoted = message.replaceAll(JSON.stringify(value), JSON.stringify(text));
    return quoted.includes(value) ? (instead ?? `the value of ${text} is invalid (not shown)`) : quoted;
  }

  #toData(problems: FleetProblem[]): unknown {
    try {
      return withoutExtensions(this.#text.document.toJS({ maxAliasCount: 1000 }));
    } catch {
      problems.push(this.#text.problemAt([0, 0], yamlFault.aliases()));
      return undefined;
    }
  }
}

/** Top-level keys that begin with `x-` hold anchors for the rest of the file, or data for other tools. */
function withoutExtensions(data: unknown): unknown {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return data;
  return Object.fromEntries(Object.entries(data).filter(([key]) => !key.startsWith("x-")));
}
