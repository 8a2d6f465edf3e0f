import type { ErrorDetails } from "../model/errors.ts";
import { HOST_ERRORS } from "../model/host-errors.ts";
import { type Cause, causeOf, type Diagnostic, EngineError, formatDiagnostic, parseDiagnostics, plainText } from "./diagnostics.ts";
import { withBuilders } from "./built-by.ts";
import {
  backendChanged,
  engineFailed,
  engineInterrupted,
  type FailedStack,
  foreignPlan,
  protectedResources,
  providerNotFound,
  stalePlan,
  stateLocked,
  withoutMessage,
} from "./errors.ts";
import { isLocked } from "./lock.ts";
import type { Lock } from "./lock-holder.ts";
import type { Finished } from "./process.ts";

interface Failure extends FailedStack {
  readonly command: string;
  readonly folder: string;
  readonly finished: Finished;
  readonly diagnostics: readonly Diagnostic[];
  /** Finds the holder of the lock that was refused. */
  readonly lockOf: (refusal: Diagnostic) => Promise<Lock>;
}

/** The engines' summaries for a plan older than its state; they have no code for it. */
const STALE: ReadonlySet<string> = new Set(["Saved plan is stale", "Saved plan does not match the given state"]);

/** The engines' text for a plan that another engine or version made: the two versions. */
const FOREIGN = /plan file was created by (?:OpenTofu or )?(?:Terraform|OpenTofu) (\S+), but this is (\S+);/;

/** The engines' summaries when a plan would destroy a resource with prevent_destroy, which `protect` sets. */
const PROTECTED: ReadonlySet<string> = new Set(["Instance cannot be destroyed", "Resource instance cannot be destroyed"]);

/** Converts a failed engine run into an error that names the cause; state locks and interrupts have their own codes. */
export async function engineFailure(failure: Failure): Promise<EngineError> {
  const { program, command, folder, finished, diagnostics: given } = failure;
  const all = given.some((one) => one.severity === "error") ? given : [...given, ...parseDiagnostics(finished.stderr)];
  const diagnostics = withBuilders(all, folder);
  const errors = diagnostics.filter((one) => one.severity === "error");
  const doing = `${program} ${command} in ${folder}`;
  return new EngineError(await diagnose(doing, failure, errors), diagnostics, finished.code);
}

async function diagnose(doing: string, failure: Failure, errors: readonly Diagnostic[]): Promise<ErrorDetails> {
  const { folder, finished } = failure;
  const locked = finished.interrupted ? undefined : errors.find(isLocked);
  if (locked) return stateLocked(doing, failure, await failure.lockOf(locked));
  if (errors.some(({ summary }) => STALE.has(summary))) return stalePlan(doing, failure);
  const foreign = errors.map(({ detail }) => FOREIGN.exec(detail.replaceAll(/\s+/g, " "))).find((match) => match !== null);
  if (foreign) return foreignPlan(doing, foreign[1] ?? "", foreign[2] ?? "");
  const guarded = errors.filter(({ summary }) => PROTECTED.has(summary));
  if (guarded.length > 0 && guarded.length === errors.length) return protectedResources(doing, namesOf(guarded, folder));
  const problems = errors.map(formatDiagnostic);
  if (finished.interrupted) return engineInterrupted(doing, finished.signal, problems);
  const causes = causesOf(errors);
  if (causes.length > 0) return ofCauses(doing, causes, errors);
  const problem = problems.join("\n") || plainText(finished.stderr).trim() || withoutMessage(finished.code, finished.signal);
  return engineFailed(doing, problem, hintFor(errors));
}

/** The causes of all errors, or none if one is not cdkvm's own. The provider reports only the first of several similar errors in full. */
function causesOf(errors: readonly Diagnostic[]): readonly Cause[] {
  const full = errors.flatMap((one) => causeOf(one) ?? []);
  const found = errors.map((one) => causeOf(one) ?? full.find(({ problem }) => problem.startsWith(one.summary)));
  return found.every((one) => one !== undefined) ? found : [];
}

/** The error from cdkvm's provider, with the provider's code if all errors share it. */
function ofCauses(doing: string, causes: readonly Cause[], errors: readonly Diagnostic[]): ErrorDetails {
  const [first, ...others] = causes;
  if (first && others.every((one) => one.code === first.code && one.problem === first.problem && one.doing === first.doing)) {
    const { address: _, builtBy: __, where: place, ...details } = first;
    const where = place === "" || HOST_ERRORS.has(first.code) ? "" : ` (${place}${others.length > 0 ? ` and ${others.length} more` : ""})`;
    return { ...details, problem: `${details.problem}${where}` };
  }
  const code = first && others.every((one) => one.code === first.code) ? first.code : "CDKVM_ENGINE_FAILED";
  return { code, doing, problem: errors.map(formatDiagnostic).join("\n") };
}

/** `kvm1/web1 (libvirt_domain.web1)` */
function namesOf(guarded: readonly Diagnostic[], folder: string): readonly string[] {
  const addressed = guarded.map((one) => {
    const address = one.address ?? /^Resource (?:instance )?(\S+) /.exec(one.detail)?.[1];
    return address === undefined ? one : { ...one, address };
  });
  return withBuilders(addressed, folder).map(({ address, builtBy }) => [builtBy, address && `(${address})`].filter(Boolean).join(" "));
}

/** Causes that the engine's messages do not reveal. */
function hintFor(errors: readonly Diagnostic[]): Partial<ErrorDetails> {
  const text = errors.map((one) => `${one.summary}\n${one.detail}`).join("\n");
  if (/\bterraform\.local\b/.test(text) && /could\s+not\s+connect|provider_installation|no\s+available\s+releases/i.test(text))
    return providerNotFound;
  return /Backend (configuration changed|initialization required)/i.test(text) ? backendChanged : {};
}
