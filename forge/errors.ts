import { CdkvmError, type ErrorDetails, messageOf } from "../model/errors.ts";

/** The errors of forges. None contains a token: HTTP sends it in a header, and `rememberSecrets` hides it everywhere. */

export const noForge = (): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_FORGE_UNKNOWN",
    doing: "find the forge",
    problem: "this is no CI job of GitHub, GitLab, Gitea or Forgejo",
    fix: "name it: --forge gitlab --api https://gitlab.example.org/api/v4 --repo group/project",
  });

/** @param missing of the place: `repository`, `number` @param option that names it */
export const noPlace = (missing: string, option: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_FORGE_UNKNOWN",
    doing: "find the pull request",
    problem: `the job's environment does not say its ${missing}`,
    likely: "the job does not run for a pull request",
    fix: `use ${option}`,
  });

/** @param names of the variables that may contain it */
export const noToken = (names: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_FORGE_TOKEN",
    doing: "log in at the forge",
    problem: `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} not set`,
    fix: "pass the token in that variable, or name another with --token-env",
  });

export const insecure = (url: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_FORGE_INSECURE",
    doing: `connect to ${url}`,
    problem: "the token would be sent in clear",
    fix: "use an https URL; http is for this machine only (127.0.0.1)",
  });

/** A forge's no, with its HTTP status. */
class Refusal extends CdkvmError {
  readonly status: number;
  constructor(status: number, details: ErrorDetails) {
    super(details);
    this.status = status;
  }
}

/** Whether a forge said no with one of these. */
export const isRefusal = (error: unknown, ...statuses: readonly number[]): boolean =>
  error instanceof Refusal && statuses.includes(error.status);

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

/** @param call `POST /repos/o/r/labels` @param said the forge's own message */
export const refused = (call: string, status: number, said: string): CdkvmError =>
  new Refusal(status, {
    code: "CDKVM_FORGE_REFUSED",
    doing: call,
    problem: `the forge answered ${status}${said === "" ? "" : `: ${said}`}`,
    fix: isRedirect(status)
      ? "use the repository's new name: it was renamed or moved"
      : status === 401 || status === 403
        ? "use a token that is not expired, with write access to pull requests, issues and statuses"
        : status === 404
          ? "check the repository and the number, and whether the token may see them"
          : undefined,
  });

/** @param seconds that the forge wants to be left alone for */
export const rateLimited = (call: string, seconds: number): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_FORGE_RATE_LIMIT",
    doing: call,
    problem: `the forge's rate limit is used up for another ${seconds} s`,
    fix: "run the command again later, or use a token of its own",
  });

export const unreachable = (call: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_FORGE_UNREACHABLE",
    doing: call,
    problem: messageOf(cause),
    fix: "check the URL and the forge's state, then run the command again; nothing is done twice",
    cause,
  });
