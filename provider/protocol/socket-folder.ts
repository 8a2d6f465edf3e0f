import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Unix socket path is limited to 108 bytes, 104 on macOS. */
const LONGEST_TEMP_DIR = 80;

/** A path for a socket in a folder of this user's own, which is removed when the process exits, if not before. */
export function socketFolder(): { readonly socket: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir().length > LONGEST_TEMP_DIR ? "/tmp" : tmpdir(), "cdkvm-provider-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.on("exit", remove);
  return { socket: join(folder, "socket"), remove };
}
