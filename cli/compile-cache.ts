import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * Where node keeps what it has compiled of cdkvm, of the program and of the provider: as the provider's launcher has it.
 * https://nodejs.org/api/module.html#module-compile-cache
 */
export function compileCache(env: NodeJS.ProcessEnv = process.env): string {
  const base = env["XDG_CACHE_HOME"];
  return (
    env["NODE_COMPILE_CACHE"] ||
    join(base !== undefined && isAbsolute(base) ? base : join(env["HOME"] ?? homedir(), ".cache"), "cdkvm", "compiled")
  );
}
