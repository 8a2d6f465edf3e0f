import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Waiting } from "../model/waiting.ts";
import { lineReader } from "./process.ts";

/** Hears what cdkvm's own provider says while the engine works, which has no way to pass it on. */
export interface Notices {
  /** What the provider is told where to say it. */
  readonly env: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

export async function hearNotices(onWaiting: (waiting: Waiting) => void): Promise<Notices> {
  const folder = await mkdtemp(join(tmpdir().length > LONGEST_TEMP_DIR ? "/tmp" : tmpdir(), "cdkvm-notices-"));
  const path = join(folder, "socket");
  const server = createServer((socket) => {
    const lines = lineReader((line) => {
      try {
        onWaiting(JSON.parse(line) as Waiting);
      } catch {
        // cut off as its writer ended
      }
    });
    socket
      .setEncoding("utf8")
      .unref()
      .on("data", (text: string) => lines.write(text))
      .on("error", () => {});
    server.once("close", () => socket.destroy());
  }).unref();
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.once("error", () => resolve()).listen(path, () => resolve()));
  return {
    env: { CDKVM_NOTICES: path },
    async end() {
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A unix socket's path has room for 108 bytes, 104 on macOS. */
const LONGEST_TEMP_DIR = 80;
