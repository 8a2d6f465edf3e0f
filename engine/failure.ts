import type { ErrorDetails } from "../model/errors.ts";
import { HOST_ERRORS } from "../model/host-errors.ts";
import { type Cause, causeOf, type Diagnostic, EngineError, formatDiagnostic, parseDiagnostics, plainText } from "./diagnostics.ts";
import { withBuilders } from "./built-by.ts";
import { isLocked, type Lock, lockWords } from "./lock.ts";
import type { Finished } from "./process.ts";

interface Failure {
  readonly program: string;
  readonly command: string;
  readonly folder: string;
  readonly stack?: string;
  readonly typed?: string;
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
  const { program, command, folder, stack, typed = stack, finished, diagnostics: told } = failure;
  const all = told.some((one) => one.severity === "error") ? told : [...told, ...parseDiagnostics(finished.stderr)];
  const diagnostics = withBuilders(all, folder);
  const errors = diagnostics.filter((one) => one.severity === "error");
  const doing = `${program} ${command} in ${folder}`;
  const locked = finished.interrupted ? undefined : errors.find(isLocked);
  if (locked) return new EngineError(lockFailure(doing, failure, await failure.lockOf(locked)), diagnostics, finished.code);
  const stale = errors.find(({ summary }) => STALE.has(summary));
  if (stale)
    return new EngineError(
      {
        code: "CDKVM_PLAN_STALE",
        doing,
        problem: "the state has changed since the plan was made",
        likely: "somebody else, or another apply, has changed the stack meanwhile",
        fix: `plan again: \`${stack === undefined ? program : "cdkvm"} plan ${stack === undefined ? "-out FILE" : `${typed} --out FILE`}\``,
      },
      diagnostics,
      finished.code,
    );
  const foreign = errors.map(({ detail }) => FOREIGN.exec(detail.replaceAll(/\s+/g, " "))).find((match) => match !== null);
  if (foreign) return new EngineError(foreignPlan(doing, foreign), diagnostics, finished.code);
  const guarded = errors.filter(({ summary }) => PROTECTED.has(summary));
  if (guarded.length > 0 && guarded.length === errors.length)
    return new EngineError(protectedFailure(doing, guarded, folder), diagnostics, finished.code);
  if (finished.interrupted) {
    return new EngineError(
      {
        code: "CDKVM_ENGINE_INTERRUPTED",
        doing,
        problem: ["interrupted", ...errors.map(formatDiagnostic)].join("\n"),
        likely: finished.signal
          ? `${finished.signal} ended it before it could save its state`
          : "what was finished before the interrupt is in the state",
        fix: "run the command again: it goes on from there",
      },
      diagnostics,
      finished.code,
    );
  }
  const causes = causesOf(errors);
  if (causes.length > 0) return new EngineError(caused(doing, causes, errors), diagnostics, finished.code);
  const fallback =
    plainText(finished.stderr).trim() || (finished.signal ? `${finished.signal} ended it` : `exit code ${finished.code}, with no message`);
  const hint = hintFor(errors);
  return new EngineError(
    { code: "CDKVM_ENGINE_FAILED", doing, problem: errors.map(formatDiagnostic).join("\n") || fallback, ...hint },
    diagnostics,
    finished.code,
  );
}

/** The causes of all errors, or none if one is not cdkvm's own. The provider reports only the first of several similar errors in full. */
function causesOf(errors: readonly Diagnostic[]): readonly Cause[] {
  const told = errors.flatMap((one) => causeOf(one) ?? []);
  const found = errors.map((one) => causeOf(one) ?? told.find(({ problem }) => problem.startsWith(one.summary)));
  return found.every((one) => one !== undefined) ? found : [];
}

/** The error from cdkvm's provider, with the provider's code if all errors share it. */
function caused(doing: string, causes: readonly Cause[], errors: readonly Diagnostic[]): ErrorDetails {
  const [first, ...others] = causes;
  if (first && others.every((one) => one.code === first.code && one.problem === first.problem && one.doing === first.doing)) {
    const { address: _, builtBy: __, where: place, ...details } = first;
    const where = place === "" || HOST_ERRORS.has(first.code) ? "" : ` (${place}${others.length > 0 ? ` and ${others.length} more` : ""})`;
    return { ...details, problem: `${details.problem}${where}` };
  }
  const code = first && others.every((one) => one.code === first.code) ? first.code : "CDKVM_ENGINE_FAILED";
  return { code, doing, problem: errors.map(formatDiagnostic).join("\n") };
}

const foreignPlan = (doing: string, [, made = "", here = ""]: RegExpExecArray): ErrorDetails => ({
  code: "CDKVM_PLAN_ENGINE",
  doing,
  problem: `the plan was made by version ${made} of an engine, and this one is ${here}`,
  likely: "OpenTofu was installed or another version is on PATH since the plan was made",
  fix: "plan again with this engine, or name the other one in CDKVM_ENGINE",
});

function protectedFailure(doing: string, guarded: readonly Diagnostic[], folder: string): ErrorDetails {
  const addressed = guarded.map((one) => {
    const address = one.address ?? /^Resource (?:instance )?(\S+) /.exec(one.detail)?.[1];
    return address === undefined ? one : { ...one, address };
  });
  const names = withBuilders(addressed, folder).map(({ address, builtBy }) =>
    [builtBy, address && `(${address})`].filter(Boolean).join(" "),
  );
  return {
    code: "CDKVM_PROTECTED",
    doing,
    problem: `protect: the plan would destroy or replace ${names.join(", ")}`,
    likely: "it is no longer in the program or file, or something changed that cannot be changed in place",
    fix: "undo that to keep it; to let it go, set protect: false, apply, and do this again",
  };
}

function lockFailure(doing: string, { program, stack, typed = stack }: Failure, lock: Lock): ErrorDetails {
  const { by } = lock;
  const plain =
    by && "process" in by ? `end the process ${by.process}` : by && "id" in by ? `${program} force-unlock ${by.id}` : "end what holds it";
  return {
    code: "CDKVM_STATE_LOCKED",
    doing,
    problem: `the state${stack === undefined ? "" : ` of ${stack}`} is locked by ${lockWords(lock)}`,
    likely: "another plan or apply of this stack is running",
    fix:
      stack === undefined
        ? `wait for it (a lock timeout waits by itself); if it is gone for good: ${plain}`
        : `wait for it, longer with --lock-timeout 10m; if it is gone for good: \`cdkvm unlock ${typed}\``,
  };
}

/** Causes that the engine's messages do not reveal. */
function hintFor(errors: readonly Diagnostic[]): { likely: string; fix: string } | Record<never, never> {
  const text = errors.map((one) => `${one.summary}\n${one.detail}`).join("\n");
  if (/\bterraform\.local\b/.test(text) && /could\s+not\s+connect|provider_installation|no\s+available\s+releases/i.test(text)) {
    return {
      likely:
        "the provider inside terraform.d/plugins was not looked for: it is missing, or a provider_installation block in the engine's CLI configuration leaves it out",
      fix: 'synthesize again; if you use provider_installation, add filesystem_mirror { path = "terraform.d/plugins", include = ["terraform.local/*/*"] }',
    };
  }
  if (/Backend (configuration changed|initialization required)/i.test(text)) {
    return {
      likely: "the place of the state has changed since the last init",
      fix: "init with `reconfigure` to use the new place, or move the state first with `init -migrate-state`",
    };
  }
  return {};
}
