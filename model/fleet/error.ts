import { CdkvmError } from "../errors.ts";

/** A problem in a fleet file. */
export interface FleetProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The text there. */
  readonly text: string;
  /** The problem: `memory: "4 Gigs" has an unknown unit, "Gigs"`. */
  readonly message: string;
  /** What to write instead; empty if the message says it all. */
  readonly fix: string;
  /** The whole line. */
  readonly source: string;
}

/** Maximum length of a displayed line; longer lines are cut to the text around the column. */
const WIDTH = 120;

/** An invalid fleet file: all its problems, in line order. */
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

  /** Compiler-style: position, problem, fix; the line; and a mark below the text. */
  override explain(): string {
    const count = this.problems.length === 1 ? "1 problem" : `${this.problems.length} problems`;
    return [...this.problems.map((problem) => `${spell(problem)}\n${excerpt(problem)}`), `${count}; nothing was changed`].join("\n\n");
  }
}

/** In line order, without duplicates. */
function inOrder(problems: readonly FleetProblem[]): readonly FleetProblem[] {
  const seen = new Set<string>();
  const once = problems.filter(({ line, column, message }) => {
    const key = `${line}:${column}:${message}`;
    return !seen.has(key) && seen.add(key);
  });
  return once.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

const spell = ({ file, line, column, message, fix }: FleetProblem): string => `${file}:${line}:${column}: ${message}${fix && `; ${fix}`}`;

/** A line with a mark below the affected text. */
export function excerpt({ line, column, text, source }: Pick<FleetProblem, "line" | "column" | "text" | "source">): string {
  const from = source.length <= WIDTH ? 0 : Math.max(0, Math.min(column - 1 - WIDTH / 3, source.length - WIDTH));
  const shown = source.slice(from, from + WIDTH).replaceAll("\t", " ");
  const at = column - 1 - from;
  const length = Math.max(1, Math.min((text.split("\n")[0] ?? "").length, shown.length - at));
  const gutter = String(line);
  return `  ${gutter} | ${shown}\n  ${" ".repeat(gutter.length)} | ${" ".repeat(at)}${"^".repeat(length)}`;
}
