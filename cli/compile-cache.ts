import { join } from "node:path";
import { cacheFolder } from "../engine/cache-folder.ts";

/**
 * Where node keeps what it has compiled of cdkvm, of the program and of the provider: as the provider's launcher has it.
 * https://nodejs.org/api/module.html#module-compile-cache
 */
export const compileCache = (env: NodeJS.ProcessEnv = process.env): string =>
  env["NODE_COMPILE_CACHE"] || join(cacheFolder(env), "compiled");
