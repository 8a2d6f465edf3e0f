import { knownSecrets } from "./hidden.ts";

/**
 * The one error that cdkvm throws for what a user can mend. It says what was being done, with which value, what most
 * likely caused it, and what to do; the original error is kept as `cause`.
 */
export interface ErrorDetails {
  /** Stable, for scripts and searches: `CDKVM_HOST_UNREACHABLE`. */
  readonly code: string;
  /** What was being done: `connect to qemu+ssh://kvm1/system`. */
  readonly doing: string;
  /** What went wrong, with the value that did it. */
  readonly problem: string;
  /** The likely cause, where it is not the problem itself. */
  readonly likely?: string;
  /** What to do about it. */
  readonly fix?: string;
  readonly cause?: unknown;
}

export class CdkvmError extends Error {
  readonly code: string;
  readonly details: ErrorDetails;

  constructor(given: ErrorDetails) {
    const details = withoutSecrets(given);
    super(`${details.doing}: ${details.problem}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "CdkvmError";
    this.code = details.code;
    this.details = details;
  }

  /** Several lines for a person. */
  explain(): string {
    const { doing, problem, likely, fix } = this.details;
    return [problem, `  while: ${doing}`, likely && `  likely: ${likely}`, fix && `  fix: ${fix}`, `  code: ${this.code}`]
      .filter(Boolean)
      .join("\n");
  }
}

/** A value that an error quotes may be a secret. */
function withoutSecrets(details: ErrorDetails): ErrorDetails {
  const secrets = knownSecrets();
  if (secrets.values.length === 0) return details;
  const { doing, problem, likely, fix } = details;
  return {
    ...details,
    doing: secrets.hide(doing),
    problem: secrets.hide(problem),
    ...(likely === undefined ? {} : { likely: secrets.hide(likely) }),
    ...(fix === undefined ? {} : { fix: secrets.hide(fix) }),
  };
}

/**
 * What {@link CdkvmError.explain} wrote, read back: an engine hands a provider's errors on as text. Undefined for any other
 * text.
 */
export function readExplained(text: string): ErrorDetails | undefined {
  const [, problem, doing, likely, fix, code] =
    /^([\s\S]*?)\n {2}while: ([\s\S]*?)(?:\n {2}likely: ([\s\S]*?))?(?:\n {2}fix: ([\s\S]*?))?\n {2}code: ([A-Z][A-Z0-9_]*)$/.exec(text) ??
    [];
  if (problem === undefined || doing === undefined || code === undefined) return undefined;
  return { code, doing, problem, ...(likely !== undefined && { likely }), ...(fix !== undefined && { fix }) };
}

/** An error's text, whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
