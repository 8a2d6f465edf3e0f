import type { Fault } from "../model/file-error.ts";

/** What can be wrong with a file as YAML. */
export const yamlFault = {
  /** @param words YAML's own, or plainer ones */
  syntax: (words: string, fix = ""): Fault => ({ message: `invalid YAML: ${words}`, fix }),
  /** @param fix what to write into such a file */
  empty: (fix: string): Fault => ({ message: "the file is empty", fix }),
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
