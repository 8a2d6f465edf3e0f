import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fleetMissing, invalidConfig, projectMissing } from "./errors.ts";

/** What to synthesize: the program in cdktf.json, or a fleet file. */
export interface Project {
  readonly folder: string;
  /** A shell command. */
  readonly app: string;
  readonly output: string;
  readonly env: Readonly<Record<string, string>>;
  /** The fleet file as typed, for the commands that messages suggest. */
  readonly named?: string;
}

/** Fleet files found by default in folders without a program. */
const USUAL = ["fleet.yaml", "fleet.yml"];

const isFleetFile = (text: string): boolean => /\.ya?ml$/.test(text);

/** The program that turns a fleet file into stacks, run by the current Node.js. */
const fleetApp = (): string => `node ${JSON.stringify(packageModule("fleet/app"))}`;

/** The path of a module of this package that Node.js runs by itself: built, or its source. */
export function packageModule(name: string): string {
  const path = join(import.meta.dirname, "..", name);
  return existsSync(`${path}.js`) ? `${path}.js` : `${path}.ts`;
}

/**
 * Finds the project in the folder. `names` are the command line's positionals: the first may be a fleet file, the rest are
 * stacks.
 */
export function findProject(
  names: readonly string[],
  options: { readonly app?: string | undefined; readonly output?: string | undefined },
): { project: Project; stacks: readonly string[] } {
  const folder = process.cwd();
  const named = names.find(isFleetFile);
  const config = named === undefined ? readConfig(folder) : undefined;
  const app = options.app ?? config?.app;
  const fleet = named ?? (app === undefined ? USUAL.find((name) => existsSync(join(folder, name))) : undefined);
  if (fleet !== undefined) {
    const path = resolve(folder, fleet);
    if (!existsSync(path)) throw fleetMissing(path);
    const project = {
      folder,
      app: fleetApp(),
      output: resolve(folder, options.output ?? "cdktf.out"),
      env: { CDKVM_FLEET: path },
      ...(named !== undefined && { named }),
    };
    return { project, stacks: names.filter((one) => one !== fleet) };
  }
  if (app === undefined) throw projectMissing(folder, config && join(folder, "cdktf.json"));
  return { project: { folder, app, output: resolve(folder, options.output ?? config?.output ?? "cdktf.out"), env: {} }, stacks: names };
}

function readConfig(folder: string): { app?: string; output?: string } | undefined {
  const path = join(folder, "cdktf.json");
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as { app?: string; output?: string };
  } catch (cause) {
    throw invalidConfig(path, cause);
  }
}

/** PATH with the current Node.js first, whatever `node` is on this machine: it runs users' programs. */
export const pathWithNode = (): string => `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`;
