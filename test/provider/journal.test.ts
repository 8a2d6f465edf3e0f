import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forget, identityOf, isAtWork, isOfThisRun, note, recall } from "../../provider/journal.ts";

const home = mkdtempSync(join(tmpdir(), "cdkvm-journal-"));
const folder = join(home, "cdkvm/journal");
const place = { session: 1, host: "kvm1", noun: "network", name: "lan" };
const identity = identityOf({ mtu: 1 });
let dead: number;

beforeAll(async () => {
  process.env["XDG_STATE_HOME"] = home;
  const child = spawn("true");
  await once(child, "exit");
  dead = child.pid ?? 0;
  mkdirSync(folder, { recursive: true });
});
afterAll(() => {
  delete process.env["XDG_STATE_HOME"];
  rmSync(home, { recursive: true, force: true });
});

it("remembers a name until it is forgotten", () => {
  note(place, { phase: "making", identity, uuid: "one" });
  expect(recall(place)).toMatchObject({ phase: "making", identity, uuid: "one", pid: process.pid, engine: process.ppid });
  expect(recall({ ...place, noun: "guest" })).toBeUndefined();
  note(place, { phase: "made", identity, uuid: "one" });
  expect(recall(place)?.phase).toBe("made");
  forget(place);
  expect(recall(place)).toBeUndefined();
});

it("distinguishes configurations without revealing them", () => {
  expect(identityOf({ mtu: 1 })).toBe(identity);
  expect(identityOf({ mtu: 2 })).not.toBe(identity);
  expect(identity).toMatch(/^[0-9a-f]{64}$/);
});

it("continues without a writable folder", () => {
  process.env["XDG_STATE_HOME"] = import.meta.filename; // a file
  note(place, { phase: "making", identity });
  expect(recall(place)).toBeUndefined();
  forget(place);
  process.env["XDG_STATE_HOME"] = home;
});

it("replaces a longer note by a shorter one, which leaves nothing of it", () => {
  for (const uuid of ["x".repeat(40), "x".repeat(4000)]) {
    note(place, { phase: "replacing", uuid });
    note(place, { phase: "made", identity });
    expect(recall(place)).toEqual(expect.not.objectContaining({ uuid }));
    expect(recall(place)).toMatchObject({ phase: "made", identity });
  }
  forget(place);
  expect(readdirSync(folder)).toEqual([]);
});

const started = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")[19] ?? "";

it("treats an entry as active only if another process, or its engine, is alive", () => {
  const gone = { phase: "making", identity, session: 1, started: "1", engine: dead, engineStarted: "1" } as const;
  expect(isAtWork({ ...gone, pid: process.pid })).toBe(false);
  expect(isAtWork({ ...gone, pid: dead })).toBe(false);
  expect(isAtWork({ ...gone, pid: process.ppid })).toBe(false); // the number is another process's by now
  expect(isAtWork({ ...gone, pid: process.ppid, started: started(process.ppid) })).toBe(true);
  expect(isAtWork({ ...gone, pid: dead, engine: process.pid, engineStarted: started(process.pid) })).toBe(true);
});

it("treats an entry of a provider that cdkvm started as active only while its engine is alive", () => {
  const entry = { phase: "making", identity, session: 1, engine: dead, engineStarted: "1" } as const;
  expect(isAtWork(entry)).toBe(false);
  expect(isAtWork({ ...entry, engine: process.pid, engineStarted: started(process.pid) })).toBe(true);
});

it("recognizes another session of the same run by its engine", () => {
  const other = { phase: "made", identity, session: 1, pid: dead, started: "1", engine: process.ppid } as const;
  expect(isOfThisRun({ ...other, engineStarted: started(process.ppid) }, place)).toBe(true);
  expect(isOfThisRun({ ...other, engineStarted: "1" }, place)).toBe(false);
  expect(isOfThisRun({ ...other, pid: process.pid, engineStarted: started(process.ppid) }, place)).toBe(false);
  expect(isOfThisRun({ ...other, session: 2, pid: process.pid, engineStarted: started(process.ppid) }, place)).toBe(true);
});
