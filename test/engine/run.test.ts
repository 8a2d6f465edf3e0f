import { existsSync, readFileSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EngineError } from "../../engine/diagnostics.ts";
import type { EngineEvent } from "../../engine/events.ts";
import { actionKind } from "../../engine/plan.ts";
import { Engine } from "../../engine/run.ts";
import { configure, realEngines, stack } from "./engines.ts";

const engines = await realEngines();

test.skipIf(engines.length > 0)("running a real engine (skipped: neither tofu nor terraform is on this machine)", ({ skip }) => skip());

describe.each(engines)("$kind $version", (found) => {
  test("plans, applies, plans no changes, and destroys", async () => {
    const folder = await stack({ one: { input: "a" } }, { output: { name: { value: "${terraform_data.one.output}" } } });
    const engine = new Engine(found, folder);
    await engine.init();
    expect(await engine.validate()).toEqual({ valid: true, diagnostics: [] });

    const planned = await engine.plan();
    expect(planned).toMatchObject({ changes: true, exitCode: 2, summary: { add: 1, change: 0, remove: 0 }, diagnostics: [] });
    expect(statSync(planned.file).mode & 0o777).toBe(0o600);
    const plan = await engine.show(planned.file);
    expect(plan.resourceChanges.map((one) => [one.address, actionKind(one.change)])).toEqual([["terraform_data.one", "create"]]);

    const events: EngineEvent[] = [];
    expect(await engine.apply({ plan: planned.file, onEvent: (event) => events.push(event) })).toMatchObject({
      summary: { add: 1, operation: "apply" },
    });
    const types = events.map((event) => event.type);
    expect(types.filter((type) => type.startsWith("apply_"))).toEqual(["apply_start", "apply_complete"]);
    expect(types).not.toContain("other");
    expect(existsSync(join(folder, "terraform.test.tfstate"))).toBe(true);
    expect(await engine.output()).toMatchObject({ name: { value: "a", sensitive: false } });
    expect(await engine.stateList()).toEqual(["terraform_data.one"]);
    expect((await engine.state()).resources[0]).toMatchObject({ address: "terraform_data.one", values: { input: "a" } });
    expect(await engine.statePull()).toMatchObject({ version: 4, serial: expect.any(Number) });

    expect(await engine.plan()).toMatchObject({ changes: false, exitCode: 0 });
    expect(await engine.destroy()).toMatchObject({ summary: { remove: 1, operation: expect.stringMatching(/apply|destroy/) } });
    expect((await engine.state()).resources).toEqual([]);
  });

  test("a folder without state has no resources, outputs or raw state", async () => {
    const engine = new Engine(found, await stack({ one: {} }));
    await engine.init();
    expect([await engine.stateList(), await engine.output(), await engine.statePull(), (await engine.state()).resources]).toEqual([
      [],
      {},
      undefined,
      [],
    ]);
  });

  test("an invalid configuration is a result of validate and an error of plan, with the engine's diagnostics", async () => {
    const engine = new Engine(found, await stack({ one: { input: "${terraform_data.two.id}" } }));
    await engine.init();
    expect(await engine.validate()).toMatchObject({
      valid: false,
      diagnostics: [{ severity: "error", summary: "Reference to undeclared resource" }],
    });
    const error = await engine.plan({ out: "saved.tfplan" }).catch((reason: unknown) => reason);
    expect(existsSync(join(engine.folder, "saved.tfplan"))).toBe(false);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({
      code: "CDKVM_ENGINE_FAILED",
      exitCode: 1,
      diagnostics: [{ severity: "error", summary: "Reference to undeclared resource" }],
    });
  });

  test("a command without JSON output still gives its diagnostics", async () => {
    const engine = new Engine(found, await stack({ one: {} }));
    await engine.init();
    const error = await engine.import("terraform_data.absent", "x").catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "CDKVM_ENGINE_FAILED" });
    expect((error as EngineError).diagnostics.length).toBeGreaterThan(0);
  });

  test("imports an existing object into the state, and forgets it", async () => {
    const engine = new Engine(found, await stack({ one: {} }));
    await engine.init();
    await engine.import("terraform_data.one", "known");
    expect((await engine.state()).resources[0]).toMatchObject({ values: { id: "known" } });
    await engine.stateRemove("terraform_data.one");
    expect(await engine.stateList()).toEqual([]);
  });

  test("a failing resource keeps what was created before it, and names the resource", async () => {
    const folder = await stack({
      good: { input: "x" },
      bad: { input: "${terraform_data.good.id}", provisioner: [{ "local-exec": { command: "exit 3" } }] },
    });
    const engine = new Engine(found, folder);
    await engine.init();
    const error = await engine.apply().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "CDKVM_ENGINE_FAILED",
      diagnostics: [{ summary: "local-exec provisioner error", address: "terraform_data.bad" }],
    });
    expect(await engine.stateList()).toContain("terraform_data.good");
  });

  test("a locked state is an error that names the holder and the fix", async () => {
    const folder = await stack({ slow: { provisioner: [{ "local-exec": { command: "sleep 30" } }] } });
    const stop = new AbortController();
    const holder = new Engine(found, folder, { abort: stop.signal });
    await holder.init();
    const started = Promise.withResolvers<void>();
    const held = holder
      .apply({ onEvent: (event) => event.type === "provision_start" && started.resolve() })
      .catch((reason: unknown) => reason);
    await started.promise;
    const error = (await new Engine(found, folder).plan().catch((reason: unknown) => reason)) as EngineError;
    stop.abort();
    await held;
    expect(error).toMatchObject({ code: "CDKVM_STATE_LOCKED", details: { problem: expect.stringContaining("@") } });
    expect(error.details.fix).toMatch(/end the process \d+/);
  });

  test("the caller's TF_CLI_ARGS, TF_LOG and missing TF_CLI_CONFIG_FILE change nothing", async () => {
    const env = { ...process.env, TF_CLI_ARGS_plan: "-destroy", TF_LOG: "TRACE", TF_CLI_CONFIG_FILE: "/nonexistent/terraformrc" };
    const lines: string[] = [];
    const engine = new Engine(found, await stack({ one: {} }), { env, onErrorLine: (line) => lines.push(line) });
    await engine.init();
    expect(await engine.plan()).toMatchObject({ summary: { add: 1 }, diagnostics: [] });
    expect(lines).toEqual([]);
  });

  test("init runs once, and again when backend, configuration's providers, lock file or engine change", async () => {
    const folder = await stack({ one: {} });
    const engine = new Engine(found, folder);
    expect((await engine.init()).ran).toBe(true);
    expect(await engine.init()).toEqual({ ran: false });
    const configuration = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as Record<string, unknown>;
    await configure(folder, { ...configuration, resource: { terraform_data: { one: {}, two: {} } } });
    expect(await engine.init()).toEqual({ ran: false });
    await configure(folder, { ...configuration, terraform: { required_version: ">= 1.0" } });
    await expect(engine.init()).rejects.toMatchObject({
      code: "CDKVM_ENGINE_FAILED",
      details: { fix: expect.stringContaining("reconfigure") },
    });
    await configure(folder, { ...configuration, provider: { terraform: [{}] } });
    expect(await engine.init()).toMatchObject({ ran: true, reason: expect.stringContaining("changed") });
    await writeFile(join(folder, ".terraform.lock.hcl"), "# touched\n");
    expect(await engine.init()).toMatchObject({ ran: true, reason: expect.stringContaining(".terraform.lock.hcl") });
    expect((await new Engine({ ...found, version: "9.9.9" }, folder).init()).ran).toBe(true);
  });
});
