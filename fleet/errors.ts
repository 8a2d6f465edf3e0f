import { CdkvmError, messageOf } from "../model/errors.ts";
import { FileError, type FileProblem, inOrder, lineOf } from "../model/file-error.ts";
import { didYouMean, nearest } from "../model/spelling.ts";

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

export const unreadableFleet = (path: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_FLEET_MISSING",
    doing: "read the fleet file",
    problem: `cannot read ${path}: ${messageOf(cause)}`,
    fix: "check the path; `cdkvm init --template fleet` writes an example",
    cause,
  });

export const unreadableLock = (file: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_FLEET_LOCK",
    doing: "read the lock file",
    problem: messageOf(cause),
    fix: `make ${file} readable: without it, guests could move to other hosts`,
    cause,
  });

/** @param placed the guests and their hosts: `web-3 on kvm2` */
export const frozenLock = (file: string, placed: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_FLEET_LOCK",
    doing: "place the guests",
    problem: `${file} has no host for these guests, and must not be written here (--frozen, or CI): ${placed.join(", ")}`,
    fix: `run \`cdkvm plan\` where it may be written, and commit ${file}; or continue without it: --no-frozen`,
  });

export const unknownHost = (fleet: string, name: string, known: readonly string[]): CdkvmError => {
  const near = nearest(name, known);
  return new CdkvmError({
    code: "CDKVM_NO_HOST",
    doing: `host of FleetStack ${fleet}`,
    problem: `there is no host ${JSON.stringify(name)}`,
    fix: near ? didYouMean(JSON.stringify(near)) : `use one of ${known.join(", ")}`,
  });
};
