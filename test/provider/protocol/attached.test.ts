import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { EngineError } from "../../../engine/diagnostics.ts";
import { endProviders } from "../../../engine/providers.ts";
import { Engine } from "../../../engine/run.ts";
import { EMBEDDED_SOURCE } from "../../../model/embedded-source.ts";
import { bundleProvider } from "../../../scripts/build-provider.ts";
import { writeLauncher } from "../../../stacks/launcher.ts";
import { realEngines } from "../../engine/engines.ts";

const bundle = await bundleProvider("test/provider/protocol/toy-provider.ts", "dist/test/toy-attached.mjs");
const engines = await realEngines();

type Notes = Record<string, Record<string, unknown>>;

const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "cdkvm-attached-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A `node` that writes down each start; as an older provider, it cannot be attached. */
function loggingNode(starts: string, old = false): string {
  const path = join(temporary(), "node");
  const refuse = old ? '[ -z "$CDKVM_ATTACHED" ] || exit 1\n' : "";
  writeFileSync(path, `#!/bin/sh\necho $$ >> ${starts}\n${refuse}exec ${process.execPath} "$@"\n`, { mode: 0o755 });
  return path;
}

interface Stack {
  readonly engine: Engine;
  readonly folder: string;
  readonly notes: string;
  /** The providers that have been started for it, by process ID. */
  readonly started: () => readonly number[];
  readonly configure: (notes: Notes, aliases?: boolean) => void;
}

function stack(
  found: ConstructorParameters<typeof Engine>[0],
  { node, onErrorLine }: { node?: string; onErrorLine?: (line: string) => void } = {},
): Stack {
  const folder = temporary();
  const notes = join(folder, "notes");
  const starts = join(folder, "starts");
  mkdirSync(notes);
  writeLauncher(folder, { bundle, node: node ?? loggingNode(starts) });
  return {
    engine: new Engine(found, folder, onErrorLine ? { onErrorLine } : {}),
    folder,
    notes,
    started: () => (existsSync(starts) ? readFileSync(starts, "utf8").trim().split("\n").map(Number) : []),
    configure(resources, aliases = false) {
      const providers = [{ folder: notes }, ...(aliases ? [{ alias: "other", folder: join(folder, "other") }] : [])];
      const configuration = {
        terraform: { required_providers: { toy: { source: EMBEDDED_SOURCE } } },
        provider: { toy: providers },
        ...(Object.keys(resources).length > 0 && { resource: { toy_note: resources } }),
      };
      writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(configuration));
    },
  };
}

/** A program that runs one command of the engine in the folder. */
function program(found: ConstructorParameters<typeof Engine>[0], folder: string, command: "plan" | "apply"): string {
  const path = join(folder, `${command}.ts`);
  const room = pathToFileURL(join(import.meta.dirname, "../../../engine/run.ts")).href;
  writeFileSync(
    path,
    `import { Engine } from ${JSON.stringify(room)};
     const engine = new Engine(${JSON.stringify(found)}, ${JSON.stringify(folder)});
     await engine.init();
     await engine.${command}();`,
  );
  return path;
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

const socketFolders = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("cdkvm-provider-"));

afterEach(endProviders);

