import type { Origin } from "../engine/index.ts";
import { CdkvmError, messageOf, quoted } from "../model/errors.ts";
import { didYouMean, nearest } from "../model/spelling.ts";

/** The errors of projects, stacks, plans and guests. Those of the command line are in usage-errors.ts. */

/** @param noun of what is known: `stacks` */
const suggestion = (noun: string, name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  return near ? didYouMean(quoted(near)) : `the ${noun} are: ${known.join(", ") || "none"}`;
};

export const interrupted = (uri: string): CdkvmError =>
  new CdkvmError({ code: "CDKVM_INTERRUPTED", doing: `work on ${uri}`, problem: "interrupted" });

/** @param option that approves without a question */
export const notApproved = (option: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_NOT_APPROVED",
    doing: "ask for approval",
    problem: "there is no terminal to ask on",
    fix: `use ${option} to continue without a question`,
  });

export const fleetMissing = (path: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_FLEET_MISSING",
    doing: "find the fleet file",
    problem: `${path} does not exist`,
    fix: "check the path; `cdkvm init --template fleet` writes an example",
  });

/** @param config the project's cdktf.json, if there is one */
export const projectMissing = (folder: string, config: string | undefined): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PROJECT_MISSING",
    doing: "find the project",
    problem: config === undefined ? `neither cdktf.json nor fleet.yaml exists in ${folder}` : `${config} names no app`,
    fix: "run `cdkvm init` in an empty folder, change to the project's folder, or use --app",
  });

export const invalidConfig = (path: string, cause: unknown): CdkvmError =>
  new CdkvmError({ code: "CDKVM_PROJECT_INVALID", doing: `read ${path}`, problem: messageOf(cause), fix: "make it valid JSON", cause });

export const invalidPackage = (path: string, cause: unknown): CdkvmError =>
  new CdkvmError({ code: "CDKVM_PACKAGE_INVALID", doing: `read ${path}`, problem: messageOf(cause), fix: "make it valid JSON", cause });

export const filesExist = (folder: string, files: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_INIT_TAKEN",
    doing: `start a project in ${folder}`,
    problem: `the folder already contains ${files.join(", ")}`,
    fix: "use an empty folder: cdkvm init <folder>",
  });

export const ciFilesDiffer = (folder: string, files: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_CI_TAKEN",
    doing: `write CI files in ${folder}`,
    problem: `${files.join(", ")} differ from what this version writes`,
    fix: "keep yours, or overwrite them with --force; git shows the difference",
  });

/** @param source a file of the package */
export const commonJsPackage = (folder: string, source: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_INIT_COMMONJS",
    doing: `start a project in ${folder}`,
    problem: `package.json belongs to a CommonJS package that contains ${source}, but the program of a fleet is an ES module`,
    fix: "use a separate folder: cdkvm init <folder>",
  });

export const programFailed = (app: string, code: number | null, signal: NodeJS.Signals | null): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_SYNTH_FAILED",
    doing: `synthesize with \`${app}\``,
    problem: `it ended with ${signal ?? `exit code ${code}`}`,
    fix: "fix the error above",
  });

export const nothingSynthesized = (app: string, manifest: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_SYNTH_EMPTY",
    doing: `synthesize with \`${app}\``,
    problem: `it did not write ${manifest}`,
    likely: "the program does not call app.synth(), or sets the outdir of its App",
    fix: "end the program with app.synth()",
  });

export const unknownStack = (name: string, known: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_STACK_UNKNOWN",
    doing: "choose the stacks",
    problem: `no stack is named "${name}"`,
    fix: suggestion("stacks", name, known),
  });

export const circularStacks = (names: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_STACK_CIRCLE",
    doing: "order the stacks",
    problem: `the stacks depend on each other in a circle: ${names.join(", ")}`,
    fix: "move what they share into another stack",
  });

/** Why a stack was not tried. `dependency` and `dependent` are other stacks, not done; `failed` one that failed; `refused` one whose plan breaks the policy. */
export type NotTried =
  | "interrupted"
  | "declined"
  | { readonly refused: string }
  | { readonly dependency: string }
  | { readonly dependent: string }
  | { readonly failed: string };

/** @param done what the command does to a stack, in the past tense: `applied` */
export const notTried = (command: string, done: string, why: NotTried): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_STACK_NOT_TRIED",
    doing: `${command} the stack`,
    problem: whyNotTried(why, done),
    fix: "run the command again; it continues from there",
  });

function whyNotTried(why: NotTried, done: string): string {
  if (why === "interrupted") return "interrupted";
  if (why === "declined") return "not approved";
  if ("refused" in why) return `the plan of ${why.refused} breaks the policy, and these plans are applied together or not at all`;
  if ("dependency" in why) return `it depends on ${why.dependency}, which was not ${done}`;
  if ("dependent" in why) return `${why.dependent} depends on it and was not ${done}`;
  return `${why.failed} failed (--fail-fast)`;
}

