import type { z } from "zod";
import { CdkvmError } from "./errors.ts";
import { didYouMean, meant } from "./spelling.ts";

/** A problem with a prop. */
export interface PropProblem {
  /** Its location: `["disks", 0, "size"]`. For an unknown prop, the prop itself. */
  readonly path: readonly (string | number)[];
  /** The offending value; undefined if a required prop is missing. */
  readonly value: unknown;
  /** The prop itself does not exist. */
  readonly unknown?: true;
  /** What is wrong, with the quoted value and the suggestion: `10.0.0.0 has no prefix length; did you mean 10.0.0.0/24?` */
  readonly problem: string;
}

/** Values with a text form: sizes, networks, durations. */
interface Spelled {
  toJSON(): unknown;
}

/**
 * Validates props against their schema.
 *
 * @param what the kind of construct and its path: `VM kvm1/web1`
 * @throws CdkvmError that names the construct, each invalid prop, its value, and the fix
 */
export function check(schema: z.ZodType, props: unknown, what: string): void {
  const problems = problemsOf(schema, props);
  if (problems.length === 0) return;
  const lines = problems.map(({ path, problem, unknown }) => {
    const at = unknown ? path.slice(0, -1) : path;
    return at.length === 0 ? problem : `${spellPath(at)}: ${problem}`;
  });
  throw new CdkvmError({
    code: "CDKVM_PROPS",
    doing: what,
    problem: lines.length === 1 ? (lines[0] ?? "") : `${lines.length} props are wrong:\n${lines.map((line) => `  - ${line}`).join("\n")}`,
  });
}

/** All problems of a value, in the order of its props; empty if there are none. */
export function problemsOf(schema: z.ZodType, value: unknown): PropProblem[] {
  const data = plainData(value);
  const result = schema.safeParse(data);
  if (result.success) return [];
  const problems = result.error.issues.flatMap((issue) => readIssue(issue as Issue, schema, data, []));
  // A misspelled prop is also missing under its right name: report it once.
  const meant = new Set(problems.flatMap(({ path, unknown, near }) => (unknown && near ? [spellPath([...path.slice(0, -1), near])] : [])));
  return problems
    .filter(({ path, value: given }) => given !== undefined || !meant.has(spellPath(path)))
    .map(({ near: _near, ...problem }) => problem);
}

/** Replaces sizes, networks and similar values with their text, and a construct with its path. */
export function plainData(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plainData);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    const copy: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) if (item !== undefined) copy[key] = plainData(item);
    return copy;
  }
  if (typeof (value as Partial<Spelled>).toJSON === "function") return plainData((value as Spelled).toJSON());
  const path = (value as { node?: { path?: string } }).node?.path;
  return path ? path : value.constructor.name;
}

