import { existsSync, readFileSync } from "node:fs";
import { appendFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { platform } from "../../engine/release.ts";
import { Engine } from "../../engine/run.ts";
import { configure, realEngines, temporaryFolder } from "./engines.ts";

const engines = await realEngines();

const configuration = {
  terraform: { required_providers: { box: { source: "terraform.local/cdkvm/box", version: "1.0.0" } } },
  provider: { box: [{}] },
};

/** A folder whose provider lies in terraform.d/plugins, as synth lays the embedded one; init only hashes it. */
async function withProvider(): Promise<{ folder: string; launcher: string }> {
  const folder = await temporaryFolder();
  const place = join(folder, "terraform.d/plugins/terraform.local/cdkvm/box/1.0.0", platform());
  await mkdir(place, { recursive: true });
  const launcher = join(place, "terraform-provider-box");
  await writeFile(launcher, "#!/bin/sh\n", { mode: 0o755 });
  await configure(folder, configuration);
  return { folder, launcher };
}

describe.each(engines)("init of $kind $version with a provider in terraform.d/plugins", (found) => {
  test("needs no network, and runs once", async () => {
    const { folder } = await withProvider();
    const engine = new Engine(found, folder);
    expect((await engine.init()).ran).toBe(true);
    expect(readFileSync(join(folder, ".terraform.lock.hcl"), "utf8")).toContain('provider "terraform.local/cdkvm/box"');
    expect(await engine.init()).toEqual({ ran: false });
  });

  test("takes a changed provider of the same version, which the lock file alone would refuse", async () => {
    const { folder, launcher } = await withProvider();
    const engine = new Engine(found, folder);
    await engine.init();
    const other =
      '\nprovider "terraform.local/other/kept" {\n  version = "2.0.0"\n  hashes = [\n    "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",\n  ]\n}\n';
    const lock = join(folder, ".terraform.lock.hcl");
    const before = readFileSync(lock, "utf8");
    await appendFile(launcher, "# newer\n");
    expect((await engine.init()).ran).toBe(true);
    expect(readFileSync(lock, "utf8")).not.toBe(before);
    expect(await engine.init()).toEqual({ ran: false });
    expect(await engine.validate()).not.toMatchObject({ diagnostics: [{ summary: "Required plugins are not installed" }] });
    await appendFile(lock, other);
    expect((await engine.init()).ran).toBe(true);
  });

  test("runs again after the folder was moved, since the engine's links to the provider broke", async () => {
    const { folder } = await withProvider();
    await new Engine(found, folder).init();
    const moved = join(await temporaryFolder(), "moved");
    await rename(folder, moved);
    const engine = new Engine(found, moved);
    expect(await engine.init()).toMatchObject({ ran: true, reason: expect.stringContaining("missing") });
    expect(await engine.init()).toEqual({ ran: false });
  });

  test("a missing provider is an error that says where it is expected", async () => {
    const { folder } = await withProvider();
    await rm(join(folder, "terraform.d"), { recursive: true });
    const failed = new Engine(found, folder).init();
    await expect(failed).rejects.toMatchObject({
      code: "CDKVM_ENGINE_FAILED",
      details: { likely: expect.stringContaining("terraform.d/plugins") },
    });
    expect(existsSync(join(folder, ".terraform/cdkvm-init.json"))).toBe(false);
  });

  test("a module from a local path makes init run each time, one from elsewhere only when it changes", async () => {
    const { folder } = await withProvider();
    await mkdir(join(folder, "part"));
    await writeFile(join(folder, "part/main.tf"), 'output "x" { value = 1 }\n');
    await configure(folder, { ...configuration, module: { part: { source: "./part" } } });
    const engine = new Engine(found, folder);
    expect((await engine.init()).ran).toBe(true);
    expect(await engine.init()).toMatchObject({ ran: true, reason: expect.stringContaining("local paths") });
  });
});
