import { type FoundEngine, installEngine, type InstallOptions } from "../engine/index.ts";
import { CdkvmError } from "../model/errors.ts";
import { install, isDebian } from "./host/packages.ts";

export interface InstallEngineOptions extends InstallOptions {
  /** Called before Debian packages are installed. */
  readonly ask: (question: string) => Promise<boolean>;
  readonly say: (line: string) => void;
}

/** Installs OpenTofu. If it must be built and Go is missing, installs Go from Debian first. */
export async function installEngineHere({ ask, say, ...options }: InstallEngineOptions): Promise<FoundEngine> {
  const rest = { ...options, onProgress: say };
  try {
    return await installEngine(rest);
  } catch (error) {
    if (!(error instanceof CdkvmError) || error.code !== "CDKVM_ENGINE_NO_GO" || !(await isDebian())) throw error;
    say(error.details.problem);
    await install({ needs: ["engine"], ask, log: say });
    return await installEngine({ ...rest, method: "build" });
  }
}
