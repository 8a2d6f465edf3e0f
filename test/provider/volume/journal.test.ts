import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forget, isAtWork, note, recall } from "../../../provider/volume/journal.ts";

const home = mkdtempSync(join(tmpdir(), "cdkvm-journal-"));
const folder = join(home, "cdkvm/volumes");
const key = { host: "kvm1", pool: "vols", name: "a.qcow2" };
let dead: number;

beforeAll(async () => {
  process.env["XDG_STATE_HOME"] = home;
  const child = spawn("true");
  await once(child, "exit");
  dead = child.pid ?? 0;
  mkdirSync(folder, { recursive: true });
  for (const writer of [dead, process.ppid]) writeFileSync(join(folder, `half.${writer}`), "{");
});
afterAll(() => {
  delete process.env["XDG_STATE_HOME"];
  rmSync(home, { recursive: true, force: true });
});

it("knows a volume by its configuration until it is forgotten", () => {
  note(key, { capacity: 1 }, "making");
  expect(recall(key, { capacity: 1 })).toMatchObject({ phase: "making", pid: process.pid });
  expect(recall(key, { capacity: 2 })).toBeUndefined();
  note(key, { capacity: 1 }, "made");
  expect(recall(key, { capacity: 1 })?.phase).toBe("made");
  forget(key);
  expect(recall(key, { capacity: 1 })).toBeUndefined();
});

it("removes the entry that a killed process was writing, and no living one's", () => {
  expect(readdirSync(folder)).toEqual([`half.${process.ppid}`]);
});

it("takes only another living process for one at work", () => {
  const entry = { phase: "making", started: "1" } as const;
  expect(isAtWork({ ...entry, pid: process.pid })).toBe(false);
  expect(isAtWork({ ...entry, pid: dead })).toBe(false);
  expect(isAtWork({ ...entry, pid: process.ppid })).toBe(false); // the number is another process's by now
});
