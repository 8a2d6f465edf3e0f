import { FileError, type FileProblem, inOrder, lineOf } from "../model/file-error.ts";

/** A problem in a fleet file. */
export type FleetProblem = FileProblem;

/** An invalid fleet file: all its problems, in line order. */
export class FleetFileError extends FileError {
  constructor(file: string, problems: readonly FleetProblem[]) {
    const ordered = inOrder(problems);
    const lines = ordered.map(lineOf);
    super(
      {
        code: "CDKVM_FLEET",
        doing: `read the fleet file ${file}`,
        problem: lines.length === 1 ? (lines[0] ?? "") : `${lines.length} problems:\n${lines.map((line) => `  - ${line}`).join("\n")}`,
      },
      file,
      ordered,
    );
    this.name = "FleetFileError";
  }
}
