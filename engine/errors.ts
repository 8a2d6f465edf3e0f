import { basename } from "node:path";
import { CdkvmError, type ErrorDetails } from "../model/errors.ts";
import { type Lock, lockWords } from "./lock-holder.ts";
import { openTofu } from "./release.ts";

/** The errors of finding and running an engine. Those of installing one are in install-errors.ts. */

/** A program that was skipped: too old if its version is known, else not an engine. */
export interface SkippedProgram {
  readonly path: string;
  readonly version?: string;
}

const NAMED = "find the engine that CDKVM_ENGINE names";

export const notExecutable = (name: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_MISSING",
    doing: NAMED,
    problem: `${JSON.stringify(name)} is not an executable program`,
    fix: "set CDKVM_ENGINE to the full path of tofu or terraform, or unset it",
  });

export const notAnEngine = (path: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_MISSING",
    doing: NAMED,
    problem: `${path} is neither OpenTofu nor Terraform, according to \`${path} version\``,
    fix: "set CDKVM_ENGINE to another program, or unset it",
  });

/** @param oldest the oldest supported version */
export const engineTooOld = (path: string, version: string, oldest: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_OLD",
    doing: NAMED,
    problem: `${path} is version ${version}`,
    fix: `use version ${oldest} or newer`,
  });

const whySkipped = ({ path, version }: SkippedProgram, oldest: string): string =>
  version === undefined ? `${path} is neither OpenTofu nor Terraform` : `${path} is ${version}, older than ${oldest}`;

export const engineNotFound = (skipped: readonly SkippedProgram[], oldest: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_MISSING",
    doing: "find OpenTofu or Terraform",
    problem: `neither tofu nor terraform is on PATH, and cdkvm has not installed one${skipped.map((one) => `; ${whySkipped(one, oldest)}`).join("")}`,
    fix: `run \`cdkvm engine install\` (OpenTofu ${openTofu.version}), or set CDKVM_ENGINE to the path of an engine`,
  });

export const cannotStart = (path: string, cause: NodeJS.ErrnoException): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_MISSING",
    doing: `start ${path}`,
    problem: cause.code === "EACCES" ? `no permission to execute ${path}` : cause.message,
    fix: "set CDKVM_ENGINE to an OpenTofu or Terraform program, or run `cdkvm engine install`",
    cause,
  });

/** The document: `plan`, `state`. */
const reading = (document: string): string => `read the engine's ${document} JSON`;

export const notJson = (document: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_OUTPUT",
    doing: reading(document),
    problem: "it is not JSON",
    fix: "run the same command by hand and check its output",
    cause,
  });

export const notAnObject = (document: string): CdkvmError =>
  new CdkvmError({ code: "CDKVM_ENGINE_OUTPUT", doing: reading(document), problem: "it is not a JSON object" });

export const badFormatVersion = (document: string, version: unknown): CdkvmError =>
  new CdkvmError({ code: "CDKVM_ENGINE_OUTPUT", doing: reading(document), problem: `invalid format_version: ${JSON.stringify(version)}` });

export const unsupportedFormat = (document: string, version: string, majors: readonly number[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_TOO_NEW",
    doing: reading(document),
    problem: `format_version ${version} is not supported; this cdkvm supports ${majors.map((major) => `${major}.x`).join(" and ")}`,
    fix: "use a newer cdkvm, or an older engine (CDKVM_ENGINE)",
  });

const SAVE_PLAN = "save a plan with `cdkvm plan --out FILE`";

export const planNotReadable = (path: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_MISSING",
    doing: `read the saved plan ${path}`,
    problem: `cannot read ${basename(path)}`,
    fix: SAVE_PLAN,
    cause,
  });

export const notASavedPlan = (path: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_UNREADABLE",
    doing: `read the saved plan ${path}`,
    problem: cause instanceof SyntaxError ? "its configuration is not valid JSON" : `${basename(path)} is not a saved plan of a stack`,
    fix: SAVE_PLAN,
    cause,
  });

/** @param cause of the engine */
export const planEncrypted = (path: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_ENCRYPTED",
    doing: `read the saved plan ${path}`,
    problem: "OpenTofu has encrypted it, and the engine cannot read it here",
    likely: "TF_ENCRYPTION is not set, or not as when it was planned; or the engine is Terraform",
    fix: "set TF_ENCRYPTION and CDKVM_ENGINE as for the plan, or review the output of `tofu show -json`",
    cause,
  });