/** @param stack that the plan is for; undefined if it does not name one */
export const noStackForPlan = (plan: string, stack: string | undefined, known: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_STACK",
    doing: `apply the saved plan ${plan}`,
    problem: stack === undefined ? "it does not name its stack" : `it is for the stack ${stack}, which is not in this project`,
    fix: `the stacks are: ${known.join(", ")}`,
  });

/** A plan made for another stack, host or state. @param name of the stack here */
export const wrongPlan = (path: string, name: string, differs: "stack" | "hosts" | "backend", made: Origin, here: Origin): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_STACK",
    doing: `apply the saved plan ${path} to ${name}`,
    problem: {
      stack: `it is a plan of ${made.stack ?? "another program"}, not of ${name}`,
      hosts: `it was made for the host ${made.hosts}, but the stack's host is ${here.hosts}`,
      backend: "it was made for a state in another backend than the stack's",
    }[differs],
    fix:
      differs === "stack" && made.stack !== undefined
        ? `name its stack: \`cdkvm apply ${made.stack} --plan ${path}\``
        : `plan again: \`cdkvm plan ${name} --out ${path}\``,
  });

export const noFolderForPlan = (path: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_UNREADABLE",
    doing: `read the saved plan ${path}`,
    problem: "only an engine in an initialized stack folder can read it, and there is none here",
    fix: "change to the project's folder, use --folder, or review the output of `tofu show -json`",
  });

export const planMissing = (path: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_MISSING",
    doing: "read the plan",
    problem: `${path} does not exist`,
    fix: "save a plan with `cdkvm plan --out plan.tfplan`",
  });

export const noPlansIn = (folder: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_MISSING",
    doing: "read the plans",
    problem: `${folder} contains no saved plan`,
    fix: `save plans with \`cdkvm plan --out ${folder}\``,
  });

/** @param stacks that have a guest of this name */
export const ambiguousGuest = (name: string, stacks: readonly [string, ...string[]]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_GUEST_AMBIGUOUS",
    doing: `find the guest ${name}`,
    problem: `several stacks have a guest of this name: ${stacks.join(", ")}`,
    fix: `name the stack: cdkvm console ${name} ${stacks[0]}`,
  });

export const eventsNotWritable = (path: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_EVENTS_FILE",
    doing: "open the file of --events",
    problem: `cannot write ${path}: ${messageOf(cause)}`,
    fix: "check the path; its folder must exist",
    cause,
  });

/** @param known stacks and guests */
export const unknownOnly = (word: string, known: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ONLY_UNKNOWN",
    doing: `read --only ${word}`,
    problem: "no stack, host or guest has this name",
    fix: suggestion("stacks and guests", word, known),
  });

/** @param stacks that have a guest of this name */
export const ambiguousOnly = (name: string, stacks: readonly [string, ...string[]]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_GUEST_AMBIGUOUS",
    doing: `read --only ${name}`,
    problem: `several stacks have a guest of this name: ${stacks.join(", ")}`,
    fix: `name the stack too: cdkvm apply ${stacks[0]} --only ${name}`,
  });

/** @param guest the word that names one */
/** @param first the stack that comes before it */
export const planOutOfOrder = (stack: string, first: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_PLAN_ORDER",
    doing: `apply the plan of ${stack}`,
    problem: `${first} comes before it, and its plan is not applied yet`,
    fix: `apply both, or ${first} first: cdkvm apply FOLDER/ --only ${first}`,
  });

/** @param on where it was looked for @param known the guests there */
export const unknownGuest = (name: string, on: "stacks" | "host", known: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_GUEST_UNKNOWN",
    doing: `find the guest ${name}`,
    problem: on === "stacks" ? "no stack has a guest of this name" : "the host has no guest of this name",
    fix: suggestion("guests", name, known),
  });

export const guestNotRunning = (name: string, state: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_GUEST_STOPPED",
    doing: `open the console of ${name}`,
    problem: `the guest is ${state}`,
    fix: "start it: `cdkvm apply`",
  });

/** @param stacks that have the address */
export const ambiguousAddress = (address: string, stacks: readonly [string, ...string[]]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_IMPORT_ADDRESS",
    doing: `find ${address}`,
    problem: `several stacks have this address: ${stacks.join(", ")}`,
    fix: `name the stack: --stack ${stacks[0]}`,
  });

/** @param near a similar address @param code that creates such a resource */
export const unknownAddress = (address: string, stacks: readonly string[], near: string | undefined, code: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_IMPORT_ADDRESS",
    doing: `find ${address}`,
    problem: `no resource has this address in ${stacks.join(", ")}`,
    fix: `${near ? `did you mean ${near}? If not, add` : "add"} the resource first, then import it: ${code}`,
  });
