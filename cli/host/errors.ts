import { CdkvmError, messageOf } from "../../model/errors.ts";

/** The errors of preparing this machine. */

const packagesError = (problem: string, fix: string, cause?: unknown): CdkvmError =>
  new CdkvmError({ code: "CDKVM_HOST_PACKAGES", doing: "install missing packages", problem, fix, cause });

export const notDebian = (packages: readonly string[]): CdkvmError =>
  packagesError(
    `cdkvm only installs packages on Debian and Ubuntu; missing: ${packages.join(" ")}`,
    `install your distribution's equivalents of: ${packages.join(" ")}`,
  );

export const notInstalled = (packages: readonly string[], command: string): CdkvmError =>
  packagesError(`missing packages: ${packages.join(" ")}`, `run "${command}", or approve it with --yes`);

export const installFailed = (command: string, cause: unknown): CdkvmError =>
  packagesError(messageOf(cause), `run "${command}" by hand and fix the errors that it reports`, cause);

const startError = (problem: string, fix: string): CdkvmError =>
  new CdkvmError({ code: "CDKVM_LIBVIRTD", doing: "start libvirtd", problem, fix });

export const systemctlFailed = (code: number | null, errors: string): CdkvmError =>
  startError(errors.trim() || `systemctl ended with exit code ${code}`, "run systemctl status libvirtd");

/** @param lastLine of its log @param fix how to see its log */
export const noAnswer = (seconds: number, lastLine: string | undefined, fix: string): CdkvmError =>
  startError(`no answer within ${seconds} seconds${lastLine ? `; the last line of its log: ${lastLine}` : ""}`, fix);
