import { CdkvmError, messageOf, quoted } from "../model/errors.ts";
import { FileError, type FileProblem, inOrder, lineOf } from "../model/file-error.ts";
import { didYouMean, nearest } from "../model/spelling.ts";

const invalidWindow = (problem: string, fix: string): CdkvmError =>
  new CdkvmError({ code: "CDKVM_POLICY_WINDOW", doing: "read a window of time", problem, fix });

export const windowError = {
  form: (text: string): CdkvmError =>
    invalidWindow(`${quoted(text)} is not a window of time`, 'write days, times and a time zone: "Sat 22:00-04:00 Europe/Berlin"'),
  empty: (text: string): CdkvmError =>
    invalidWindow(`${quoted(text)} begins and ends at the same time`, "write 00:00-24:00 for a whole day"),
  time: (text: string): CdkvmError => invalidWindow(`${quoted(text)} is not a time of day`, "write 00:00 to 24:00"),
  day: (text: string): CdkvmError => invalidWindow(`${quoted(text)} is not a day`, "write Mon, Tue, Wed, Thu, Fri, Sat, Sun, or Mon-Fri"),
  zone: (text: string): CdkvmError =>
    invalidWindow(`${quoted(text)} is not a time zone`, 'write a name of the tz database: "Europe/Berlin", "UTC"'),
};

/** `did you mean "restart"?` */
export const ruleSuggestion = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  return near === undefined ? `use one of ${known.join(", ")}` : didYouMean(quoted(near));
};

export const unknownRule = (name: string, known: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_POLICY_RULE",
    doing: "read the policy",
    problem: `there is no rule ${quoted(name)}`,
    fix: ruleSuggestion(name, known),
  });

/** @param text what was given for the rule */
export const invalidOption = (rule: string, text: string, problem: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_POLICY_OPTION",
    doing: `read the rule ${rule}`,
    problem: `${quoted(text)}: ${problem}`,
    fix: `see \`cdkvm policy explain ${rule}\``,
  });

export const noArgument = (rule: string, value: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_POLICY_OPTION",
    doing: `read the rule ${rule}`,
    problem: `it takes no value, but was given ${quoted(value)}`,
    fix: `write ${rule} alone`,
  });

/** An invalid policy, waiver or test file: all its problems. */
export class PolicyFileError extends FileError {
  /** @param noun `policy`, `waivers`, `policy's tests` */
  constructor(noun: string, file: string, problems: readonly FileProblem[]) {
    const ordered = inOrder(problems);
    const lines = ordered.map(lineOf);
    super(
      {
        code: "CDKVM_POLICY_FILE",
        doing: `read the ${noun} ${file}`,
        problem: lines.length === 1 ? (lines[0] ?? "") : `${lines.length} problems:\n${lines.map((line) => `  - ${line}`).join("\n")}`,
      },
      file,
      ordered,
    );
    this.name = "PolicyFileError";
  }
}

export const policyMissing = (path: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_POLICY_MISSING",
    doing: "read the policy",
    problem: `cannot read ${path}: ${messageOf(cause)}`,
    fix: "check the path",
    cause,
  });

/** @param path where the policy's test cases would be */
export const casesMissing = (path: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_POLICY_CASES",
    doing: "test the policy",
    problem: `there are no test cases: cannot read ${path}: ${messageOf(cause)}`,
    fix: "write some: docs/guide/policy.md has an example",
    cause,
  });

/** @param path of a file with rules in TypeScript */
export const rulesNotLoaded = (path: string, problem: string, cause?: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_POLICY_RULES",
    doing: `load the rules in ${path}`,
    problem,
    fix: "export a list of rules as default: export default [defineRule({ ... })]",
    cause,
  });

export const rulesUntrusted = (path: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_POLICY_UNTRUSTED",
    doing: "read the policy",
    problem: `the rules in ${path} are a program, which --untrusted refuses to run`,
    fix: "write them as data (own:), or use a policy file from a trusted place: --policy FILE",
  });

export const ruleFailed = (rule: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_POLICY_RULE_FAILED",
    doing: `apply the rule ${rule}`,
    problem: messageOf(cause),
    fix: "correct the rule's function: it must return a list, and not throw",
    cause,
  });