/** `disks[0].size`. */
export const spellPath = (path: readonly (string | number)[]): string =>
  path.reduce<string>((text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`), "");

interface Issue {
  readonly code: string;
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly expected?: string;
  readonly values?: readonly unknown[];
  readonly errors?: readonly (readonly Issue[])[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly origin?: string;
  readonly note?: string;
  readonly options?: readonly string[];
  readonly discriminator?: string;
}

interface Found extends PropProblem {
  /** The intended prop, if misspelled. */
  readonly near?: string | undefined;
}

function readIssue(issue: Issue, schema: z.ZodType, data: unknown, base: readonly (string | number)[]): Found[] {
  const path = [...base, ...issue.path];
  const value = valueAt(data, path);
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = knownKeys(schema, path, data);
      return (issue.keys ?? []).map((key) => {
        const near = meant(key, known);
        return {
          path: [...path, key],
          value: valueAt(data, [...path, key]),
          unknown: true as const,
          near,
          problem: `there is no prop ${JSON.stringify(key)}; ${near ? didYouMean(`"${near}"`) : `the props here are ${[...known].toSorted().join(", ")}`}`,
        };
      });
    }
    case "invalid_union": {
      if (issue.discriminator !== undefined) {
        const at = [...path.slice(0, issue.path.at(-1) === issue.discriminator ? -1 : undefined), issue.discriminator];
        const given = valueAt(data, at);
        return [
          {
            path: at,
            value: given,
            problem: given === undefined ? oneOf("it is missing", issue.options ?? []) : chooseFrom(given, issue.options ?? []),
          },
        ];
      }
      const branch = nearestBranch(issue.errors ?? [], value);
      if (branch) return branch.flatMap((inner) => readIssue(inner, schema, data, path));
      const choices = (issue.errors ?? []).flat().flatMap((inner) => (inner.code === "invalid_value" ? (inner.values ?? []) : []));
      if (choices.length > 0 && typeof value === "string") return [{ path, value, problem: chooseFrom(value, choices) }];
      const expected = [...new Set((issue.errors ?? []).flat().map((inner) => nounOf(inner)))];
      return [{ path, value, problem: `${quote(value)} is not ${expected.join(" or ")}` }];
    }
    case "invalid_type":
      return [
        {
          path,
          value,
          problem:
            value === undefined ? missing(issue, schema, path) : (spelledProblem(issue, schema, path, data) ?? typeProblem(issue, value)),
        },
      ];
    case "invalid_value":
      return [
        { path, value, problem: value === undefined ? oneOf("it is missing", issue.values ?? []) : chooseFrom(value, issue.values ?? []) },
      ];
    case "too_small":
      return [{ path, value, problem: limitProblem(issue, value, "at least", issue.minimum) }];
    case "too_big":
      return [{ path, value, problem: limitProblem(issue, value, "at most", issue.maximum) }];
    default:
      return [{ path, value, problem: issue.message }];
  }
}

const quote = (value: unknown): string => {
  const text = value === undefined ? "nothing" : (JSON.stringify(value) ?? typeof value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

const oneOf = (problem: string, values: readonly unknown[]): string =>
  `${problem}; it is one of ${values.map((value) => JSON.stringify(value)).join(", ")}`;

function chooseFrom(value: unknown, values: readonly unknown[]): string {
  const near = typeof value === "string" ? meant(value, new Set(values.filter((item) => typeof item === "string"))) : undefined;
  return near ? `${quote(value)} is unknown; ${didYouMean(`"${near}"`)}` : oneOf(`${quote(value)} is unknown`, values);
}

const NOUNS: Readonly<Record<string, string>> = {
  string: "a string", number: "a number", int: "a whole number", boolean: "true or false",
  array: "a list", object: "an object", record: "an object", undefined: "nothing",
}; // prettier-ignore

const nounOf = (issue: Issue): string =>
  issue.code === "invalid_value"
    ? (issue.values ?? []).map((item) => JSON.stringify(item)).join(" or ")
    : (NOUNS[issue.expected ?? ""] ?? issue.expected ?? "valid");

function typeProblem(issue: Issue, value: unknown): string {
  if (issue.expected === "record" && Array.isArray(value)) return `it is a list; write each under its name${named(value)}`;
  const near =
    issue.expected === "number" && typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))
      ? didYouMean(String(Number(value)))
      : issue.expected === "string" && typeof value === "number"
        ? didYouMean(`"${value}"`)
        : issue.expected === "array"
          ? didYouMean(`[${quote(value)}]`)
          : issue.expected === "boolean" && (value === "yes" || value === "true" || value === "on")
            ? didYouMean("true")
            : undefined;
  return `${quote(value)} is not ${nounOf(issue)}${near ? `; ${near}` : ""}`;
}

/** `, as web: ..., db: ...`, if the list's items have names. */
function named(items: readonly unknown[]): string {
  const names = items.flatMap((item) => (isObject(item) && typeof item["name"] === "string" ? [item["name"]] : []));
  return names.length === 0
    ? ', as "name: ..."'
    : `: ${names
        .slice(0, 3)
        .map((name) => `"${name}: ..."`)
        .join(", ")}${names.length > 3 ? " and so on" : ""}`;
}

function limitProblem(issue: Issue, value: unknown, bound: string, limit: number | undefined): string {
  if (issue.origin === "string") return limit === 1 ? "it is empty" : `${quote(value)} has ${bound} ${limit} characters`;
  if (issue.origin === "array") return limit === 1 && bound === "at least" ? "the list is empty" : `it has ${bound} ${limit} items`;
  return `${quote(value)} is out of range; it is ${bound} ${limit}`;
}

/** The union branch that the value was meant for: its top-level type matches. */
function nearestBranch(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] | undefined {
  const candidates = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || (issue.code !== "invalid_type" && issue.code !== "invalid_value")),
  );
  const foreign = (issues: readonly Issue[]): number =>
    issues.reduce(
      (sum, issue) =>
        sum +
        (issue.code === "unrecognized_keys"
          ? 10 * (issue.keys?.length ?? 0)
          : issue.code === "invalid_type" && !(issue.path[0] !== undefined && isObject(value) && issue.path[0] in value)
            ? 15
            : 1),
      0,
    );
  return [...candidates].sort((a, b) => foreign(a) - foreign(b))[0];
}

const isObject = (value: unknown): value is Record<PropertyKey, unknown> => typeof value === "object" && value !== null;

const valueAt = (data: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), data);

type Shape = Readonly<Record<string, z.ZodType>>;
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly shape?: Shape;
  readonly in?: z.ZodType;
}
const definitionOf = (schema: z.ZodType): Definition => schema._zod.def;

function missing(issue: Issue, schema: z.ZodType, path: readonly (string | number)[]): string {
  const [example] = schemasAt(schema, path).flatMap((candidate) => (candidate.meta()?.["examples"] as unknown[] | undefined) ?? []);
  return `it is missing; give it ${example === undefined ? nounOf(issue) : `one, as ${JSON.stringify(example)}`}`;
}

/** A number instead of text with a unit: the parser's message for it. */
function spelledProblem(issue: Issue, schema: z.ZodType, path: readonly (string | number)[], data: unknown): string | undefined {
  const value = valueAt(data, path);
  if (issue.expected !== "string" || typeof value !== "number") return undefined;
  for (const candidate of schemasAt(schema, path)) {
    const result = definitionOf(candidate).type === "string" ? candidate.safeParse(String(value)) : undefined;
    if (result && !result.success) return result.error.issues[0]?.message;
  }
  return undefined;
}

/** The allowed props of an object at a path. */
function knownKeys(schema: z.ZodType, path: readonly (string | number)[], data: unknown): Set<string> {
  const value = valueAt(data, path);
  const shapes = schemasAt(schema, path).flatMap((candidate): Shape[] => {
    const { shape } = definitionOf(candidate);
    return shape ? [shape] : [];
  });
  const fits = (shape: Shape): boolean =>
    Object.entries(shape).every(
      ([key, item]) => definitionOf(item).type !== "literal" || (isObject(value) && item.safeParse(value[key]).success),
    );
  const fitting = shapes.filter(fits);
  return new Set((fitting.length > 0 ? fitting : shapes).flatMap((shape) => Object.keys(shape)));
}

/** The possible schemas of a value at a path. */
function schemasAt(schema: z.ZodType, path: readonly (string | number)[]): z.ZodType[] {
  return path.reduce<z.ZodType[]>(
    (here, step) =>
      here.flatMap((candidate) => {
        const { element, shape, valueType } = definitionOf(candidate);
        const next = element ?? shape?.[step] ?? valueType;
        return next ? plainSchemas(next) : [];
      }),
    plainSchemas(schema),
  );
}

/** The schemas inside optional, union and similar. */
function plainSchemas(schema: z.ZodType): z.ZodType[] {
  const { options, innerType, type, in: input } = definitionOf(schema);
  if (options) return options.flatMap(plainSchemas);
  if (innerType) return plainSchemas(innerType);
  if (type === "pipe" && input) return plainSchemas(input);
  return [schema];
}
