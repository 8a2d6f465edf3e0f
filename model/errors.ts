import { knownSecrets } from "./hidden.ts";

/**
 * The error that cdkvm throws for anything a user can fix. It states the operation, the value, the most likely cause and the
 * fix; the original error is kept as `cause`.
 */
export interface ErrorDetails {
  /** Stable, for scripts and searches: `CDKVM_HOST_UNREACHABLE`. */
  readonly code: string;
  /** The operation: `connect to qemu+ssh://kvm1/system`. */
  readonly doing: string;
  /** What went wrong, with the offending value. */
  readonly problem: string;
  /** The likely cause, if it is not the problem itself. */
  readonly likely?: string;
  /** How to fix it. */
  readonly fix?: string | undefined;
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

  /** Multi-line text for people. */
  explain(): string {
    const { doing, problem, likely, fix } = this.details;
    return [problem, `  while: ${doing}`, likely && `  likely: ${likely}`, fix && `  fix: ${fix}`, `  code: ${this.code}`]
      .filter(Boolean)
      .join("\n");
  }
}

/** A quoted value may be a secret. */
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
 * Parses the output of {@link CdkvmError.explain}: an engine forwards a provider's errors as text. Undefined for any other
 * text.
 */
export function readExplained(text: string): ErrorDetails | undefined {
  const [, problem, doing, likely, fix, code] =
    /^([\s\S]*?)\n {2}while: ([\s\S]*?)(?:\n {2}likely: ([\s\S]*?))?(?:\n {2}fix: ([\s\S]*?))?\n {2}code: ([A-Z][A-Z0-9_]*)$/.exec(text) ??
    [];
  if (problem === undefined || doing === undefined || code === undefined) return undefined;
  return { code, doing, problem, ...(likely !== undefined && { likely }), ...(fix !== undefined && { fix }) };
}

/** The message of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A name or value in a message. */
export const quoted = (value: unknown): string => JSON.stringify(value);
