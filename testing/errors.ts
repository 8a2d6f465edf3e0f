import { CdkvmError, messageOf, quoted } from "../model/errors.ts";
import { didYouMean, nearest } from "../model/spelling.ts";

const oneOf = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  return near === undefined ? `use one of ${known.join(", ")}` : didYouMean(quoted(near));
};

export const unknownStack = (name: string, known: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_TEST_STACK",
    doing: "choose a stack of a test",
    problem: `no stack is named ${quoted(name)}`,
    fix: oneOf(name, known),
  });

export const programFailed = (path: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_TEST_PROGRAM",
    doing: `synthesize ${path} in a test`,
    problem: messageOf(cause),
    fix: "run it by hand: node and its path",
    cause,
  });

/** @param key of what a matcher was given: `memroy` */
export const unknownKey = (matcher: string, key: string, known: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_TEST_KEY",
    doing: `read what ${matcher} is given`,
    problem: `there is no ${quoted(key)}`,
    fix: oneOf(key, known),
  });
