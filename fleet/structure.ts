import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { problemsOf, type PropProblem, samePath } from "../model/problems.ts";
import type { PropPath } from "../model/schema-at.ts";
import { suggest } from "../model/spelling.ts";
import { fileFault } from "./checks/faults.ts";
import type { FleetProblem } from "./errors.ts";
import { label, tell } from "./problem-words.ts";
import { fleetJsonSchema, fleetSchema } from "./schema.ts";
import type { FleetSource } from "./source/source.ts";

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
  if (isForeign(source.data)) return [source.problem([], fileFault.foreign())];
  const problems = problemsOf(fleetSchema, source.data, (path) => source.spelling(path));
  const validate = validator();
  const refused = validate(source.data) ? [] : outermost(validate.errors ?? []);
  return [
    ...problems.filter(({ path }) => !source.isUnset(path)).map((problem) => tell(source, problem)),
    ...refused
      .filter((error) => !covered(error, problems))
      .map(({ instancePath, message }) => ({ path: pathOf(instancePath), message }))
      .filter(({ path }) => !source.isUnset(path))
      .map(({ path, message }) => source.problem(path, { message: label(path, message ?? "this does not match the schema") })),
  ];
}

/** Whether it is another kind of file: no key is, or resembles, a fleet file section. */
const isForeign = (data: unknown): boolean =>
  typeof data !== "object" ||
  data === null ||
  Array.isArray(data) ||
  (Object.keys(data).length > 0 && Object.keys(data).every((key) => suggest(key, new Set(Object.keys(fleetSchema.shape))) === undefined));

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

/** Whether a problem covers a JSON Schema error: it is at the same path, above or below. */
const covered = ({ instancePath }: ErrorObject, problems: readonly PropProblem[]): boolean => {
  const path = pathOf(instancePath);
  return problems.some((one) => {
    const length = Math.min(path.length, one.path.length);
    return samePath(path.slice(0, length), one.path.slice(0, length));
  });
};

const pathOf = (pointer: string): PropPath =>
  pointer === ""
    ? []
    : pointer
        .slice(1)
        .split("/")
        .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
