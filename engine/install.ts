import { chmod, mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { CdkvmError } from "../model/errors.ts";
import { buildFromModule, findGo } from "./build.ts";
import { download } from "./download.ts";
import type { Environment } from "./environment.ts";
import { engineCache, type FoundEngine, identify } from "./find.ts";
import { doesNotRun, noGo, noProgramInArchive, noRelease } from "./install-errors.ts";
import { type EngineRelease, openTofu, platform } from "./release.ts";
import { newerGo } from "./toolchain.ts";

export interface InstallOptions {
  /** `release` downloads, `build` compiles the Go module, `auto` downloads, or compiles if that fails. @default "auto" */
  readonly method?: "auto" | "release" | "build";
  /** Mirror of the release's site, with the layout below. @default CDKVM_ENGINE_MIRROR, else the release's own site */
  readonly mirror?: string;
  /** Reinstalls an installed version. @default false */
  readonly force?: boolean;
  /** How long a download may stall, in milliseconds. @default 20_000 */
  readonly timeout?: number;
  /** Called with a line for each step. */
  readonly onProgress?: (line: string) => void;
  /** @default process.env */
  readonly env?: Environment;
  readonly abort?: AbortSignal;
  /** What to install. @default the OpenTofu release that this cdkvm pins */
  readonly release?: EngineRelease;
}

/**
 * Installs OpenTofu where findEngine looks for it. The installation is atomic: files are prepared next to it and renamed.
 * Throws CDKVM_ENGINE_CHECKSUM (nothing else is then tried), CDKVM_ENGINE_DOWNLOAD, CDKVM_ENGINE_NO_GO, CDKVM_ENGINE_BUILD.
 */
export async function installEngine(options: InstallOptions = {}): Promise<FoundEngine> {
  const { env = process.env, release = openTofu, onProgress = () => {}, force = false } = options;
  const cache = engineCache(env);
  const place = join(cache, release.version);
  const found: FoundEngine = { kind: "tofu", version: release.version, path: join(place, "tofu"), from: "installed" };
  if (!force && (await stat(found.path).catch(() => undefined))?.isFile()) {
    onProgress(`OpenTofu ${release.version} is already installed: ${found.path}`);
    return found;
  }
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, ".new-"));
  try {
    await chmod(folder, 0o755);
    await obtain(folder, { ...options, env, release, onProgress });
    await check(join(folder, "tofu"), release, env);
    await moveInto(folder, place);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  onProgress(`installed OpenTofu ${release.version}: ${found.path}`);
  return found;
}

type Settled = InstallOptions & Required<Pick<InstallOptions, "env" | "release" | "onProgress">>;

async function obtain(folder: string, options: Settled): Promise<void> {
  const { method = "auto", env, release, onProgress, abort } = options;
  let downloadError: CdkvmError | undefined;
  if (method !== "build") {
    try {
      await unpackRelease(folder, options);
      return;
    } catch (error) {
      if (method === "release" || !(error instanceof CdkvmError) || error.code !== "CDKVM_ENGINE_DOWNLOAD" || abort?.aborted) throw error;
      downloadError = error;
    }
  }
  const go = await findGo(env);
  if (!go) throw noGo(release.version, downloadError);
  if (downloadError) onProgress(`cannot download the release (${downloadError.details.problem}); building OpenTofu from its Go module`);
  const build = { release, folder, env, onProgress, abort };
  await buildFromModule(go.tooOld ? await newerGo(go, build) : go, build);
  await rm(join(folder, "go"), { recursive: true, force: true });
}

async function unpackRelease(folder: string, { env, release, mirror, timeout = 20_000, onProgress, abort }: Settled): Promise<void> {
  const archive = release.archives[platform()];
  if (!archive) throw noRelease(release.version);
  const base = (mirror ?? (env["CDKVM_ENGINE_MIRROR"] || release.baseUrl)).replace(/\/+$/, "");
  const bytes = await download({ url: `${base}/v${release.version}/${archive.name}`, sha256: archive.sha256, timeout, onProgress, abort });
  const program = unzipSync(bytes, { filter: (file) => file.name === "tofu" })["tofu"];
  if (!program) throw noProgramInArchive(archive.name);
  await writeFile(join(folder, "tofu"), program, { mode: 0o755 });
}

/** Rejects a program that does not run here or has an unexpected version. */
async function check(path: string, release: EngineRelease, env: Environment): Promise<void> {
  const identity = await identify(path, env).catch((error: unknown) => error);
  if (typeof identity === "object" && identity !== null && "version" in identity && identity.version === release.version) return;
  throw doesNotRun(release.version, identity);
}

/** Another process may install the same version at the same time; either result is fine. */
async function moveInto(folder: string, place: string): Promise<void> {
  const old = `${folder}-old`;
  const wasInstalled = await rename(place, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(folder, place);
  } catch (error) {
    if (!(await stat(join(place, "tofu")).catch(() => undefined))) throw error;
  } finally {
    if (wasInstalled) await rm(old, { recursive: true, force: true });
  }
}
