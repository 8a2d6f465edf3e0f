import { didYouMean } from "../../model/spelling.ts";
import type { Fault } from "../errors.ts";

/** What can be wrong with a fleet file as YAML, and with the variables in it. */

export const yamlFault = {
  /** @param words YAML's own, or plainer ones */
  syntax: (words: string, fix = ""): Fault => ({ message: `invalid YAML: ${words}`, fix }),
  empty: (): Fault => ({
    message: "the file is empty",
    fix: "start with hosts: and guests:; `cdkvm init --template fleet` writes an example",
  }),
  documents: (): Fault => ({ message: "the file has more than one YAML document", fix: "remove the line ---" }),
  duplicate: (key: string, line: number): Fault => ({
    message: `duplicate key ${JSON.stringify(key)} (also in line ${line})`,
    fix: "remove one of them",
  }),
  complexKey: (): Fault => ({ message: "a key must be text, not a list or mapping", fix: "quote it" }),
  unknownAlias: (name: string): Fault => ({
    message: `*${name} has no anchor &${name} above it`,
    fix: `write &${name} before the value that *${name} stands for`,
  }),
  aliasInItself: (name: string): Fault => ({ message: `*${name} is inside its own anchor &${name}`, fix: "write out the value" }),
  aliases: (): Fault => ({ message: "the file's aliases expand to too much data", fix: "use fewer aliases within aliases" }),
};

/** Plainer words for YAML's errors. */
export const syntaxWords = {
  open: (noun: string, sign: string): Fault => yamlFault.syntax(`the ${noun} that begins here is not closed`, `add ${sign}`),
  stray: (sign: string): Fault => yamlFault.syntax(`unexpected "${sign}"`, "remove it"),
  indent: (): Fault => yamlFault.syntax("inconsistent indentation", "indent all keys of a level equally"),
  tabs: (others: number): Fault =>
    yamlFault.syntax(
      "indented with a tab",
      others === 0 ? "indent with spaces" : `indent with spaces, here and in ${others === 1 ? "1 more line" : `${others} more lines`}`,
    ),
  nested: (words: string): Fault => yamlFault.syntax(words, 'move what follows to a line of its own, or quote text that contains ": "'),
  noColon: (): Fault => yamlFault.syntax('the key has no ":" after it', "add one"),
};

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
