import { chmod, cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { CdkvmError } from "../model/errors.ts";
import { type BuildOptions, type FoundGo, runGo } from "./build.ts";
import { platform } from "./release.ts";

/** Go's toolchain, published as a module: https://go.dev/ref/mod#toolchain. Sums are from Go's checksum database. */
const toolchain = {
  path: "golang.org/toolchain",
  version: "1.26.8",
  sums: {
    linux_amd64: "h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM=",
    linux_arm64: "h1:sYL/O6MqS68ML0kjsQ36WoYIpJqkw60TxizWUYUKQMc=",
  } as Readonly<Record<string, string>>,
};

/**
 * A recent Go, fetched by an older one: Go before 1.21 does not fetch toolchains, but it fetches modules, and a toolchain is
 * a module. Everything is written below the folder. Throws CDKVM_ENGINE_BUILD, CDKVM_ENGINE_CHECKSUM.
 */
export async function newerGo(old: FoundGo, options: BuildOptions): Promise<FoundGo> {
  const { folder, onProgress } = options;
  const here = platform();
  const sum = toolchain.sums[here];
  const doing = `fetch Go ${toolchain.version}`;
  if (sum === undefined)
    throw new CdkvmError({
      code: "CDKVM_ENGINE_BUILD",
      doing,
      problem: `no toolchain with a pinned sum is known for ${here}`,
      fix: "have Go 1.21 or newer on PATH",
    });
  onProgress(`fetching Go ${toolchain.version} as a module (Go ${old.version} is too old to build it)`);
  const told = await runGo(
    old,
    ["mod", "download", "-json", `${toolchain.path}@v0.0.1-go${toolchain.version}.${here.replace("_", "-")}`],
    folder,
    options,
  );
  const got = JSON.parse(told.stdout) as { Dir: string; Sum: string };
  if (got.Sum !== sum)
    throw new CdkvmError({
      code: "CDKVM_ENGINE_CHECKSUM",
      doing,
      problem: `its sum is ${got.Sum}, and must be ${sum}`,
      likely: "the module proxy has answered with something else",
      fix: "look at GOPROXY",
    });
  // Go stores modules without execute permission; its programs need it.
  const root = join(folder, "go");
  await cp(got.Dir, root, { recursive: true });
  for (const part of ["bin", "pkg/tool"]) {
    for (const entry of await readdir(join(root, part), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) await chmod(join(entry.parentPath, entry.name), 0o755);
    }
  }
  return { path: join(root, "bin/go"), version: toolchain.version, tooOld: false, root };
}
