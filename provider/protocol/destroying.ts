import { readFileSync } from "node:fs";

/**
 * Whether the engine that started this process is to destroy. Before a plan that destroys, engines plan the configuration as if it were
 * to be applied, for what that reads, and give up where that fails; nobody is going to apply it.
 */
export const isDestroying = (environment: NodeJS.ProcessEnv = process.env, args = engineArguments()): boolean =>
  environment["CDKVM_DESTROY"] === "1" || destroys(args);

/** https://developer.hashicorp.com/terraform/cli/commands/plan#planning-modes */
function destroys(args: readonly string[]): boolean {
  if (args.find((word) => !word.startsWith("-")) === "destroy") return true;
  return args.some((word) => /^--?destroy(=(true|1|t))?$/i.test(word));
}

/** What stands after the program's name. */
function engineArguments(): readonly string[] {
  try {
    return readFileSync(`/proc/${process.ppid}/cmdline`, "utf8").split("\0").slice(1);
  } catch {
    return []; // no /proc: cdkvm itself says it by the environment
  }
}
