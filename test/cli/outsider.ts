import { dirname } from "node:path";
import { type Ran, run } from "./cdkvm.ts";

/** What npm tells the scripts that it runs, and what of this repository is on PATH: a user's shell has none of it. */
const npms = /^npm_(package|lifecycle|command|execpath|node_execpath|config_(local_prefix|prefix|global|noproxy))|^INIT_CWD$/;
const outside = {
  ...Object.fromEntries(Object.keys(process.env).flatMap((name) => (npms.test(name) ? [[name, undefined]] : []))),
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_prefer_offline: "true",
  PATH: [dirname(process.execPath), ...(process.env["PATH"] ?? "").split(":").filter((part) => !part.includes("node_modules"))].join(":"),
};

/** Somebody with a shell in a folder of their own, who knows nothing of this repository. */
export class Outsider {
  readonly cwd: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor(cwd: string, env: Readonly<Record<string, string>> = {}) {
    this.cwd = cwd;
    this.#env = env;
  }

  run(line: string): Promise<Ran> {
    return run("bash", ["-c", line], { cwd: this.cwd, env: { ...outside, ...this.#env }, timeout: 240_000 });
  }

  /** Runs what must succeed; its standard output. */
  async sh(line: string): Promise<string> {
    const ran = await this.run(line);
    if (ran.code !== 0) throw new Error(`${line}: exit ${ran.code}\n${ran.stdout}\n${ran.stderr}`);
    return ran.stdout;
  }

  /** Runs on a terminal what asks, answers its question, and gives what stood on the terminal. */
  async answer(line: string, word: string): Promise<string> {
    let answered = false;
    const { code, stdout } = await run("script", ["-qec", line, "/dev/null"], {
      cwd: this.cwd,
      env: { ...outside, ...this.#env, TERM: "xterm" },
      timeout: 240_000,
      onStart: () => {},
      onOutput: (said, child) => {
        if (answered || !said.includes("to continue: ")) return;
        answered = true;
        child.stdin?.write(`${word}\r`);
      },
    });
    if (code !== 0) throw new Error(`${line}: exit ${code}\n${stdout}`);
    return stdout;
  }
}
