import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, matchesGlob } from "node:path";
import { pathToFileURL } from "node:url";
import { privately } from "../engine/index.ts";
import { circularStacks, nothingSynthesized, programFailed, unknownStack } from "./errors.ts";
import { rememberSecrets } from "../model/hidden.ts";
import { readSecrets, SECRETS_OUTPUT } from "../model/secrets.ts";
import { fromReport, type ProgramReport } from "../model/program-error.ts";
import { compileCache } from "./compile-cache.ts";
import { pathWithNode, type Project, packageModule } from "./project.ts";
import { withRemoteStates } from "./remote-state.ts";
import type { Stack } from "./stack.ts";
import type { Terminal } from "./terminal.ts";

interface Manifest {
  readonly stacks: Readonly<
    Record<
      string,
      {
        name: string;
        constructPath: string;
        workingDirectory: string;
        dependencies?: string[];
        annotations?: { constructPath: string; level: string; message: string }[];
      }
    >
  >;
}

/** Runs the project's program and reads its output. Its standard output goes to standard error; a failure is thrown. */
export async function synthesize(
  project: Project,
  terminal: Terminal,
  extra: Readonly<Record<string, string>> = {},
): Promise<readonly Stack[]> {
  const path = join(project.output, "manifest.json");
  rmSync(path, { force: true }); // an earlier program's must not be taken for this one's
  mkdirSync(project.output, { recursive: true });
  const reports = mkdtempSync(join(tmpdir(), "cdkvm-synth-"));
  const errors = join(reports, "error.json");
  const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    const child = privately(() =>
      spawn(project.app, {
        shell: true,
        cwd: project.folder,
        stdio: ["ignore", process.stderr, process.stderr],
        env: {
          ...process.env,
          PATH: pathWithNode(),
          NODE_COMPILE_CACHE: compileCache(),
          NODE_OPTIONS: nodeOptions(),
          CDKTF_OUTDIR: project.output,
          CDKVM_ERRORS: errors,
          ...project.env,
          ...extra,
        },
      }),
    );
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  const report = existsSync(errors) ? (JSON.parse(readFileSync(errors, "utf8")) as ProgramReport) : undefined;
  rmSync(reports, { recursive: true, force: true });
  if (code !== 0) {
    if (report) throw fromReport(report);
    throw programFailed(project.app, code, signal);
  }
  if (!existsSync(path)) throw nothingSynthesized(project.app, path);
  const manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  for (const { workingDirectory } of Object.values(manifest.stacks)) learnSecrets(join(project.output, workingDirectory, "cdk.tf.json"));
  const names = new Map(Object.values(manifest.stacks).map(({ constructPath, name }) => [constructPath, name]));
  const stacks = Object.values(manifest.stacks).map((stack) => {
    for (const note of stack.annotations ?? []) if (note.level.endsWith("warn")) terminal.warn(`${note.constructPath}: ${note.message}`);
    // CDKTF identifies them by construct path, which for a fleet's stacks differs from the name
    const dependencies = (stack.dependencies ?? []).map((path) => names.get(path) ?? path);
    const typed = project.named === undefined ? {} : { typed: `${stack.name} ${project.named}` };
    return { name: stack.name, folder: join(project.output, stack.workingDirectory), dependencies, ...typed };
  });
  return withRemoteStates(stacks);
}

/** From here on, all output hides what the program marks as secret. */
function learnSecrets(path: string): void {
  const text = readFileSync(path, "utf8");
  if (!text.includes(SECRETS_OUTPUT)) return;
  const { output } = JSON.parse(text) as { output?: Readonly<Record<string, { value?: unknown }>> };
  rememberSecrets(readSecrets(output?.[SECRETS_OUTPUT]?.value).map((one) => one.replaceAll("$${", "${").replaceAll("%%{", "%{")));
}

/** The stacks of an earlier run, including those no longer in the program; their dependencies come from remote state references. */
export function synthesizedBefore({ output }: Pick<Project, "output">): readonly Stack[] {
  const parent = join(output, "stacks");
  const names = existsSync(parent) ? readdirSync(parent).toSorted() : [];
  const stacks = names.map((name) => ({ name, folder: join(parent, name), dependencies: [] }));
  return withRemoteStates(stacks.filter(({ folder }) => existsSync(join(folder, "cdk.tf.json"))));
}

/** The stacks that match names and globs; all stacks if none are given. A name without a match is an error. */
export function chooseStacks(all: readonly Stack[], names: readonly string[]): readonly Stack[] {
  if (names.length === 0) return all;
  const chosen = new Set<Stack>();
  for (const name of names) {
    const matching = all.filter((stack) => stack.name === name || matchesGlob(stack.name, name));
    if (matching.length === 0)
      throw unknownStack(
        name,
        all.map((stack) => stack.name),
      );
    for (const stack of matching) chosen.add(stack);
  }
  return all.filter((stack) => chosen.has(stack));
}

/** Groups of stacks that can run at the same time, in dependency order. */
export function inOrder(stacks: readonly Stack[]): readonly (readonly Stack[])[] {
  const names = new Set(stacks.map((stack) => stack.name));
  const done = new Set<string>();
  const groups: Stack[][] = [];
  while (done.size < stacks.length) {
    const ready = stacks.filter((stack) => !done.has(stack.name) && stack.dependencies.every((one) => done.has(one) || !names.has(one)));
    if (ready.length === 0) throw circularStacks(circleOf(stacks.filter((stack) => !done.has(stack.name))));
    groups.push(ready);
    for (const stack of ready) done.add(stack.name);
  }
  return groups;
}

/** Drops the stacks that only wait for those in the cycle. */
function circleOf(waiting: readonly Stack[]): readonly string[] {
  const needed = waiting.filter((stack) => waiting.some((other) => other.dependencies.includes(stack.name)));
  return needed.length === waiting.length ? waiting.map((stack) => stack.name) : circleOf(needed);
}

/** Node's options for a program. Node warns of a package.json without `type`, which `npm install` makes in an empty folder; nothing is wrong then. */
const nodeOptions = (): string =>
  [
    process.env["NODE_OPTIONS"] ?? "",
    "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
    `--import ${pathToFileURL(packageModule("stacks/before-program")).href}`,
  ]
    .join(" ")
    .trim();
