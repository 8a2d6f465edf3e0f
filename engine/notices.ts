import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Waiting } from "../model/waiting.ts";
import { lineReader } from "./process.ts";

/** Receives messages from cdkvm's provider while the engine runs; the engine cannot forward them. */
export interface Notices {
  /** Tells the provider where to send them. */
  readonly env: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

export async function listenForNotices(onWaiting: (waiting: Waiting) => void): Promise<Notices> {
  const folder = await mkdtemp(join(tmpdir().length > LONGEST_TEMP_DIR ? "/tmp" : tmpdir(), "cdkvm-notices-"));
  const path = join(folder, "socket");
  const server = createServer((socket) => {
    const lines = lineReader((line) => {
      try {
        onWaiting(JSON.parse(line) as Waiting);
      } catch {
        // truncated when the writer ended
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

/** A Unix socket path is limited to 108 bytes, 104 on macOS. */
const LONGEST_TEMP_DIR = 80;
