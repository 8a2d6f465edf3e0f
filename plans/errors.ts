import { CdkvmError, messageOf } from "../model/errors.ts";
import { listed } from "../model/listed.ts";
import type { Difference } from "./differences.ts";

/** The errors of plan folders. */

const reading = (folder: string): string => `read the plan folder ${folder}`;
const PLAN_AGAIN = "plan again: cdkvm plan --out FOLDER/";

/** @param names of the files in the way */
export const planFolderTaken = (folder: string, names: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_FOLDER_TAKEN",
    doing: `save the plans in ${folder}`,
    problem: `${names.join(", ")} is in the way, and no earlier \`cdkvm plan\` wrote it there`,
    fix: "use another folder, or move it away",
  });

export const planManifestMissing = (folder: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_MISSING",
    doing: reading(folder),
    problem: `${folder} has no manifest.json`,
    fix: PLAN_AGAIN,
    cause,
  });

export const planManifestInvalid = (path: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_MANIFEST",
    doing: `read ${path}`,
    problem: `it is not the manifest of a plan folder: ${messageOf(cause)}`,
    fix: PLAN_AGAIN,
    cause,
  });

export const planFolderNew = (path: string, version: number, known: number): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_MANIFEST",
    doing: `read ${path}`,
    problem: `formatVersion ${version} is newer than this cdkvm's, ${known}`,
    fix: "use the cdkvm that made the plan",
  });

export const planFolderIncomplete = (folder: string, missing: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_INCOMPLETE",
    doing: reading(folder),
    problem: `it has no plan of ${missing.join(", ")}`,
    likely: "planning them failed, or was interrupted",
    fix: PLAN_AGAIN,
  });

const FIELDS: Readonly<Record<Difference["field"], string>> = {
  commit: "git commit",
  cdkvm: "cdkvm",
  stack: "stack",
  file: "SHA-256 of the plan's file",
  configuration: "SHA-256 of the configuration",
  engine: "engine",
  provider: "provider",
  schema: "schema set",
  dependencies: "stacks that come first",
  state: "state",
};

/** At most this many parts of a configuration, or addresses, are named. */
const PARTS = 10;

const lineOf = ({ stack, field, planned, now, parts = [] }: Difference): string => {
  const where = parts.length === 0 ? "" : `: ${listed(parts, PARTS)}`;
  return `${stack === undefined ? "" : `${stack}: `}${FIELDS[field]}: planned ${planned}, now ${now}${where}`;
};

/** Plans that are not applied, because something has moved since. */
export class PlansOutdated extends CdkvmError {
  readonly differences: readonly Difference[];

  constructor(folder: string, differences: readonly Difference[]) {
    super({
      code: "CDKVM_PLANS_OUTDATED",
      doing: `apply the plans in ${folder}`,
      problem: `not everything is as it was when the plans were made; nothing was changed\n${differences.map((one) => `  - ${lineOf(one)}`).join("\n")}`,
      fix: differences.every(({ field }) => field === "state")
        ? "plan and review again; if an earlier run of these plans, on another machine, moved the state: add --continue"
        : "go back to what was planned, or plan and review again",
    });
    this.differences = differences;
  }
}

/** @param beyond addresses to which it would do something else than the plan */
export const planCutOff = (folder: string, stack: string, beyond: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_CUT_OFF",
    doing: `apply a part of the plan of ${stack} in ${folder}`,
    problem: `it would do more than was approved: ${listed(beyond, PARTS)}`,
    likely: "an earlier run left a resource half made, or somebody has changed it since",
    fix: `plan it again, and review that: cdkvm plan ${stack} --out FOLDER/`,
  });
