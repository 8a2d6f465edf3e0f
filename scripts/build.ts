/** Builds `dist/`: the package as JavaScript with types, and the provider as one file. */
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundleProvider } from "./build-provider.ts";

const root = join(import.meta.dirname, "..");
// The compiled modules are removed first, so that a deleted source leaves nothing behind; esbuild replaces the provider
// bundle atomically, since an engine may be running it.
for (const room of [
  "index.js",
  "index.d.ts",
  "model",
  "attributes",
  "libvirt",
  "engine",
  "plans",
  "source",
  "review",
  "policy",
  "cli",
  "constructs",
  "stacks",
  "fleet",
  "drift",
  "forge",
])
  rmSync(join(root, "dist", room), { recursive: true, force: true });
execFileSync("tsc", ["-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
await bundleProvider();
chmodSync(join(root, "dist/cli/main.js"), 0o755);
