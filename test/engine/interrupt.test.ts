import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { Engine } from "../../engine/run.ts";
import { realEngines, stack } from "./engines.ts";

const engines = await realEngines();

/** A program that applies the folder's stack, in a process of its own to be signalled. */
async function applier(found: object, folder: string): Promise<string> {
  const path = join(folder, "apply.ts");
  const room = pathToFileURL(join(import.meta.dirname, "../../engine/run.ts")).href;
  await writeFile(
    path,
    `import { Engine } from ${JSON.stringify(room)};
     const engine = new Engine(${JSON.stringify(found)}, ${JSON.stringify(folder)});
     try {
       await engine.apply({ onEvent: (event) => console.log(event.type === "provision_progress" ? event.hook.output : event.type) });
       console.log("done");
     } catch (error) {
       console.log("failed " + error.code);
     }
     console.log("listeners " + process.listenerCount("SIGINT"));`,
  );
  return path;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe.each(engines)("$kind $version", (found) => {
  const resources = {
    first: { input: "x" },
    slow: { input: "${terraform_data.first.id}", provisioner: [{ "local-exec": { command: "sleep 30" } }] },
    never: { input: "${terraform_data.slow.id}" },
  };

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s during apply stops it cleanly, with the state saved",
    async (signal) => {
      const folder = await stack(resources);
      const engine = new Engine(found, folder);
      await engine.init();
      const child = spawn(process.execPath, [await applier(found, folder)], { stdio: ["ignore", "pipe", "inherit"] });
      const lines: string[] = [];
      const exited = once(child, "exit");
      for await (const line of createInterface(child.stdout)) {
        lines.push(line);
        if (line === "provision_start") child.kill(signal);
      }
      expect(await exited).toEqual([0, null]);
      expect(lines.slice(-2)).toEqual(["failed CDKVM_ENGINE_INTERRUPTED", "listeners 0"]);
      const made = await engine.stateList();
      expect(made).toContain("terraform_data.first");
      expect(made).not.toContain("terraform_data.never");
      expect((await engine.plan()).changes).toBe(true);
    },
    20_000,
  );

  test("a second Ctrl-C also reaches the engine, which stops at once; nothing is left running", async () => {
    const folder = await stack({
      slow: { provisioner: [{ "local-exec": { command: "trap '' INT; sleep 30 & echo $! > sleeper; echo started; wait" } }] },
    });
    await new Engine(found, folder).init();
    const child = spawn(process.execPath, [await applier(found, folder)], { stdio: ["ignore", "pipe", "inherit"] });
    const lines: string[] = [];
    const exited = once(child, "exit");
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (line === "started") {
        child.kill("SIGINT");
        setTimeout(() => child.kill("SIGINT"), 500);
      }
    }
    expect(await exited).toEqual([0, null]);
    expect(lines.slice(-2)).toEqual(["failed CDKVM_ENGINE_INTERRUPTED", "listeners 0"]);
    const sleeper = Number(readFileSync(join(folder, "sleeper"), "utf8"));
    await expect.poll(() => isRunning(sleeper)).toBe(false);
  }, 20_000);

  test("an abort signal interrupts as Ctrl-C does; an aborted one starts nothing", async () => {
    const folder = await stack(resources);
    await new Engine(found, folder).init();
    const stop = new AbortController();
    const engine = new Engine(found, folder, { abort: stop.signal });
    const error = await engine
      .apply({ onEvent: (event) => event.type === "provision_start" && stop.abort() })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "CDKVM_ENGINE_INTERRUPTED" });
    await expect(engine.apply()).rejects.toMatchObject({ code: "CDKVM_ENGINE_INTERRUPTED" });
    expect(await new Engine(found, folder).stateList()).toContain("terraform_data.first");
  }, 20_000);
});
