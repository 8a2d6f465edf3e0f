import { CdkvmError } from "../errors.ts";

/** One thing that is wrong in a fleet file. */
export interface FleetProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** What stands there. */
  readonly text: string;
  /** What is wrong with it: `memory: "4 Gigs" has an unknown unit, "Gigs"`. */
  readonly message: string;
  /** What to write instead; empty where the message says it all. */
  readonly fix: string;
  /** The whole line. */
  readonly source: string;
}

/** Widest line of the file that is shown; longer ones are cut to what is around the column. */
const WIDTH = 120;

/** A fleet file that cannot be used: all that is wrong in it, in the order of its lines. */
export class FleetFileError extends CdkvmError {
  readonly file: string;
  readonly problems: readonly FleetProblem[];

  constructor(file: string, problems: readonly FleetProblem[]) {
    const ordered = inOrder(problems);
    const lines = ordered.map(spell);
    super({
      code: "CDKVM_FLEET",
      doing: `read the fleet file ${file}`,
      problem:
        lines.length === 1 ? (lines[0] ?? "") : `${lines.length} things are wrong:\n${lines.map((line) => `  - ${line}`).join("\n")}`,
    });
    this.name = "FleetFileError";
    this.file = file;
    this.problems = ordered;
  }

  /** As a compiler does: place, problem, fix; the line; and a mark below what is meant. */
  override explain(): string {
    const count = this.problems.length === 1 ? "1 problem" : `${this.problems.length} problems`;
    return [...this.problems.map((problem) => `${spell(problem)}\n${excerpt(problem)}`), `${count}; nothing was changed`].join("\n\n");
  }
}

/** In the order of the lines, each once. */
function inOrder(problems: readonly FleetProblem[]): readonly FleetProblem[] {
  const seen = new Set<string>();
  const once = problems.filter(({ line, column, message }) => {
    const key = `${line}:${column}:${message}`;
    return !seen.has(key) && seen.add(key);
  });
  return once.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

const spell = ({ file, line, column, message, fix }: FleetProblem): string => `${file}:${line}:${column}: ${message}${fix && `; ${fix}`}`;

/** A line, and a mark below what is meant in it. */
export function excerpt({ line, column, text, source }: Pick<FleetProblem, "line" | "column" | "text" | "source">): string {
  const from = source.length <= WIDTH ? 0 : Math.max(0, Math.min(column - 1 - WIDTH / 3, source.length - WIDTH));
  const shown = source.slice(from, from + WIDTH).replaceAll("\t", " ");
  const at = column - 1 - from;
  const length = Math.max(1, Math.min((text.split("\n")[0] ?? "").length, shown.length - at));
  const gutter = String(line);
  return `  ${gutter} | ${shown}\n  ${" ".repeat(gutter.length)} | ${" ".repeat(at)}${"^".repeat(length)}`;
}
