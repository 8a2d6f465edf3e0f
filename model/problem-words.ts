import { quote, type PropProblem } from "./problems.ts";
import { isObject } from "./records.ts";
import type { PropPath } from "./schema-at.ts";
import { didYouMean } from "./spelling.ts";

/** What the reader calls a prop and its types: a program has props and objects, a fleet file keys and mappings. */
export interface Terms {
  readonly prop: string;
  readonly object: string;
}

export const PROGRAM_TERMS: Terms = { prop: "prop", object: "an object" };

export interface Worded {
  readonly problem: string;
  readonly fix?: string | undefined;
}

/** A problem in words, without its location. */
export function wordsOf(problem: PropProblem, terms: Terms): Worded {
  switch (problem.kind) {
    case "unknown-prop":
      return {
        problem: `unknown ${terms.prop} ${JSON.stringify(problem.path.at(-1))}`,
        fix: didYouMeanText(problem.suggestion) ?? `the ${terms.prop}s here are ${problem.known.join(", ")}`,
      };
    case "misplaced-prop":
      return {
        problem: `${JSON.stringify(problem.path.at(-1))} cannot be combined with the other ${terms.prop}s here`,
        fix: "remove it, or them",
      };
    case "missing":
      return {
        problem: "required",
        fix: problem.choices
          ? oneOf(problem.choices)
          : problem.example === undefined
            ? `set it to ${nounOf(problem.expected, terms)}`
            : `for example ${JSON.stringify(problem.example)}`,
      };
    case "wrong-type":
      return wrongType(problem, terms);
    case "not-one-of":
      return { problem: `unknown value ${quote(problem)}`, fix: didYouMeanText(problem.suggestion) ?? oneOf(problem.choices) };
    case "out-of-range":
      return outOfRange(problem);
    case "invalid":
      return problem;
  }
}

/** `memory: 4096 has no unit; did you mean "4096 MiB"?` */
export const sentence = ({ problem, fix }: Worded): string => (fix === undefined ? problem : `${problem}; ${fix}`);

/** `disks[0].size`. */
export const spellPath = (path: PropPath): string =>
  path.reduce<string>((text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`), "");

const didYouMeanText = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : didYouMean(JSON.stringify(text));

const oneOf = (values: readonly unknown[]): string => `use one of ${values.map((value) => JSON.stringify(value)).join(", ")}`;

/** By zod's names. */
const NOUNS: Readonly<Record<string, string>> = {
  string: "a string", number: "a number", int: "a whole number", boolean: "true or false", array: "a list", undefined: "nothing",
}; // prettier-ignore

const nounOf = (type: string | undefined, { object }: Terms): string =>
  type === "object" || type === "record" ? object : (NOUNS[type ?? ""] ?? type ?? "valid");

type Of<Kind extends PropProblem["kind"]> = Extract<PropProblem, { readonly kind: Kind }>;

function wrongType(problem: Of<"wrong-type">, terms: Terms): Worded {
  const { value, expected, choices, suggestion } = problem;
  if (expected.includes("record") && Array.isArray(value))
    return { problem: "this is a list", fix: `write each item under its name, ${named(value)}` };
  const nouns = [...choices.map((choice) => JSON.stringify(choice)), ...expected.map((type) => nounOf(type, terms))];
  return {
    problem: `${quote(problem)} is not ${nouns.join(" or ") || "valid"}`,
    fix: suggestion === undefined ? undefined : didYouMean(suggestion),
  };
}

/** `for example "web: ..."`, with the names that the list's items have. */
function named(items: readonly unknown[]): string {
  const names = items.flatMap((item) => (isObject(item) && typeof item["name"] === "string" ? [item["name"]] : []));
  return `for example ${(names.length === 0 ? ["name"] : names.slice(0, 3)).map((name) => `"${name}: ..."`).join(", ")}`;
}

function outOfRange(problem: Of<"out-of-range">): Worded {
  const { bound, limit, of } = problem;
  const isLow = bound === "minimum";
  const fix = `the ${bound} is ${limit}`;
  if (of === "value") return { problem: `${quote(problem)} is too ${isLow ? "small" : "large"}`, fix };
  if (isLow && limit === 1) return { problem: of === "text" ? "the text is empty" : "the list is empty" };
  if (of === "text") return { problem: `${quote(problem)} is too ${isLow ? "short" : "long"}`, fix: `${fix} characters` };
  return { problem: `the list has too ${isLow ? "few" : "many"} items`, fix };
}
