import { engineArguments } from "./run.ts";

/**
 * Whether the engine that started this process is running a destroy. Before planning a destroy, engines plan the configuration as for an
 * apply, to read data sources, and abort if that fails, although nobody is going to apply it.
 */
export const isDestroying = (environment: NodeJS.ProcessEnv = process.env, args = engineArguments()): boolean =>
  environment["CDKVM_DESTROY"] === "1" || destroys(args);

/** https://developer.hashicorp.com/terraform/cli/commands/plan#planning-modes */
function destroys(args: readonly string[]): boolean {
  if (args.find((word) => !word.startsWith("-")) === "destroy") return true;
  return args.some((word) => /^--?destroy(=(true|1|t))?$/i.test(word));
}
