/**
 * Builds OpenTofu from its Go module into a separate folder, as `cdkvm engine install` does if the release is unreachable:
 * it takes minutes, so it is not part of `npm test`.
 *
 *     npm run test:engine-build
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installEngine } from "../engine/index.ts";

const cache = await mkdtemp(join(tmpdir(), "cdkvm-engine-"));
try {
  const found = await installEngine({
    method: "build",
    env: { ...process.env, XDG_CACHE_HOME: cache },
    onProgress: (line) => console.log(line),
  });
  console.log(`${found.kind} ${found.version}`);
} finally {
  await rm(cache, { recursive: true, force: true });
}
