import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { engineCache, findEngine, requireEngine } from "../../engine/find.ts";
import { temporaryFolder } from "./engines.ts";

/** A program that answers `version` as an engine does; nothing but finding is tried with it. */
async function program(path: string, says: string): Promise<string> {
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "${says}"\n`);
  await chmod(path, 0o755);
  return path;
}

async function machine(): Promise<{ root: string; env: Record<string, string> }> {
  const root = await temporaryFolder();
  await mkdir(join(root, "bin"));
  await symlink("/bin/sh", join(root, "bin", "sh"));
  return { root, env: { PATH: join(root, "bin"), HOME: root } };
}

test("CDKVM_ENGINE takes precedence over tofu on PATH, an installed tofu, and terraform on PATH, in this order", async () => {
  const { root, env } = await machine();
  expect(await findEngine(env)).toBeUndefined();
  const terraform = await program(join(root, "bin/terraform"), "Terraform v1.11.4");
  expect(await findEngine(env)).toEqual({ kind: "terraform", version: "1.11.4", path: terraform, from: "PATH" });
  const old = await program(join(root, ".cache/cdkvm/engine/1.11.0/tofu"), "OpenTofu v1.11.0");
  expect(await findEngine(env)).toEqual({ kind: "tofu", version: "1.11.0", path: old, from: "installed" });
  const pinned = await program(join(root, ".cache/cdkvm/engine/1.12.6/tofu"), "OpenTofu v1.12.6");
  await program(join(root, ".cache/cdkvm/engine/1.13.0/tofu"), "OpenTofu v1.13.0");
  expect((await findEngine(env))?.path).toBe(pinned);
  await program(join(root, "bin/tofu"), "OpenTofu v1.10.1");
  expect(await findEngine(env)).toMatchObject({ kind: "tofu", version: "1.10.1", from: "PATH" });
  expect(await findEngine({ ...env, CDKVM_ENGINE: terraform })).toMatchObject({ kind: "terraform", from: "CDKVM_ENGINE" });
  expect(await findEngine({ ...env, CDKVM_ENGINE: "terraform" })).toMatchObject({ path: terraform, from: "CDKVM_ENGINE" });
});

test("an engine on PATH that is too old or something else is skipped, and named if there is no other", async () => {
  const { root, env } = await machine();
  await program(join(root, "bin/tofu"), "a soy product");
  await program(join(root, "bin/terraform"), "Terraform v1.5.7");
  expect(await findEngine(env)).toBeUndefined();
  await expect(requireEngine(env)).rejects.toMatchObject({
    code: "CDKVM_ENGINE_MISSING",
    details: { problem: expect.stringMatching(/neither OpenTofu nor Terraform; .*1\.5\.7, older than 1\.6/) },
  });
});

test.each([
  ["/nonexistent/tofu", "CDKVM_ENGINE_MISSING"],
  ["no-such-program", "CDKVM_ENGINE_MISSING"],
  ["sh", "CDKVM_ENGINE_MISSING"],
])("CDKVM_ENGINE=%s is an error, not a reason to look elsewhere", async (name, code) => {
  const { root, env } = await machine();
  await program(join(root, "bin/tofu"), "OpenTofu v1.12.6");
  await expect(findEngine({ ...env, CDKVM_ENGINE: name })).rejects.toMatchObject({ code });
});

test("XDG_CACHE_HOME moves installed engines; a relative path is ignored", () => {
  expect(engineCache({ HOME: "/h", XDG_CACHE_HOME: "/c" })).toBe("/c/cdkvm/engine");
  expect(engineCache({ HOME: "/h", XDG_CACHE_HOME: "c" })).toBe("/h/.cache/cdkvm/engine");
});
