import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { FileProblem } from "../model/file-error.ts";
import { wordsInFile, YamlFile } from "../source/index.ts";
import { problemsOf } from "../model/problems.ts";
import { spellPath } from "../model/problem-words.ts";
import { isRecord } from "../model/records.ts";
import { invalidOption, noArgument, policyMissing, PolicyFileError, rulesUntrusted, ruleSuggestion, unknownRule } from "./errors.ts";
import type { Enforced, Policy } from "./evaluate.ts";
import { type PolicyFile, policyFileSchema } from "./file.ts";
import { loadRules } from "./load-rules.ts";
import { ruleOfData } from "./own-rules.ts";
import type { Rule, Severity } from "./rule.ts";
import { builtInRules } from "./rules/index.ts";
import { POLICY_FILE, WAIVERS_FILE } from "./usual-files.ts";
import { readWaivers } from "./waivers.ts";

export interface PolicyOptions {
  /** The project's folder. */
  readonly folder: string;
  /** The policy file. @default cdkvm.policy.yaml in the folder, if it exists */
  readonly file?: string | undefined;
  /** Rules that count as errors whatever the file says, some with a value: `data-loss,max-restarts=5`. */
  readonly failOn?: string | undefined;
  /** Addresses and names that no rule concerns. */
  readonly allow?: readonly string[];
  /** Refuses rules that are programs. @default false */
  readonly untrusted?: boolean;
}

/** A rule as this policy has it. */
export interface KnownRule {
  readonly rule: Rule;
  readonly severity: Severity | "off";
  readonly options: unknown;
  readonly allow: readonly string[];
}

export interface ReadPolicy {
  /** Undefined if there is no file. */
  readonly file: string | undefined;
  /** All rules, those that are off too. */
  readonly known: readonly KnownRule[];
  readonly policy: Policy;
}

/** Reads the policy, and the waivers next to it. @throws PolicyFileError with all problems of a file; CdkvmError */
export async function readPolicy(options: PolicyOptions): Promise<ReadPolicy> {
  const path = resolve(options.folder, options.file ?? POLICY_FILE);
  const text = await textOf(path, options.file !== undefined);
  const inFile = text === undefined ? withoutFile() : await rulesIn(text, path, options.untrusted === true);
  const known = withFailOn(inFile, options.failOn ?? "").map((one) => ({ ...one, allow: [...one.allow, ...(options.allow ?? [])] }));
  const waiversPath = resolve(dirname(path), WAIVERS_FILE);
  const waivers = await textOf(waiversPath, false);
  return {
    file: text === undefined ? undefined : path,
    known,
    policy: {
      rules: known.flatMap(({ severity, ...one }): Enforced[] => (severity === "off" ? [] : [{ ...one, severity }])),
      waivers:
        waivers === undefined
          ? []
          : readWaivers(
              waivers,
              basename(waiversPath),
              known.map(({ rule }) => rule.name),
            ),
    },
  };
}

async function textOf(path: string, required: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (!required && (cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw policyMissing(path, cause);
  }
}

/** Without a policy file, only what the command line names is on. */
const withoutFile = (): readonly KnownRule[] =>
  builtInRules.map((rule) => ({ rule, severity: "off", options: rule.options?.parse({}), allow: [] }));

async function rulesIn(text: string, path: string, untrusted: boolean): Promise<readonly KnownRule[]> {
  const file = basename(path);
  const source = new YamlFile(text, file, policyFileSchema, "write severity: and the rules; docs/guide/policy.md has an example");
  const { data } = source;
  if (data === undefined) throw new PolicyFileError("policy", file, source.problems);
  const own = Object.entries(data.own ?? {}).map(([name, rule]) => ruleOfData(name, rule, file));
  const programs = (data.rules ?? []).map((one) => resolve(dirname(path), one));
  const [program] = programs;
  if (untrusted && program !== undefined) throw rulesUntrusted(program);
  const loaded = (await Promise.all(programs.map(loadRules))).flat();
  const rules = [...builtInRules, ...loaded, ...own];
  const problems = [...unknownNames(source, data, rules), ...takenNames(source, data, [...builtInRules, ...loaded])];
  const known = rules.map((rule): KnownRule => {
    const given = optionsFor(rule, data.options?.[rule.name]);
    problems.push(...optionProblems(source, rule, data.options?.[rule.name]));
    return {
      rule,
      severity: data.severity?.[rule.name] ?? rule.severity,
      options: rule.options?.safeParse(given).data,
      allow: data.allow?.[rule.name] ?? [],
    };
  });
  if (problems.length > 0) throw new PolicyFileError("policy", file, problems);
  return known;
}

type Source = YamlFile<PolicyFile>;

function unknownNames(source: Source, data: PolicyFile, rules: readonly Rule[]): FileProblem[] {
  const names = rules.map(({ name }) => name);
  return (["severity", "options", "allow"] as const).flatMap((section) =>
    Object.keys(data[section] ?? {})
      .filter((name) => !names.includes(name))
      .map((name) =>
        source.problem([section, name], { message: `there is no rule ${JSON.stringify(name)}`, fix: ruleSuggestion(name, names) }, "key"),
      ),
  );
}

const takenNames = (source: Source, data: PolicyFile, others: readonly Rule[]): FileProblem[] =>
  Object.keys(data.own ?? {})
    .filter((name) => others.some((one) => one.name === name))
    .map((name) =>
      source.problem(["own", name], { message: `there is a rule ${JSON.stringify(name)} already`, fix: "choose another name" }, "key"),
    );

/** A value alone is that of the rule's argument: `max-restarts: 5`. */
const optionsFor = ({ argument }: Rule, given: unknown): unknown =>
  given === undefined || given === null ? {} : isRecord(given) || argument === undefined ? given : { [argument]: given };

function optionProblems(source: Source, rule: Rule, given: unknown): FileProblem[] {
  if (given === undefined) return [];
  const path = ["options", rule.name];
  if (rule.options === undefined)
    return [source.problem(path, { message: `the rule ${rule.name} has no options`, fix: "remove it" }, "key")];
  const isShort = !isRecord(given);
  return problemsOf(rule.options, optionsFor(rule, given)).map((problem) => {
    const { problem: message, fix } = wordsInFile(problem);
    const inner = isShort ? problem.path.slice(1) : problem.path;
    return source.problem([...path, ...inner], { message: `${spellPath([rule.name, ...inner])}: ${message}`, fix });
  });
}

/** The rules that the command line names count as errors. */
function withFailOn(known: readonly KnownRule[], failOn: string): readonly KnownRule[] {
  const wanted = failOn
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  return wanted.reduce<readonly KnownRule[]>((rules, text) => {
    const [name = "", ...rest] = text.split("=");
    if (!rules.some(({ rule }) => rule.name === name))
      throw unknownRule(
        name,
        rules.map(({ rule }) => rule.name),
      );
    return rules.map((one) => (one.rule.name === name ? { ...one, severity: "error", options: withValue(one, rest.join("=")) } : one));
  }, known);
}

function withValue({ rule, options }: KnownRule, value: string): unknown {
  if (value === "") return options;
  if (rule.options === undefined || rule.argument === undefined) throw noArgument(rule.name, value);
  const given = { ...(options as object), [rule.argument]: /^\d+$/.test(value) ? Number(value) : value };
  const [problem] = problemsOf(rule.options, given);
  if (problem !== undefined) throw invalidOption(rule.name, value, wordsInFile(problem).problem);
  return rule.options.parse(given);
}
