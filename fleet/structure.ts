import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { z } from "zod";
import { problemsOf, spellPath, type PropProblem } from "../model/check.ts";
import { meant } from "../model/spelling.ts";
import type { FleetProblem } from "./errors.ts";
import { FLEET_NAME, fleetJsonSchema, fleetSchema } from "./schema.ts";
import type { FleetSource, Path } from "./source/source.ts";

let compiled: ValidateFunction | undefined;

/** The validator of the JSON Schema that editors also use; created on first use. */
export function validator(): ValidateFunction {
  // Zod emits patterns next to the formats; the schema itself is validated when it is generated.
  compiled ??= new Ajv2020({
    allErrors: true,
    inlineRefs: false,
    validateFormats: false,
    validateSchema: false,
    meta: false,
    strict: false,
    code: { optimize: false },
  }).compile(fleetJsonSchema());
  return compiled;
}

/**
 * The problems of individual values. The JSON Schema validates the structure; zod describes problems in plain words, and parses
 * sizes, networks and addresses. What only the JSON Schema rejects is reported in its words.
 */
export function structureProblems(source: FleetSource): FleetProblem[] {
  if (isForeign(source.data))
    return [source.problem([], "this is not a fleet file: it has neither hosts nor guests", "`cdkvm init --template fleet` writes one")];
  const problems = valueProblems(fleetSchema, source.data);
  const validate = validator();
  const refused = validate(source.data) ? [] : outermost(validate.errors ?? []);
  return [
    ...problems.filter(({ path }) => !source.isUnset(path)).map((problem) => tell(source, problem)),
    ...refused
      .filter((error) => !covered(error, problems))
      .map(({ instancePath, message }) => ({ path: pathOf(instancePath), message }))
      .filter(({ path }) => !source.isUnset(path))
      .map(({ path, message }) => source.problem(path, label(path, message ?? "it is not what the schema asks for"))),
  ];
}

/** Whether it is another kind of file: no key is, or resembles, a fleet file section. */
const isForeign = (data: unknown): boolean =>
  typeof data !== "object" ||
  data === null ||
  Array.isArray(data) ||
  (Object.keys(data).length > 0 && Object.keys(data).every((key) => meant(key, new Set(Object.keys(fleetSchema.shape))) === undefined));

/** Drops errors of single alternatives: that none of them matches is reported too. */
function outermost(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  return errors.filter(
    (error) =>
      !choices.some(
        ({ instancePath }) =>
          error.instancePath.startsWith(`${instancePath}/`) || (error.instancePath === instancePath && !choices.includes(error)),
      ),
  );
}

/** A schema's problems with a value, once each. */
export const valueProblems = (schema: z.ZodType, value: unknown): PropProblem[] =>
  problemsOf(schema, value).filter((one, _, all) => !isEcho(one, all));

/** A problem with a value, in fleet file terms: keys, not props. */
export function tell(source: FleetSource, { path, value, problem, unknown }: PropProblem, where: Path = path): FleetProblem {
  if ((value ?? undefined) === undefined && !unknown && path.length === 1 && path[0] === "hosts")
    return source.problem(path, "the file has no hosts", 'add hosts: and a line as "  kvm1: qemu+ssh://root@kvm1.example.org/system"');
  const key = path.at(-1);
  const [message, fix] = split(
    unknown ? inWordsOfFile(problem, key, undefined, undefined) : inWordsOfFile(problem, key, value, source.spelling(path)),
  );
  const badName = path.length === 2 && typeof key === "string" && !FLEET_NAME.test(key);
  return source.problem(where, unknown || badName ? message : label(path, message), fix, unknown || badName ? "key" : "value");
}

/** `disks[0].size: ...`: relative to the guest, network etc., which the line identifies. */
function label(path: Path, message: string): string {
  const inner = path.length > 2 && path[0] !== "defaults" ? path.slice(2) : path.slice(-1);
  const spelled = spellPath(path[0] === "defaults" ? path.slice(1) : inner);
  return spelled === "" ? message : `${spelled}: ${message}`;
}

function inWordsOfFile(problem: string, key: string | number | undefined, value: unknown, spelling: string | undefined): string {
  if (value === null) return "nothing stands here; give it a value, or remove the key";
  const unblanked = typeof value === "string" ? /^([A-Za-z]+):(?=\S)/.exec(value)?.[1] : undefined;
  if (unblanked !== undefined && problem.endsWith(" is not an object"))
    return `${JSON.stringify(value)} has no blank behind its ":"; write ${unblanked}: and a blank`;
  const words = problem
    .replace(/ is not an object$/, " is not a mapping; write its keys on lines of their own below, further in")
    .replace(/^\{.* is not a list; .*$/s, 'it is not a list; begin each item with "- "')
    .replace(/^there is no prop /, "there is no key ")
    .replace("; the props here are ", "; the keys here are ")
    .replace(/it is missing; give it an object$/, "it is missing; give it at least its name and what it needs");
  if (words === `there is no key ${JSON.stringify(key)}; did you mean ${JSON.stringify(key)}?`)
    return `${JSON.stringify(key)} does not go with the other keys here; remove it, or them`;
  return typeof value === "number" && spelling !== undefined && spelling !== String(value)
    ? words.replaceAll(String(value), spelling)
    : words;
}

/** Splits a sentence into problem and fix, at the first semicolon outside quotes. */
export function split(sentence: string): readonly [message: string, fix: string] {
  const at = /^(?:[^";]|"(?:[^"\\]|\\.)*"|;(?! ))*?; /.exec(sentence)?.[0].length;
  return at === undefined ? [sentence, ""] : [sentence.slice(0, at - 2), sentence.slice(at)];
}

/** An object that lacks something only because one of its keys is misspelled. */
const isEcho = (problem: PropProblem, all: readonly PropProblem[]): boolean =>
  !problem.unknown &&
  all.some(
    (other) =>
      other.unknown &&
      other.problem.includes("did you mean") &&
      (samePath(other.path.slice(0, -1), problem.path) ||
        (problem.value === undefined &&
          samePath(other.path.slice(0, -1), problem.path.slice(0, -1)) &&
          other.problem.includes(`"${problem.path.at(-1)}"?`))),
  );

const samePath = (a: Path, b: Path): boolean => a.length === b.length && a.every((step, index) => String(step) === String(b[index]));

/** Whether a problem covers a JSON Schema error: it is at the same path, above or below. */
const covered = ({ instancePath }: ErrorObject, problems: readonly PropProblem[]): boolean => {
  const path = pathOf(instancePath);
  return problems.some((one) => {
    const length = Math.min(path.length, one.path.length);
    return samePath(path.slice(0, length), one.path.slice(0, length));
  });
};

const pathOf = (pointer: string): Path =>
  pointer === ""
    ? []
    : pointer
        .slice(1)
        .split("/")
        .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
