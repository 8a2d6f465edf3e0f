import type { Fault } from "../../model/file-error.ts";
import { didYouMean } from "../../model/spelling.ts";

/** What can be wrong with the variables in a fleet file. */
export const variableFault = {
  forbidden: (): Fault => ({
    message: "an untrusted fleet file must not use environment variables of this machine",
    fix: "write the value itself",
  }),
  secretDefault: (name: string): Fault => ({
    message: "a secret must not have its value in the file",
    fix: `write \${secret.${name}}, and set ${name}`,
  }),
  short: (name: string, minimum: number, fix: string): Fault => ({
    message: `the environment variable ${name} has fewer than ${minimum} characters, too few to hide in output`,
    fix,
  }),
  unset: (name: string, kind: "env" | "secret", suggestion: string | undefined): Fault => ({
    message: `the environment variable ${name} is not set`,
    fix:
      suggestion !== undefined
        ? didYouMean(`\${${kind}.${suggestion}}`)
        : kind === "secret"
          ? "set it"
          : `set it, or give a default: \${env.${name}:-value}`,
  }),
};
