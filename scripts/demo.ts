/**
 * The demo: two guests on this machine's libvirt, from nothing to a page fetched from one of them.
 *
 *     npm run demo [-- --yes | --destroy]
 *
 * As root the guests have a network of their own; without, they run in the user's own session. Nothing is downloaded but Debian
 * packages and, where no engine is installed, OpenTofu.
 */
import { parseArgs } from "node:util";
import { CdkvmError } from "../model/errors.ts";
import { down } from "./demo/down.ts";
import { alone } from "./demo/folder.ts";
import { talk } from "./demo/talk.ts";
import { up } from "./demo/up.ts";

try {
  const { values } = parseArgs({
    options: { yes: { type: "boolean", default: false }, destroy: { type: "boolean", default: false } },
  });
  const how = talk(values.yes);
  await alone(() => (values.destroy ? down(how) : up(how)));
} catch (error) {
  console.error(error instanceof CdkvmError ? `error: ${error.explain()}` : error);
  process.exitCode = 1;
}
