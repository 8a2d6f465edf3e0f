import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { arch, platform } from "node:process";
import { EMBEDDED_SOURCE } from "../model/embedded-source.ts";
import { providerNotBuilt, unknownPlatform } from "./errors.ts";
import { packageFolder, packageVersion } from "./own-package.ts";

/** What the launcher starts: the Node.js that ran synth, and the provider's bundle, one per line. */
const POINTER = "terraform.d/cdkvm-provider";

/** Maps Node's names to Go's, which the engines use for folders. */
const systems: Readonly<Record<string, string>> = { linux: "linux", darwin: "darwin", freebsd: "freebsd" };
const architectures: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  ia32: "386",
  arm: "arm",
  ppc64: "ppc64le",
  s390x: "s390x",
  riscv64: "riscv64",
};

export interface LauncherOptions {
  /** The program that serves the provider. @default the bundle in this package */
  readonly bundle?: string;
  /** The Node.js that runs it; if missing when the engine starts, `node` on PATH. @default the current one */
  readonly node?: string;
  /** The provider's version, also in the configuration. @default this package's version */
  readonly version?: string;
}

/**
 * Makes a stack's folder self-contained: both engines look for providers in `terraform.d/plugins` next to the configuration,
 * so that plain `terraform init && terraform plan` works there offline.
 *
 * The launcher is the same for every stack and machine of a version. The two paths that differ are in a file next to the
 * plugins, because the engine records a checksum of the launcher's folder in `.terraform.lock.hcl`.
 *
 * @returns the version for `required_providers`
 * @see https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
 */
export function writeLauncher(stackFolder: string, options: LauncherOptions = {}): string {
  const version = options.version ?? packageVersion();
  const bundle = options.bundle ?? join(packageFolder(), "dist/provider/main.mjs");
  if (!existsSync(bundle)) throw providerNotBuilt(bundle);
  const folder = join(stackFolder, "terraform.d/plugins", EMBEDDED_SOURCE, version, target());
  mkdirSync(folder, { recursive: true });
  writeIfOther(join(folder, `terraform-provider-libvirt_v${version}`), launcherScript, 0o755);
  writeIfOther(join(stackFolder, POINTER), `${options.node ?? process.execPath}\n${bundle}\n`, 0o644);
  return version;
}

/**
 * The engine starts it in the stack's folder. Node's compile cache halves its startup; a young generation of 2 MiB takes 30 to 50 MiB
 * less memory, and no more time.
 */
const launcherScript = `#!/bin/sh
# Starts cdkvm's embedded libvirt provider; ${POINTER} says with what, and is written by synth.
if ! { read -r node && read -r bundle; } < ${POINTER}; then
  echo "cdkvm: cannot read $PWD/${POINTER}; synthesize the stack again" >&2
  exit 1
fi
[ -x "$node" ] || node=node
if [ ! -f "$bundle" ]; then
  echo "cdkvm: the provider is not at $bundle any more; synthesize the stack again" >&2
  exit 1
fi
if [ -n "$HOME" ] && [ -z "$NODE_COMPILE_CACHE" ]; then
  export NODE_COMPILE_CACHE="\${XDG_CACHE_HOME:-$HOME/.cache}/cdkvm/compiled"
fi
exec "$node" --max-semi-space-size=2 "$bundle"
`;

function target(): string {
  const system = systems[platform];
  const architecture = architectures[arch];
  if (system !== undefined && architecture !== undefined) return `${system}_${architecture}`;
  throw unknownPlatform(platform, arch);
}

/** Replaces the file atomically if it differs: an engine may be running it. */
function writeIfOther(path: string, content: string, mode: number): void {
  if (existsSync(path) && readFileSync(path, "utf8") === content) return chmodSync(path, mode);
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, content, { mode });
  renameSync(fresh, path);
}
