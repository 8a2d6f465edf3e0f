import { isScalar } from "yaml";
import type { z } from "zod";
import type { Fault, FileProblem } from "../model/file-error.ts";
import { spellPath } from "../model/problem-words.ts";
import { problemsOf } from "../model/problems.ts";
import type { PropPath } from "../model/schema-at.ts";
import { Lookup } from "./lookup.ts";
import { type Part, rangeAt } from "./position.ts";
import { structureFaults, syntaxProblems } from "./syntax.ts";
import { SourceText } from "./text.ts";
import { wordsInFile } from "./words.ts";

/** A small YAML file of a schema: its data, and the position of each part of it. */
export class YamlFile<Data> {
  readonly file: string;
  /** Undefined if there are problems. */
  readonly data: Data | undefined;
  /** What is wrong as YAML, or else by the schema. */
  readonly problems: readonly FileProblem[];
  readonly #text: SourceText;
  readonly #lookup: Lookup;

  /** @param ifEmpty what to write into an empty one */
  constructor(text: string, file: string, schema: z.ZodType<Data>, ifEmpty: string) {
    this.file = file;
    this.#text = new SourceText(text, file);
    this.#lookup = new Lookup(this.#text.document);
    const problems = [...syntaxProblems(this.#text, ifEmpty), ...structureFaults(this.#text)];
    const data: unknown = problems.length > 0 ? undefined : this.#text.document.toJS({ maxAliasCount: 100 });
    this.problems =
      problems.length > 0
        ? problems
        : problemsOf(schema, data, (path) => this.#spelling(path)).map((problem) => {
            const { problem: message, fix } = wordsInFile(problem);
            const isOfKey = problem.kind === "unknown-prop" || problem.kind === "misplaced-prop";
            const label = isOfKey ? "" : spellPath(problem.path);
            return this.problem(problem.path, { message: label === "" ? message : `${label}: ${message}`, fix }, isOfKey ? "key" : "value");
          });
    this.data = this.problems.length > 0 ? undefined : schema.parse(data);
  }

  /** A problem with the value at a path, or with its key. If the path does not exist, it concerns the nearest parent's key. */
  problem(path: PropPath, fault: Fault, part: Part = "value"): FileProblem {
    return this.#text.problemAt(rangeAt(this.#text, this.#lookup, path, part), fault);
  }

  /** The line of the value at a path. */
  lineOf(path: PropPath): number {
    return this.#text.lineAt(rangeAt(this.#text, this.#lookup, path, "value")[0]);
  }

  #spelling(path: PropPath): string | undefined {
    const value = this.#lookup.valueAt(path);
    return isScalar(value) ? value.source : undefined;
  }
}
