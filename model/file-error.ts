import { CdkvmError, type ErrorDetails } from "./errors.ts";

/** A problem in a file that a user wrote. */
export interface FileProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The text there. */
  readonly text: string;
  /** The problem: `memory: unknown unit "Gigs" in "4 Gigs"`. */
  readonly message: string;
  /** What to write instead; empty if the message says it all. */
  readonly fix: string;
  /** The whole line. */
  readonly source: string;
}

/** A problem without its position. */
export interface Fault {
  readonly message: string;
  readonly fix?: string | undefined;
}

/** Maximum length of a displayed line; longer lines are cut to the text around the column. */
const WIDTH = 120;

/** An invalid file, with all its problems. */
export class FileError extends CdkvmError {
  readonly file: string;
  readonly problems: readonly FileProblem[];

  /** @param problems in line order, without duplicates: {@link inOrder} */
  constructor(details: ErrorDetails, file: string, problems: readonly FileProblem[]) {
    super(details);
    this.name = "FileError";
    this.file = file;
    this.problems = problems;
  }

  /** Compiler-style: position, problem, fix; the line; and a mark below the text. */
  override explain(): string {
    const count = this.problems.length === 1 ? "1 problem" : `${this.problems.length} problems`;
    return [...this.problems.map((problem) => `${lineOf(problem)}\n${excerpt(problem)}`), `${count}; nothing was changed`].join("\n\n");
  }
}

/** In line order, without duplicates. */
export function inOrder(problems: readonly FileProblem[]): readonly FileProblem[] {
  const seen = new Set<string>();
  const once = problems.filter(({ line, column, message }) => {
    const key = `${line}:${column}:${message}`;
    return !seen.has(key) && seen.add(key);
  });
  return once.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** `fleet.yaml:3:5: unknown key "memroy"; did you mean "memory"?` */
export const lineOf = ({ file, line, column, message, fix }: FileProblem): string =>
  `${file}:${line}:${column}: ${message}${fix && `; ${fix}`}`;

/** A line with a mark below the affected text. */
export function excerpt({ line, column, text, source }: Pick<FileProblem, "line" | "column" | "text" | "source">): string {
  const from = source.length <= WIDTH ? 0 : Math.max(0, Math.min(column - 1 - WIDTH / 3, source.length - WIDTH));
  const shown = source.slice(from, from + WIDTH).replaceAll("\t", " ");
  const indent = column - 1 - from;
  const length = Math.max(1, Math.min((text.split("\n")[0] ?? "").length, shown.length - indent));
  const gutter = String(line);
  return `  ${gutter} | ${shown}\n  ${" ".repeat(gutter.length)} | ${" ".repeat(indent)}${"^".repeat(length)}`;
}
