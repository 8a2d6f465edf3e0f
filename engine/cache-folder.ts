import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { Environment } from "./environment.ts";

/** What cdkvm can fetch or make again: `$XDG_CACHE_HOME` or `~/.cache`, then `cdkvm`. A relative XDG_CACHE_HOME does not count. */
export function cacheFolder(env: Environment = process.env): string {
  const base = env["XDG_CACHE_HOME"];
  return join(base !== undefined && isAbsolute(base) ? base : join(env["HOME"] ?? homedir(), ".cache"), "cdkvm");
}
