import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";
import Table from "cli-table3";
import yoctoSpinner, { type Spinner } from "yocto-spinner";
import { notApproved } from "./errors.ts";
import { printable } from "./print.ts";

type Style = Parameters<typeof styleText>[0];

/** Output for people: styled on a terminal, plain lines elsewhere. With `--json`, messages go to standard error. */
export class Terminal {
  readonly interactive: boolean;
  /** Whether text may be colored. */
  readonly colored: boolean;
  readonly #stream: NodeJS.WriteStream;
  #spinner: Spinner | undefined;

  constructor(options: { readonly color?: boolean; readonly json?: boolean } = {}) {
    this.#stream = options.json ? process.stderr : process.stdout;
    this.interactive = this.#stream.isTTY && !process.env["CI"];
    const wanted = options.color !== false && !process.env["NO_COLOR"];
    this.colored = wanted && (this.#stream.isTTY || Boolean(process.env["FORCE_COLOR"]));
  }

  style(style: Style, text: string): string {
    return this.colored ? styleText(style, text, { validateStream: false }) : text;
  }

  /** @param secrets `shown` if requested */
  say(line = "", secrets: "hidden" | "shown" = "hidden"): void {
    this.#spinner?.clear();
    this.#stream.write(`${printable(line, this.colored, secrets)}\n`);
  }

  warn(line: string): void {
    this.#spinner?.clear();
    process.stderr.write(`${this.style("yellow", "warning:")} ${printable(line, false)}\n`);
  }

  /** @param about what the error concerns, if not already clear */
  error(text: string, about?: string): void {
    this.#spinner?.clear();
    process.stderr.write(`${this.style("red", `error:${about === undefined ? "" : ` ${about}:`}`)} ${printable(text, false)}\n`);
  }

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const bare = {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "  ",
    };
    const table = new Table({
      head: head.map((one) => this.style("bold", one)),
      chars: bare,
      style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    });
    table.push(...rows.map((row) => [...row]));
    this.say(table.toString().replace(/[ \t]+$/gm, ""));
  }

  /** Long-running work: a spinner with changing text, or one line per text. */
  work(text: string): { update(text: string): void; line(text: string): void; end(text?: string): void } {
    if (!this.interactive) {
      this.say(text);
      return { update: () => {}, line: (line) => this.say(line), end: (line) => (line === undefined ? undefined : this.say(line)) };
    }
    const spinner = yoctoSpinner({ text, stream: this.#stream, handleSignals: false }).start();
    this.#spinner = spinner;
    return {
      update: (next) => {
        spinner.text = printable(next, this.colored);
      },
      line: (line) => this.say(line),
      end: (line) => {
        spinner.stop();
        this.#spinner = undefined;
        if (line !== undefined) this.say(line);
      },
    };
  }

  /** Asks for confirmation. Without a terminal it throws an error that names the option. */
  async confirm(question: string, option: string, signal?: AbortSignal): Promise<boolean> {
    if (!process.stdin.isTTY || !this.#stream.isTTY) throw notApproved(option);
    const reader = createInterface({ input: process.stdin, output: this.#stream });
    try {
      const asked = `${this.style("bold", question)} Type "yes" to continue: `;
      const answer = await (signal ? reader.question(asked, { signal }) : reader.question(asked)).catch((error: unknown) => {
        if (!(error instanceof Error && error.name === "AbortError")) throw error;
        this.say(); // Ctrl-C and Ctrl-D mean no
        return "no";
      });
      return answer.trim().toLowerCase() === "yes";
    } finally {
      reader.close();
    }
  }
}
