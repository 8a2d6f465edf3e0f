import { createInterface } from "node:readline/promises";
import { Terminal } from "../../cli/terminal.ts";

/** How the demo communicates with the user. */
export interface Talk {
  readonly terminal: Terminal;
  /** A heading. */
  readonly step: (text: string) => void;
  /** A line under it. */
  readonly say: (text: string) => void;
  /** A yes or no; without a terminal, yes. */
  readonly ask: (question: string) => Promise<boolean>;
  readonly yes: boolean;
}

export function talk(yes: boolean): Talk {
  const terminal = new Terminal();
  return {
    terminal,
    yes,
    step: (text) => terminal.say(`\n${terminal.style("bold", `▸ ${text}`)}`),
    say: (text) => terminal.say(`  ${text}`),
    async ask(question) {
      if (yes) return true;
      if (!process.stdin.isTTY) {
        terminal.say(`${question} Continuing without a terminal to ask on.`);
        return true;
      }
      const reader = createInterface({ input: process.stdin, output: process.stdout });
      try {
        return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
      } finally {
        reader.close();
      }
    },
  };
}
