/**
 * Builds OpenTofu from its Go module into a folder of its own, as `cdkvm engine install` does where the release cannot be
 * reached: minutes of work, so not a part of `npm test`.
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