describe.each(engines)("a provider that cdkvm starts for $kind $version", (found) => {
  it("serves all steps of plan, show, apply and destroy in one process, and rests outside of the stack's folder", async () => {
    const { engine, started, configure, notes } = stack(found);
    configure({ one: { name: "one" } });
    await engine.init();
    const { file } = await engine.plan();
    await engine.show(file);
    await engine.apply({ plan: file });
    expect(existsSync(join(notes, "one.json"))).toBe(true);
    expect(await engine.plan()).toMatchObject({ changes: false });
    await engine.destroy();
    expect(readdirSync(notes).filter((name) => name.endsWith(".json"))).toEqual([]);
    const [pid, ...others] = started();
    expect(others).toEqual([]);
    await vi.waitUntil(() => readlinkSync(`/proc/${pid}/cwd`) === "/", { timeout: 5000 });
    await endProviders();
    expect(isRunning(pid ?? 0)).toBe(false);
  });

  it("gives each alias a session of its own, and the next stack its own folder and environment", async () => {
    const node = loggingNode(join(temporary(), "starts"));
    const [one, two] = [stack(found, { node }), stack(found, { node })];
    for (const each of [one, two]) {
      mkdirSync(join(each.folder, "other"));
      each.configure({ here: { name: "here" }, there: { name: "there", provider: "toy.other" } }, true);
      await each.engine.init();
      await each.engine.apply({ plan: (await each.engine.plan()).file });
      expect(existsSync(join(each.notes, "here.json"))).toBe(true);
      expect(existsSync(join(each.folder, "other/there.json"))).toBe(true);
    }
  });

  it("is started by the engine if it is too old to be attached", async () => {
    const starts = join(temporary(), "starts");
    const { engine, configure, notes } = stack(found, { node: loggingNode(starts, true) });
    configure({ one: { name: "one" } });
    await engine.init();
    await engine.apply({ plan: (await engine.plan()).file });
    expect(existsSync(join(notes, "one.json"))).toBe(true);
  });

  it("ends after a failure, and the next command starts another", async () => {
    const { engine, started, configure } = stack(found);
    configure({ one: { name: "one", behaviour: "fail" } });
    await engine.init();
    await expect(engine.apply({ plan: (await engine.plan()).file })).rejects.toThrow("disk on fire");
    const [first] = started();
    await vi.waitUntil(() => !isRunning(first ?? 0), { timeout: 5000 });
    configure({ one: { name: "one" } });
    await engine.apply({ plan: (await engine.plan()).file });
    expect(started()).toHaveLength(2);
  });

  it("leaves nothing behind when it is killed, and the engine's error says that it has gone", async () => {
    const before = socketFolders();
    const { engine, started, configure, notes } = stack(found);
    configure({ one: { name: "one", behaviour: "slow" } });
    await engine.init();
    const { file } = await engine.plan();
    const applied = engine.apply({ plan: file }).catch((error: unknown) => error);
    await vi.waitUntil(() => existsSync(join(notes, "started")), { timeout: 10_000 });
    process.kill(started()[0] ?? 0, "SIGKILL");
    const error = await applied;
    expect(error).toBeInstanceOf(EngineError);
    expect(String(error)).toMatch(/plugin|did not respond|Unavailable/i);
    await vi.waitUntil(() => socketFolders().every((name) => before.includes(name)), { timeout: 5000 });
  });

  it("ends with the program that started it", async () => {
    const { folder, started, configure } = stack(found);
    configure({ one: { name: "one" } });
    const path = program(found, folder, "plan");
    const [code] = await once(spawn(process.execPath, [path], { stdio: "inherit" }), "exit");
    expect(code).toBe(0);
    expect(started()).toHaveLength(1);
    await vi.waitUntil(() => started().every((pid) => !isRunning(pid)), { timeout: 5000 });
  });

  it("goes on with its engine when the program is killed", async () => {
    const { folder, started, configure, notes } = stack(found);
    configure({ one: { name: "one", behaviour: "slow" } });
    const path = program(found, folder, "apply");
    const child = spawn(process.execPath, [path], { stdio: "ignore" });
    await vi.waitUntil(() => existsSync(join(notes, "started")), { timeout: 20_000 });
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    const [pid = 0] = started();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(isRunning(pid)).toBe(true);
    const engine = engineIn(folder);
    process.kill(engine, "SIGINT");
    await vi.waitUntil(() => !isRunning(engine) && !isRunning(pid), { timeout: 15_000 });
  });
});

/** The engine that runs in a folder. */
function engineIn(folder: string): number {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) === folder && /\/(tofu|terraform)$/.test(readlinkSync(`/proc/${pid}/exe`))) return Number(pid);
    } catch {
      // it has ended
    }
  throw new Error(`no engine runs in ${folder}`);
}
