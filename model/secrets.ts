import { CdkvmError } from "./errors.ts";
import { rememberSecrets, SECRET_MIN } from "./hidden.ts";

/**
 * The output in which a stack's configuration, plans and state list the values to hide: all three contain them in clear
 * anyway. It is sensitive, so that no engine shows it.
 */
export const SECRETS_OUTPUT = "cdkvm_secrets";

/** The values in that output. */
export const readSecrets = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

/**
 * A value that is hidden wherever it occurs: in reviews, outputs, errors and logs. The configuration and the state still contain
 * it, but only their owner can read them.
 *
 * ```ts
 * new CloudInit(host, "db", { runcmd: [`dbinit --password ${secret(await readVault("db"))}`] });
 * ```
 *
 * @throws CdkvmError if it is so short that it would occur by chance
 */
export function secret(value: string): string {
  if (value.trim().length < SECRET_MIN)
    throw new CdkvmError({
      code: "CDKVM_SECRET_SHORT",
      doing: "hide a secret",
      problem: `it has ${value.trim().length} characters, too few to hide: unrelated text would be hidden too`,
      fix: `use ${SECRET_MIN} characters or more; 12 or more for a password`,
    });
  rememberSecrets([value]);
  return value;
}

/** Secrets from other sources; see {@link secret}. */
export const Secret = {
  /**
   * The value of an environment variable, hidden wherever it occurs.
   *
   * @throws CdkvmError if it is not set
   */
  fromEnv(name: string, env: Readonly<Record<string, string | undefined>> = process.env): string {
    const value = env[name];
    if (value === undefined || value === "")
      throw new CdkvmError({
        code: "CDKVM_SECRET_MISSING",
        doing: "read a secret",
        problem: `the environment variable ${name} is not set`,
        fix: `set it: export ${name}=...`,
      });
    return secret(value);
  },
} as const;
