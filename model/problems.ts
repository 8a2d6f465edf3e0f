import type { z } from "zod";
import { readRefusal } from "./refuse.ts";
import { isObject } from "./records.ts";
import { exampleAt, knownProps, type PropPath, textSchemasAt, valueIn } from "./schema-at.ts";
import { suggest } from "./spelling.ts";

/** A problem with a prop. Words for it: `wordsOf`. */
export type PropProblem = Faulty & Fault;

interface Faulty {
  /** Its location: `["disks", 0, "size"]`. For an unknown prop, the prop itself. */
  readonly path: PropPath;
  /** The offending value; undefined if a required prop is missing. */
  readonly value: unknown;
  /** A number as the file spells it, if otherwise: `0644` is 644. */
  readonly spelling?: string;
}

type Fault =
  /** The prop does not exist; `suggestion` most likely does. */
  | { readonly kind: "unknown-prop"; readonly suggestion?: string; readonly known: readonly string[] }
  /** The prop exists, but not together with the others of its object. */
  | { readonly kind: "misplaced-prop" }
  | { readonly kind: "missing"; readonly choices?: readonly unknown[]; readonly example?: unknown; readonly expected?: string }
  /** `expected`: zod's names of types; `suggestion`: what to write instead. */
  | {
      readonly kind: "wrong-type";
      readonly expected: readonly string[];
      readonly choices: readonly unknown[];
      readonly suggestion?: string;
    }
  | { readonly kind: "not-one-of"; readonly choices: readonly unknown[]; readonly suggestion?: string }
  | {
      readonly kind: "out-of-range";
      readonly bound: "minimum" | "maximum";
      readonly limit: number;
      readonly of: "value" | "text" | "list";
    }
  /** What a parser or a schema's own check says. */
  | { readonly kind: "invalid"; readonly problem: string; readonly fix?: string };

/** An issue of zod's. */
interface Issue {
  readonly code: string;
  readonly path: PropPath;
  readonly message: string;
  readonly params?: { readonly fix?: string };
  readonly keys?: readonly string[];
  readonly expected?: string;
  readonly values?: readonly unknown[];
  readonly errors?: readonly (readonly Issue[])[];
  readonly issues?: readonly Issue[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly origin?: string;
  readonly options?: readonly string[];
  readonly discriminator?: string;
}

/** What is validated: the spelling of a number, if the data comes from a file. */
interface Subject {
  readonly schema: z.ZodType;
  readonly data: unknown;
  readonly spellingOf: (path: PropPath) => string | undefined;
}

/**
 * All problems of a value, in the order of its props; empty if there are none.
 *
 * @param data JSON
 * @param spellingOf the text of a number in the file that the data comes from
 */
export function problemsOf(schema: z.ZodType, data: unknown, spellingOf: Subject["spellingOf"] = () => undefined): PropProblem[] {
  const result = schema.safeParse(data);
  if (result.success) return [];
  const problems = result.error.issues.flatMap((issue) => readIssue(issue as Issue, { schema, data, spellingOf }, []));
  return problems.filter((problem) => !isEcho(problem, problems));
}

/** Whether something is missing only because a prop is misspelled: the prop itself, or what its object needs. */
const isEcho = (problem: PropProblem, all: readonly PropProblem[]): boolean =>
  problem.kind !== "unknown-prop" &&
  all.some((other) => {
    if (other.kind !== "unknown-prop" || other.suggestion === undefined) return false;
    const object = other.path.slice(0, -1);
    return samePath(problem.path, object) || (problem.value === undefined && samePath(problem.path, [...object, other.suggestion]));
  });

export const samePath = (a: PropPath, b: PropPath): boolean =>
  a.length === b.length && a.every((step, index) => String(step) === String(b[index]));

function readIssue(issue: Issue, subject: Subject, base: PropPath): PropProblem[] {
  const path = [...base, ...issue.path];
  const faulty = faultyAt(subject, path);
  const { value } = faulty;
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = knownProps(subject.schema, path, subject.data);
      return (issue.keys ?? []).map((key) => ({ ...faultyAt(subject, [...path, key]), ...unknownProp(key, known) }));
    }
    case "invalid_union":
      return readUnion(issue, subject, path);
    case "invalid_type":
      return [{ ...faulty, ...wrongType(issue, subject, faulty) }];
    case "invalid_value":
      return [{ ...faulty, ...(value === undefined ? { kind: "missing", choices: issue.values ?? [] } : notOneOf(value, issue.values)) }];
    case "invalid_key":
      return [{ ...faulty, kind: "invalid", ...readRefusal(issue.issues?.[0] ?? issue) }];
    case "invalid_format":
      return [{ ...faulty, kind: "invalid", problem: `${quote(faulty)} is not a valid ${issue.format ?? "text"}` }];
    case "too_small":
      return [{ ...faulty, kind: "out-of-range", bound: "minimum", limit: issue.minimum ?? 0, of: measured(issue) }];
    case "too_big":
      return [{ ...faulty, kind: "out-of-range", bound: "maximum", limit: issue.maximum ?? 0, of: measured(issue) }];
    default:
      return [{ ...faulty, kind: "invalid", ...readRefusal(issue) }];
  }
}

