import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { folder, type Ran, repository, run } from "../cli/cdkvm.ts";

interface File {
  /** Of a workflow. */
  readonly jobs?: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
  /** Of an action. */
  readonly runs?: { readonly steps: readonly Step[] };
}

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
  /** A checkout of the repository, with cdkvm in node_modules. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Commands of a runner: `npm ci` is done by `project`, `npx cdkvm` is this repository's build.
 *
 * @returns PATH with them
 */
export function runnerPath(): string {
  const bin = folder();
  const command = (name: string, script: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  command("npm", `test "$*" = ci`);
  command("npx", `test "$1" = cdkvm && shift && exec ${process.execPath} ${join(repository, "dist/cli/main.js")} "$@"`);
  return `${bin}:${dirname(process.execPath)}:${process.env["PATH"]}`;
}

/** Runs a script as a runner does; throws what it said if it fails. */
export async function script(lines: string, { cwd, env }: Job): Promise<Ran> {
  const ran = await run("bash", ["-e", "-o", "pipefail", "-c", lines], { cwd, env });
  if (ran.code !== 0) throw new Error(`${lines}\nended with ${ran.code}\n${ran.stdout}\n${ran.stderr}`);
  return ran;
}

/**
 * Runs the steps of a workflow's only job, or of an action.
 *
 * @param context values of expressions: `secrets.CDKVM_PLAN_KEY`
 * @param actions what the used actions do: `upload-artifact`
 */
export async function runWorkflow(
  path: string,
  job: Job,
  context: Readonly<Record<string, string>>,
  actions: Readonly<Record<string, (given: Readonly<Record<string, string>>) => void>>,
): Promise<string> {
  const { jobs = {}, runs } = parse(readFileSync(path, "utf8")) as File;
  const steps = runs?.steps ?? Object.values(jobs)[0]?.steps ?? [];
  const outputs = new Map<string, string>(Object.entries(context));
  const value = (text: string): string =>
    text.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => {
      const found = outputs.get(name);
      if (found === undefined) throw new Error(`${name} is not known`);
      return found;
    });
  const values = (all: Readonly<Record<string, string | number>> = {}): Record<string, string> =>
    Object.fromEntries(Object.entries(all).map(([name, text]) => [name, value(String(text))]));
  const files = folder();
  let said = "";
  for (const step of steps) {
    if (step.uses !== undefined) {
      const action = /^actions\/([\w-]+)@/.exec(step.uses)?.[1] ?? "";
      actions[action]?.(values(step.with));
      continue;
    }
    const own = { GITHUB_OUTPUT: join(files, "output"), GITHUB_STEP_SUMMARY: join(files, "summary") };
    writeFileSync(own.GITHUB_OUTPUT, "");
    const ran = await script(step.run ?? "", { cwd: job.cwd, env: { ...job.env, ...own, ...values(step.env) } });
    said += ran.stdout + ran.stderr;
    for (const [, name = "", text = ""] of readFileSync(own.GITHUB_OUTPUT, "utf8").matchAll(/^(\w+)=(.*)$/gm))
      outputs.set(`steps.${step.id}.outputs.${name}`, text);
  }
  return said;
}

/** Runs a job of a GitLab file. */
export async function runLabJob(path: string, name: string, job: Job): Promise<string> {
  const jobs = parse(readFileSync(path, "utf8")) as Record<string, { before_script?: string[]; script?: string[]; extends?: string }>;
  const own = jobs[name];
  const before = jobs[own?.extends ?? ""]?.before_script ?? [];
  mkdirSync(job.cwd, { recursive: true });
  const { stdout, stderr } = await script([...before, ...(own?.script ?? [])].join("\n"), job);
  return stdout + stderr;
}
