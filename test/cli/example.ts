import { cpSync, globSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { cdkvm, folder, type Ran, repository, type RunOptions } from "./cdkvm.ts";

const examples = join(repository, "examples");
/** Their paths below `examples`: folders with a program or a fleet file. */
export const exampleNames: readonly string[] = globSync("**/{cdktf.json,fleet.yaml}", { cwd: examples }).map(dirname).toSorted();

/** A copy of an example, in a folder of its own so that its state is too. */
export class Example {
  readonly cwd: string;
  readonly #env: Readonly<Record<string, string>>;
  /** What names it on the command line: the fleet file, where it is one. */
  readonly #words: readonly string[];

  constructor(name: string, env: Readonly<Record<string, string>> = {}, release?: (remove: () => void) => void) {
    this.cwd = folder(release);
    this.#env = env;
    const source = join(examples, name);
    cpSync(source, this.cwd, { recursive: true, filter: (path) => !/cdktf\.out|tfstate/.test(path) });
    mkdirSync(join(this.cwd, "node_modules"));
    symlinkSync(repository, join(this.cwd, "node_modules/cdkvm"));
    this.#words = readdirSync(source).filter((file) => file === "fleet.yaml");
  }

  run(words: string, more: Partial<RunOptions> = {}): Promise<Ran> {
    const [command = "", ...rest] = words.split(" ");
    return cdkvm([command, ...this.#words, ...rest], { cwd: this.cwd, ...more, env: { ...this.#env, ...more.env } });
  }

  /** Runs what must succeed; its standard output. */
  async must(words: string, more: Partial<RunOptions> = {}): Promise<string> {
    const ran = await this.run(words, more);
    if (ran.code !== 0) throw new Error(`cdkvm ${words}: exit ${ran.code}\n${ran.stdout}\n${ran.stderr}`);
    return ran.stdout;
  }

  /** Synthesizes it; the folder of each stack. */
  async synth(more: Partial<RunOptions> = {}): Promise<readonly string[]> {
    const made = JSON.parse(await this.must("synth --json", more)) as { file: string }[];
    return made.map(({ file }) => join(file, ".."));
  }
}