export const planOriginEncrypted = (path: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_ENCRYPTED",
    doing: `read the saved plan ${path}`,
    problem: "OpenTofu has encrypted it, so which stack, host and state it is for cannot be read",
    fix: "plan into a folder, whose manifest says so: cdkvm plan --out plans/, then cdkvm apply plans/",
  });

export const cannotRelease = ({ by }: Lock): CdkvmError => {
  const process = by && "process" in by ? by.process : undefined;
  return new CdkvmError({
    code: "CDKVM_LOCK_KEPT",
    doing: "release the lock",
    problem: process === undefined ? "it is unknown which process holds it" : `process ${process} on this machine holds it`,
    likely: "only the process that holds the lock can release it",
    fix: process === undefined ? "end that process" : `wait for that process, or end it: kill -INT ${process}`,
  });
};

/** The stack, if any, and what the user types for it. */
export interface FailedStack {
  readonly program: string;
  readonly stack?: string;
  readonly typed?: string;
}

export const stalePlan = (doing: string, { program, stack, typed = stack }: FailedStack): ErrorDetails => ({
  code: "CDKVM_PLAN_STALE",
  doing,
  problem: "the state has changed since the plan was made",
  likely: "someone else, or another apply, has changed the stack in the meantime",
  fix: `plan again: \`${stack === undefined ? program : "cdkvm"} plan ${stack === undefined ? "-out FILE" : `${typed} --out FILE`}\``,
});

/** @param made the version of the engine that made the plan @param here that of this engine */
export const foreignPlan = (doing: string, made: string, here: string): ErrorDetails => ({
  code: "CDKVM_PLAN_ENGINE",
  doing,
  problem: `the plan was made by engine version ${made}, but this engine is version ${here}`,
  likely: "OpenTofu, or another version of the engine, has been installed since the plan was made",
  fix: "plan again with this engine, or set CDKVM_ENGINE to the other one",
});

/** @param names of the resources: `kvm1/web1 (libvirt_domain.web1)` */
export const protectedResources = (doing: string, names: readonly string[]): ErrorDetails => ({
  code: "CDKVM_PROTECTED",
  doing,
  problem: `the plan would destroy or replace protected resources: ${names.join(", ")}`,
  likely: "they were removed from the program or fleet file, or a change requires replacing them",
  fix: "to keep them, undo that change; to remove them, set protect: false, apply, and run this again",
});

export const stateLocked = (doing: string, { program, stack, typed = stack }: FailedStack, lock: Lock): ErrorDetails => {
  const { by } = lock;
  const release =
    by && "process" in by
      ? `end the process ${by.process}`
      : by && "id" in by
        ? `run \`${program} force-unlock ${by.id}\``
        : "end the process that holds it";
  return {
    code: "CDKVM_STATE_LOCKED",
    doing,
    problem: `the state${stack === undefined ? "" : ` of ${stack}`} is locked by ${lockWords(lock)}`,
    likely: "another plan or apply of this stack is running",
    fix:
      stack === undefined
        ? `wait until it finishes, or set a lock timeout; if the lock was left behind, ${release}`
        : `wait until it finishes, for example with --lock-timeout 10m; if the lock was left behind, run \`cdkvm unlock ${typed}\``,
  };
};

/** @param problems of the engine's diagnostics */
export const engineInterrupted = (doing: string, signal: NodeJS.Signals | null, problems: readonly string[]): ErrorDetails => ({
  code: "CDKVM_ENGINE_INTERRUPTED",
  doing,
  problem: ["interrupted", ...problems].join("\n"),
  likely: signal
    ? `${signal} ended the engine before it could save its state`
    : "the state contains everything that was finished before the interruption",
  fix: "run the command again; it continues from there",
});

export const engineFailed = (doing: string, problem: string, hint: Partial<ErrorDetails> = {}): ErrorDetails => ({
  code: "CDKVM_ENGINE_FAILED",
  doing,
  problem,
  ...hint,
});

export const withoutMessage = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal ? `${signal} ended the engine` : `exit code ${code}, without a message`;

export const providerNotFound: Partial<ErrorDetails> = {
  likely:
    "the engine did not find the provider in terraform.d/plugins: it is missing, or a provider_installation block in the engine's CLI configuration excludes it",
  fix: 'synthesize again; if you use provider_installation, add filesystem_mirror { path = "terraform.d/plugins", include = ["terraform.local/*/*"] }',
};

export const backendChanged: Partial<ErrorDetails> = {
  likely: "the backend has changed since the last init",
  fix: "run init with `reconfigure` to use the new backend, or move the state there first with `init -migrate-state`",
};