function faultyAt({ data, spellingOf }: Subject, path: PropPath): Faulty {
  const value = valueIn(data, path);
  const spelling = typeof value === "number" ? spellingOf(path) : undefined;
  return { path, value, ...(spelling !== undefined && spelling !== String(value) && { spelling }) };
}

function readUnion(issue: Issue, subject: Subject, path: PropPath): PropProblem[] {
  if (issue.discriminator !== undefined) {
    const object = issue.path.at(-1) === issue.discriminator ? path.slice(0, -1) : path;
    const faulty = faultyAt(subject, [...object, issue.discriminator]);
    const choices = issue.options ?? [];
    return [{ ...faulty, ...(faulty.value === undefined ? { kind: "missing", choices } : notOneOf(faulty.value, choices)) }];
  }
  const faulty = faultyAt(subject, path);
  const branch = nearestBranch(issue.errors ?? [], faulty.value);
  if (branch) return branch.flatMap((inner) => readIssue(inner, subject, path));
  const inner = (issue.errors ?? []).flat();
  const choices = inner.flatMap(({ code, values }) => (code === "invalid_value" ? (values ?? []) : []));
  if (choices.length > 0 && typeof faulty.value === "string") return [{ ...faulty, ...notOneOf(faulty.value, choices) }];
  const expected = inner.flatMap((one) => (one.code === "invalid_type" && one.expected !== undefined ? [one.expected] : []));
  return [{ ...faulty, kind: "wrong-type", expected: [...new Set(expected)], choices }];
}

function unknownProp(key: string, known: ReadonlySet<string>): Fault {
  if (known.has(key)) return { kind: "misplaced-prop" };
  const suggestion = suggest(key, known);
  return { kind: "unknown-prop", known: [...known].toSorted(), ...(suggestion !== undefined && { suggestion }) };
}

function notOneOf(value: unknown, choices: readonly unknown[] = []): Fault {
  const suggestion = typeof value === "string" ? suggest(value, new Set(choices.filter((item) => typeof item === "string"))) : undefined;
  return { kind: "not-one-of", choices, ...(suggestion !== undefined && { suggestion }) };
}

function wrongType({ expected }: Issue, { schema }: Subject, faulty: Faulty): Fault {
  const { path, value } = faulty;
  if (value === undefined) {
    const example = exampleAt(schema, path);
    return { kind: "missing", ...(example !== undefined && { example }), ...(expected !== undefined && { expected }) };
  }
  const suggestion = expected === undefined ? undefined : asType(expected, faulty);
  return (
    (expected === "string" && typeof value === "number" ? unparsed(textSchemasAt(schema, path), faulty) : undefined) ?? {
      kind: "wrong-type",
      expected: expected === undefined ? [] : [expected],
      choices: [],
      ...(suggestion !== undefined && { suggestion }),
    }
  );
}

/** A number instead of text with a unit: what the parser says of it. */
function unparsed(schemas: readonly z.ZodType[], { value, spelling }: Faulty): Fault | undefined {
  for (const schema of schemas) {
    const issue = schema.safeParse(spelling ?? String(value)).error?.issues[0];
    if (issue) return { kind: "invalid", ...readRefusal(issue as Issue) };
  }
  return undefined;
}

/** A value written as another type. */
function asType(expected: string, { value, spelling }: Faulty): string | undefined {
  if (expected === "number" && typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)))
    return String(Number(value));
  if (expected === "string" && typeof value === "number") return `"${spelling ?? value}"`;
  if (expected === "array") return `[${quote({ value })}]`;
  return expected === "boolean" && (value === "yes" || value === "true" || value === "on") ? "true" : undefined;
}

const measured = ({ origin }: Issue): "value" | "text" | "list" => (origin === "string" ? "text" : origin === "array" ? "list" : "value");

/** The value as written, cut if long. */
export function quote({ value, spelling }: Pick<Faulty, "value" | "spelling">): string {
  const text = spelling ?? (value === undefined ? "nothing" : (JSON.stringify(value) ?? typeof value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
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
