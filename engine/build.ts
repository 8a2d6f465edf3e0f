import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { onPath } from "./find.ts";
import { goFailed, wrongModuleSum } from "./install-errors.ts";
import { type Finished, runProcess } from "./process.ts";
import type { EngineRelease } from "./release.ts";

export interface BuildOptions {
  readonly release: EngineRelease;
  /** An existing folder. The program is written here as `tofu`, everything else to `source`, which is removed at the end. */
  readonly folder: string;
  readonly env: Environment;
  readonly onProgress: (line: string) => void;
  readonly abort?: AbortSignal | undefined;
}

/** From this version on, Go itself fetches a newer toolchain that a module requires. https://go.dev/doc/toolchain */
const oldestGo: readonly [number, number] = [1, 21];

export interface FoundGo {
  readonly path: string;
  /** `1.26.8` */
  readonly version: string;
  readonly tooOld: boolean;
  /** Its GOROOT; the environment's may belong to another Go. */
  readonly root?: string;
}

/** The Go on PATH, if any. */
export async function findGo(env: Environment = process.env): Promise<FoundGo | undefined> {
  const path = await onPath("go", env);
  if (path === undefined) return undefined;
  const { stdout } = await runProcess(path, ["version"], { cwd: "/", env: environment(env, { GOTOOLCHAIN: "local" }) });
  const match = /\bgo(\d+)\.(\d+)(?:\.\d+)?/.exec(stdout);
  if (!match) return undefined;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return { path, version: match[0].slice(2), tooOld: major < oldestGo[0] || (major === oldestGo[0] && minor < oldestGo[1]) };
}

/**
 * Builds OpenTofu from its Go module, in 3 to 5 minutes on two cores. Go's own settings (GOPROXY, GOFLAGS, GOMODCACHE,
 * ...) apply. Downloads must match the module's pinned checksum and the checksums in the module itself.
 * Throws CDKVM_ENGINE_BUILD.
 */
export async function buildFromModule(go: FoundGo, options: BuildOptions): Promise<string> {
  const { release, folder, onProgress } = options;
  const { module, version } = release;
  const source = join(folder, "source");
  const program = join(folder, "tofu");
  await mkdir(source);
  try {
    onProgress(`fetching the Go module ${module.path} v${version} (go ${go.version})`);
    const listing = await runGo(go, ["mod", "download", "-json", `${module.path}@v${version}`], source, options);
    const fetched = JSON.parse(listing.stdout) as { Dir: string; Sum: string; GoModSum: string };
    if (fetched.Sum !== module.sum || fetched.GoModSum !== module.modSum) throw wrongModuleSum(release, fetched.Sum);
    const sums = `${module.path} v${version} ${module.sum}\n${module.path} v${version}/go.mod ${module.modSum}\n`;
    await writeFile(join(source, "go.mod"), mainModule(await readFile(join(fetched.Dir, "go.mod"), "utf8"), module.path, version));
    await writeFile(join(source, "go.sum"), sums + (await readFile(join(fetched.Dir, "go.sum"), "utf8")));
    onProgress(`building OpenTofu ${version} (3 to 5 minutes on two cores)`);
    const started = Date.now();
    const alive = setInterval(() => onProgress(`still building after ${Math.round((Date.now() - started) / 1000)} s`), 30_000);
    try {
      const stamp = "github.com/opentofu/opentofu/version.dev=no";
      await runGo(go, ["build", "-mod=mod", "-trimpath", `-ldflags=-s -w -X ${stamp}`, "-o", program, module.package], source, options);
    } finally {
      clearInterval(alive);
    }
    onProgress(`built in ${Math.round((Date.now() - started) / 1000)} s`);
    return program;
  } finally {
    await rm(source, { recursive: true, force: true });
  }
}

/**
 * The go.mod of a module that requires only the engine. Directives that apply only in the main module (the `go` line,
 * `godebug` and `replace`) are copied from the engine's go.mod. https://go.dev/ref/mod#go-mod-file-replace
 */
export function mainModule(engineMod: string, path: string, version: string): string {
  const text = engineMod.replaceAll(/\/\/.*$/gm, "");
  const kept = text.match(/^(go|toolchain) \S+$|^(?:replace|godebug) (?!\()\S.*$|^(?:replace|godebug) \(\n[\s\S]*?^\)$/gm) ?? [];
  return ["module cdkvm-engine", `require ${path} v${version}`, ...kept.map((line) => line.trimEnd())].join("\n\n") + "\n";
}

const environment = (env: Environment, more: Readonly<Record<string, string>>): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  ...more,
});

/** Runs Go. Throws CDKVM_ENGINE_BUILD with its output. */
export async function runGo(
  go: FoundGo,
  args: readonly string[],
  cwd: string,
  { env, abort, onProgress }: BuildOptions,
): Promise<Finished> {
  let fetched = 0;
  const finished = await runProcess(go.path, args, {
    cwd,
    env: environment(env, { CGO_ENABLED: "0", GOWORK: "off", ...(go.root !== undefined && { GOROOT: go.root }) }),
    abort,
    onErrorLine: (line) => {
      if (line.startsWith("go: downloading ") && ++fetched % 50 === 0) onProgress(`fetched ${fetched} modules`);
    },
  });
  if (finished.code !== 0) throw goFailed(args, finished);
  return finished;
}
