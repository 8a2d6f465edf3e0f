import { build } from "esbuild";
import { chmodSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** Bundled CommonJS modules expect these; an ES module has neither. */
const banner = [
  'import { createRequire as cdkvmCreateRequire } from "node:module";',
  "const require = cdkvmCreateRequire(import.meta.url);",
  "const __filename = import.meta.filename, __dirname = import.meta.dirname;",
].join("\n");

/**
 * A single file without dependencies for the engines to start: Node reads one file instead of 200, and keeps its machine
 * code in its compile cache. Minified, because the cache key is a checksum of the whole text.
 *
 * @param entry the program, relative to the repository
 * @param outfile likewise
 */
export async function bundleProvider(entry = "provider/main.ts", outfile = "dist/provider/main.mjs"): Promise<string> {
  const path = join(root, outfile);
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: path,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    minify: true,
    legalComments: "linked",
    banner: { js: banner },
    logLevel: "warning",
  });
  chmodSync(path, 0o755);
  return path;
}

if (process.argv[1] === import.meta.filename) await bundleProvider();
