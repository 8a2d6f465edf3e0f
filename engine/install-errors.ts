import { CdkvmError, messageOf } from "../model/errors.ts";
import type { Finished } from "./process.ts";
import { type EngineRelease, platform } from "./release.ts";

/** The errors of installing an engine. */

const fetchingModule = ({ module, version }: EngineRelease): string => `fetch the Go module ${module.path} v${version}`;
const PROXY = "the module proxy returned different content";

export const wrongModuleSum = (release: EngineRelease, actual: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_CHECKSUM",
    doing: fetchingModule(release),
    problem: `its checksum is ${actual}, expected ${release.module.sum}`,
    likely: PROXY,
    fix: "check GOPROXY, and GONOSUMDB and GOFLAGS, which can turn off Go's own check",
  });

export const wrongToolchainSum = (version: string, actual: string, expected: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_CHECKSUM",
    doing: `fetch Go ${version}`,
    problem: `its checksum is ${actual}, expected ${expected}`,
    likely: PROXY,
    fix: "check GOPROXY",
  });

export const noToolchain = (version: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_BUILD",
    doing: `fetch Go ${version}`,
    problem: `cdkvm has no checksum of the Go toolchain for ${platform()}`,
    fix: "put Go 1.21 or newer on PATH",
  });

/** @param args of `go` */
export const goFailed = (args: readonly string[], { code, signal, stderr, interrupted }: Finished): CdkvmError => {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("go: downloading "));
  return new CdkvmError({
    code: interrupted ? "CDKVM_ENGINE_INTERRUPTED" : "CDKVM_ENGINE_BUILD",
    doing: `build OpenTofu with \`go ${args.slice(0, 2).join(" ")}\``,
    problem: interrupted ? "interrupted" : lines.slice(-12).join("\n") || `go ended with ${signal ?? `exit code ${code}`}`,
    fix: interrupted
      ? "run it again; Go keeps what it has fetched and compiled"
      : "check that the Go module proxy is reachable (GOPROXY) and that about 3 GB are free, or install tofu another way",
  });
};

export const wrongChecksum = (url: string, actual: string, expected: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_CHECKSUM",
    doing: `download ${url}`,
    problem: `its SHA-256 checksum is ${actual}, expected ${expected}`,
    likely: "the mirror or a proxy returned different content, or the file was changed",
    fix: "check what the URL returns, or use another mirror (CDKVM_ENGINE_MIRROR)",
  });

export const downloadFailed = (url: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_DOWNLOAD",
    doing: `download ${url}`,
    problem: cause instanceof TypeError && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause),
    fix: "use a mirror that you can reach (CDKVM_ENGINE_MIRROR); behind a proxy, set NODE_USE_ENV_PROXY=1",
    cause,
  });

export const noRelease = (version: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_DOWNLOAD",
    doing: `download OpenTofu ${version}`,
    problem: `cdkvm has no checksum of the release for ${platform()}`,
    fix: "install OpenTofu or Terraform another way and put it on PATH",
  });

export const noProgramInArchive = (archive: string): CdkvmError =>
  new CdkvmError({ code: "CDKVM_ENGINE_CHECKSUM", doing: `unpack ${archive}`, problem: "it contains no file `tofu`" });

const NEEDS_GO = "building it needs Go, which is not on PATH";

/** @param download why the release was not downloaded; undefined if that was not tried */
export const noGo = (version: string, download: CdkvmError | undefined): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_NO_GO",
    doing: `install OpenTofu ${version}`,
    problem: download ? `${download.details.doing}: ${download.details.problem}; ${NEEDS_GO}` : NEEDS_GO,
    fix: "install any version of Go (Debian, Ubuntu: apt-get install golang-go), use a mirror that you can reach (CDKVM_ENGINE_MIRROR), or put tofu or terraform on PATH",
    ...(download ? { cause: download } : {}),
  });

export const doesNotRun = (version: string, cause: unknown): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_ENGINE_BUILD",
    doing: `check the new OpenTofu ${version}`,
    problem: "it does not run here, or reports another version",
    likely: "the folder is on a file system mounted with noexec",
    fix: "set XDG_CACHE_HOME to a folder where programs may run",
    cause,
  });
