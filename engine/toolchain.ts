import { chmod, cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, type FoundGo, runGo } from "./build.ts";
import { noToolchain, wrongToolchainSum } from "./install-errors.ts";
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
  if (sum === undefined) throw noToolchain(toolchain.version);
  onProgress(`fetching Go ${toolchain.version} as a module (Go ${old.version} is too old to build OpenTofu)`);
  const listing = await runGo(
    old,
    ["mod", "download", "-json", `${toolchain.path}@v0.0.1-go${toolchain.version}.${here.replace("_", "-")}`],
    folder,
    options,
  );
  const fetched = JSON.parse(listing.stdout) as { Dir: string; Sum: string };
  if (fetched.Sum !== sum) throw wrongToolchainSum(toolchain.version, fetched.Sum, sum);
  // Go stores modules without execute permission; its programs need it.
  const root = join(folder, "go");
  await cp(fetched.Dir, root, { recursive: true });
  for (const part of ["bin", "pkg/tool"]) {
    for (const entry of await readdir(join(root, part), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) await chmod(join(entry.parentPath, entry.name), 0o755);
    }
  }
  return { path: join(root, "bin/go"), version: toolchain.version, tooOld: false, root };
}
