import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { beginFolder, completeManifest, FolderProgress, writeManifest } from "../../plans/index.ts";
import { manifestOf, stackEntry } from "./manifest.ts";

let base: string;
let folder: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "cdkvm-plans-"));
  folder = join(base, "plans");
});
afterEach(() => rmSync(base, { recursive: true }));

const { stacks: _, missing: __, hosts: ___, ...about } = manifestOf();
const put = (name: string, text = ""): void => writeFileSync(join(folder, name), text);

describe("a plan folder", () => {
  test("is incomplete from the start of a run until its manifest is written, and private", async () => {
    await beginFolder(folder, about, ["kvm1", "kvm2"]);
    put("kvm1.tfplan");
    await expect(completeManifest(folder)).rejects.toMatchObject({
      code: "CDKVM_PLAN_INCOMPLETE",
      details: { problem: "it has no plan of kvm1, kvm2" },
    });
    await writeManifest(folder, manifestOf());
    expect(await completeManifest(folder)).toEqual(manifestOf());
    expect([folder, join(folder, "manifest.json")].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
  });

  test("takes the place of an earlier run, also of one that was interrupted, and leaves other files alone", async () => {
    await beginFolder(folder, about, ["kvm1", "old"]);
    for (const name of ["old.tfplan", "kvm1.tfplan", "mine.tfplan"]) put(name);
    await beginFolder(folder, about, ["kvm1"]);
    expect(readdirSync(folder).toSorted()).toEqual(["manifest.json", "mine.tfplan"]);
  });

  test.for(["kvm1.tfplan", "manifest.json", "progress.json"])("is refused where another %s is in the way", async (name) => {
    mkdirSync(folder);
    put(name, "{}");
    await expect(beginFolder(folder, about, ["kvm1"])).rejects.toMatchObject({ code: "CDKVM_PLAN_FOLDER_TAKEN" });
    expect(readdirSync(folder)).toEqual([name]);
  });

  test("is not read if its manifest is missing, broken, newer, or names a file elsewhere", async () => {
    mkdirSync(folder);
    await expect(completeManifest(folder)).rejects.toMatchObject({ code: "CDKVM_PLAN_MISSING" });
    for (const text of [
      "{",
      "[]",
      JSON.stringify({ formatVersion: 2 }),
      JSON.stringify(manifestOf({ stacks: [stackEntry({ file: "../kvm1.tfplan" })] })),
    ]) {
      put("manifest.json", text);
      await expect(completeManifest(folder)).rejects.toMatchObject({ code: "CDKVM_PLAN_MANIFEST" });
    }
  });
});

describe("the progress of an apply", () => {
  test("is kept for the next run of the same plans, and not for other plans", async () => {
    mkdirSync(folder);
    const first = await FolderProgress.open(folder, about.id);
    await Promise.all([first.begin("kvm1"), first.begin("kvm2")]);
    await first.end("kvm1", { lineage: "one", serial: 5 });
    const second = await FolderProgress.open(folder, about.id);
    expect(second.of("kvm1")).toMatchObject({ step: "applied", state: { lineage: "one", serial: 5 } });
    expect(second.of("kvm2")).toMatchObject({ step: "applying" });
    expect((await FolderProgress.open(folder, "00000000-0000-4000-8000-000000000000")).of("kvm1")).toBeUndefined();
    expect(existsSync(join(folder, "progress.json"))).toBe(true);
  });
});
