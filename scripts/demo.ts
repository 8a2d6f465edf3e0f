/**
 * The demo: two guests on this machine's libvirt, from scratch to a page fetched from one of them.
 *
 *     npm run demo [-- --yes | --destroy]
 *
 * As root, the guests get their own network; otherwise they run in the user's session. It downloads only Debian packages
 * and, if no engine is installed, OpenTofu.
 */
import { parseArgs } from "node:util";
import { CdkvmError } from "../model/errors.ts";
import { down } from "./demo/down.ts";
import { withLock } from "./demo/folder.ts";
import { talk } from "./demo/talk.ts";
import { up } from "./demo/up.ts";

try {
  const { values } = parseArgs({
    options: { yes: { type: "boolean", default: false }, destroy: { type: "boolean", default: false } },
  });
  const ui = talk(values.yes);
  await withLock(() => (values.destroy ? down(ui) : up(ui)));
} catch (error) {
  console.error(error instanceof CdkvmError ? `error: ${error.explain()}` : error);
  process.exitCode = 1;
}
