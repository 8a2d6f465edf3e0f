import { existsSync } from "node:fs";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The engine's environment: the caller's, without what would change its output or stop it.
 * - `TF_CLI_ARGS*` would add arguments unknown to cdkvm.
 * - `TF_LOG*` fills standard error; kept if `log` asks for it.
 * - `TF_CLI_CONFIG_FILE`, if it names a missing file, makes every command warn or fail.
 *
 * Engines are written in Go and spend a quarter of their time repeatedly collecting a few MB of garbage. Unless the caller
 * sets its own limits, the heap may grow up to 1 GiB, beyond which Go collects as often as necessary.
 * https://go.dev/doc/gc-guide#GOGC
 *
 * CDKVM_CLI tells the provider that the user types `cdkvm`, not the engine's name.
 *
 * https://developer.hashicorp.com/terraform/cli/config/environment-variables
 */
export function engineEnvironment(base: Environment = process.env, options: { readonly log?: string } = {}): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value === undefined || name.startsWith("TF_CLI_ARGS") || name.startsWith("TF_LOG")) continue;
    if ((name === "TF_CLI_CONFIG_FILE" || name === "TERRAFORM_CONFIG") && !existsSync(value)) continue;
    kept[name] = value;
  }
  if (options.log !== undefined) kept["TF_LOG"] = options.log;
  if (kept["GOGC"] === undefined && kept["GOMEMLIMIT"] === undefined) Object.assign(kept, { GOGC: "400", GOMEMLIMIT: "1GiB" });
  return { ...kept, CDKVM_CLI: "1", TF_IN_AUTOMATION: "1", TF_INPUT: "0", CHECKPOINT_DISABLE: "1" };
}
