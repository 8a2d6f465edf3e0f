import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { isMade, madeFile, madePath, removeMade, useMade } from "../../provider/made-file.ts";

const home = mkdtempSync(join(tmpdir(), "cdkvm-made-"));
const [one, two] = [join(home, "one"), join(home, "two")];
const file = madeFile("cloudinit", Buffer.from("the same in both"));

/** As a provider in that stack's folder writes it: each is a process of its own. */
const writeIn = async (folder: string): Promise<void> => {
  vi.spyOn(process, "cwd").mockReturnValue(folder);
  vi.resetModules();
  const { writeMade } = await import("../../provider/made-file.ts");
  writeMade(file);
};
const removeIn = (folder: string): void => {
  vi.spyOn(process, "cwd").mockReturnValue(folder);
  removeMade(file);
};

beforeEach(() => {
  process.env["XDG_CACHE_HOME"] = join(home, "cache");
  for (const folder of [one, two]) mkdirSync(folder, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
  delete process.env["XDG_CACHE_HOME"];
  rmSync(home, { recursive: true, force: true });
});

it("a file that two stacks use is kept until the second one releases it", async () => {
  await writeIn(one);
  await writeIn(two);
  removeIn(one);
  expect(isMade(file)).toBe(true);
  removeIn(two);
  expect(isMade(file)).toBe(false);
  expect(readdirSync(join(home, "cache/cdkvm/cloudinit"))).toEqual([]);
  expect(readdirSync(join(home, "cache/cdkvm/uses"))).toEqual([]);
});

it("a stack whose folder is gone keeps no file", async () => {
  await writeIn(one);
  await writeIn(two);
  rmSync(two, { recursive: true });
  removeIn(one);
  expect(existsSync(madePath(file))).toBe(false);
});

it("a stack that only reads the file keeps it too", async () => {
  await writeIn(one);
  vi.spyOn(process, "cwd").mockReturnValue(two);
  useMade(file);
  removeIn(one);
  expect(isMade(file)).toBe(true);
});
