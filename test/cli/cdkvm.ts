import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** The repository, which a project's `node_modules/cdkvm` stands for. */
export const repository = join(import.meta.dirname, "../..");

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to its standard input, which is a pipe. @default nothing */
  readonly input?: string;
  /** Gets the process while it runs. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Called with all of standard output so far, whenever there is more. */
  readonly onOutput?: (stdout: string, child: ChildProcess) => void;
  /** Milliseconds. @default 120 s */
  readonly timeout?: number;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** This process's environment without what would change output, engine or host; guests are emulated unless said otherwise. */
export function environment(more: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv {
  const dropped = new Set([
    "CI",
    "NO_COLOR",
    "FORCE_COLOR",
    "TF_CLI_CONFIG_FILE",
    "LIBVIRT_DEFAULT_URI",
    "CDKVM_ENGINE",
    "NODE_OPTIONS",
    "VITEST",
  ]);
  const base = Object.fromEntries(Object.entries(process.env).filter(([name]) => !dropped.has(name)));
  return { ...base, CDKVM_ACCELERATION: "qemu", ...more };
}

/** Runs a program to its end, whatever its exit code. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: environment(options.env), stdio: ["pipe", "pipe", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeout ?? 120_000);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      options.onOutput?.(stdout, child);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
    child.stdin.on("error", () => {}); // it need not read its input
    if (options.input !== undefined) child.stdin.end(options.input);
    else if (!options.onStart) child.stdin.end();
    options.onStart?.(child);
  });
}

/** The built command line, as a user runs it. */
export const cdkvm = (args: readonly string[], options: RunOptions): Promise<Ran> =>
  run(process.execPath, [join(repository, "dist/cli/main.js"), ...args], options);

/** A folder of its own below the system's temporary one, removed after the test or with `release`. */
export function folder(release: (remove: () => void) => void = onTestFinished): string {
  const path = mkdtempSync(join(tmpdir(), "cdkvm-project-"));
  release(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Writes files by their paths. */
export function write(base: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), content);
  }
}

/** A project in which cdkvm is installed, as a link to this repository. */
export function project(files: Readonly<Record<string, string>>, release?: (remove: () => void) => void): string {
  const path = folder(release);
  mkdirSync(join(path, "node_modules"));
  symlinkSync(repository, join(path, "node_modules/cdkvm"));
  const usual = { "package.json": '{ "type": "module" }', "cdktf.json": '{ "app": "node main.ts" }' };
  write(path, { ...usual, ...files });
  return path;
}
