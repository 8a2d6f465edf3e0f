/** Writes every generated file; with `--check`, fails if one differs from its script's output. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

for (const script of [
  "generate-provider-libvirt.ts",
  "generate-reference.ts",
  "generate-json-schemas.ts",
  "generate-rooms-picture.ts",
  "generate-policy-reference.ts",
  "generate-error-codes.ts",
])
  execFileSync(process.execPath, [join(import.meta.dirname, script), ...process.argv.slice(2)], { stdio: "inherit" });
