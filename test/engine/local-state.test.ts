import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { engineEnvironment } from "../../engine/environment.ts";
import { readLocalState, restoreLocalState } from "../../engine/local-state.ts";
import { Engine } from "../../engine/run.ts";
import { realEngines, stack, temporaryFolder } from "./engines.ts";

describe.each(await realEngines())("a state truncated by a kill, $kind $version", (found) => {
  test("is restored from its backup, and destroy finds all resources", { timeout: 60_000 }, async () => {
    const folder = await stack({ one: { input: "x" }, two: { input: "y" } });
    const lines: string[] = [];
    const engine = new Engine(found, folder, { onErrorLine: (line) => lines.push(line) });
    await engine.init();
    await engine.apply();
    await writeFile(join(folder, "more.tf.json"), JSON.stringify({ resource: { terraform_data: { three: { input: "z" } } } }));
    await engine.apply();
    const state = join(folder, "terraform.test.tfstate");
    expect(lines).toEqual([]);
    for (const length of [0, 100]) {
      await truncate(state, length);
      expect(await engine.stateList()).toEqual(["terraform_data.one", "terraform_data.two"]);
      expect(lines.splice(0).join()).toContain("restored it from its backup");
    }
    await truncate(state, 0);
    await engine.destroy();
    expect(await engine.stateList()).toEqual([]);
    expect(lines.join()).toContain(state);
  });

  test("a kill of the engine leaves no lock: the next run starts at once", { timeout: 60_000 }, async () => {
    const command = "echo started > started; sleep 30";
    const folder = await stack({ one: {}, slow: { provisioner: [{ "local-exec": { command } }] } });
    const engine = new Engine(found, folder);
    await engine.init();
    const child = spawn(found.path, ["apply", "-auto-approve"], { cwd: folder, env: engineEnvironment(), stdio: "ignore", detached: true });
    const exited = once(child, "exit");
    await expect.poll(() => existsSync(join(folder, "started")), { timeout: 20_000 }).toBe(true);
    await expect(engine.plan()).rejects.toMatchObject({ code: "CDKVM_STATE_LOCKED" });
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await exited;
    expect(existsSync(join(folder, ".terraform.test.tfstate.lock.info"))).toBe(true); // says who had it, and locks nothing
    await engine.apply({ targets: ["terraform_data.one"] });
    expect(await engine.stateList()).toContain("terraform_data.one");
  });

  test("stays unchanged while another engine holds its lock", { timeout: 60_000 }, async () => {
    const folder = await stack({ one: { input: "x" } });
    const engine = new Engine(found, folder);
    await engine.init();
    await engine.apply();
    await writeFile(join(folder, "more.tf.json"), JSON.stringify({ resource: { terraform_data: { two: {} } } }));
    await engine.apply();
    const slow = { input: "y", provisioner: [{ "local-exec": { command: "echo started > started; sleep 30" } }] };
    await writeFile(join(folder, "more.tf.json"), JSON.stringify({ resource: { terraform_data: { two: {}, slow } } }));
    const child = spawn(found.path, ["apply", "-auto-approve"], { cwd: folder, env: engineEnvironment(), stdio: "ignore", detached: true });
    const exited = once(child, "exit");
    await expect.poll(() => existsSync(join(folder, "started")), { timeout: 20_000 }).toBe(true);
    const state = join(folder, "terraform.test.tfstate");
    await truncate(state, 0);
    expect(await restoreLocalState(folder, join(folder, ".terraform"))).toBeUndefined();
    expect(await readFile(state, "utf8")).toBe("");
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await exited;
    expect(await restoreLocalState(folder, join(folder, ".terraform"))).toBe(state);
  });

  test("stays unchanged without a backup", { timeout: 60_000 }, async () => {
    const folder = await stack({ one: { input: "x" } });
    const engine = new Engine(found, folder);
    await engine.init();
    await writeFile(join(folder, "terraform.test.tfstate"), "");
    expect(await engine.stateList()).toEqual([]);
    expect(await readFile(join(folder, "terraform.test.tfstate"), "utf8")).toBe("");
  });
});

test("a state that is written during the check is left alone, even if its lock is released by then", async () => {
  const folder = await temporaryFolder();
  const state = join(folder, "terraform.tfstate");
  await writeFile(`${state}.backup`, "{}");
  await writeFile(state, '{ "serial": 1');
  const restoring = restoreLocalState(folder, join(folder, ".terraform"));
  await delay(200);
  await writeFile(state, '{ "serial": 2');
  expect(await restoring).toBeUndefined();
  expect(await readFile(state, "utf8")).toBe('{ "serial": 2');
  expect(await restoreLocalState(folder, join(folder, ".terraform"))).toBe(state);
  expect(await readFile(state, "utf8")).toBe("{}");
});

test("a local state that is being written, or encrypted, is unreadable; a missing or empty one is none", async () => {
  const folder = await temporaryFolder();
  const read = async (text: string): Promise<unknown> => {
    await writeFile(join(folder, "terraform.tfstate"), text);
    return readLocalState(folder, join(folder, ".terraform"));
  };
  expect(await readLocalState(folder, join(folder, ".terraform"))).toBeUndefined();
  expect(await read("")).toBeUndefined();
  expect(await read('{ "version": 4, "resour')).toBe("unreadable");
  expect(await read('{ "serial": 1, "lineage": "x", "encrypted_data": "..." }')).toBe("unreadable");
  expect(await read('{ "version": 4, "serial": 1, "lineage": "x", "resources": [] }')).toMatchObject({ serial: 1 });
});
