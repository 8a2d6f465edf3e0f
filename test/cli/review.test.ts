import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reviewSchema } from "../../review/index.ts";
import { create, guest, keep, remove, volume } from "../review/build.ts";
import { cdkvm, folder, write } from "./cdkvm.ts";
import { planJson } from "./plan-json.ts";

const losing = planJson(create("libvirt_domain.web1", guest("web1")), remove("libvirt_volume.data", volume("data", 10)));
const quiet = planJson(keep("libvirt_domain.web1", guest("web1")));

function saved(text: string): string {
  const cwd = folder();
  write(cwd, { "plan.json": text });
  return cwd;
}

describe("cdkvm review", () => {
  it("writes Markdown for a pull request", async () => {
    const { code, stdout, stderr } = await cdkvm(["review", "plan.json"], { cwd: saved(losing) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("**Data is lost**");
    expect(stdout).toContain("web1");
    expect(stdout.endsWith("\n")).toBe(true);
  });

  it("writes the same as data with --json", async () => {
    const { code, stdout } = await cdkvm(["review", "plan.json", "--json"], { cwd: saved(losing) });
    expect(code).toBe(0);
    expect(reviewSchema.parse(JSON.parse(stdout)).counts).toMatchObject({ create: 1, delete: 1 });
  });

  it("writes one page with --html", async () => {
    const { code, stdout } = await cdkvm(["review", "plan.json", "--html"], { cwd: saved(losing) });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>/i);
    expect(stdout.trimEnd()).toMatch(/<\/html>$/i);
  });

  it("has the heading that --title gives", async () => {
    const cwd = saved(losing);
    expect((await cdkvm(["review", "plan.json", "--title", "homelab"], { cwd })).stdout).toContain("## Plan of homelab\n");
    expect((await cdkvm(["review", "plan.json", "--title", "a <b>", "--html"], { cwd })).stdout).toContain(
      "<h1>Plan of a &#60;b&#62;</h1>",
    );
  });

  it.each([
    ["data-loss", losing, 3, /^data-loss: .*data/m],
    ["restart,delete", losing, 3, /^delete: .*data/m],
    ["restart,replace", losing, 0, /^$/],
    ["data-loss,restart,replace,delete", quiet, 0, /^$/],
  ])("--fail-on %s sets the exit code", async (rules, text, expected, said) => {
    const { code, stdout, stderr } = await cdkvm(["review", "plan.json", `--fail-on=${rules}`], { cwd: saved(text) });
    expect(code).toBe(expected);
    expect(stdout).not.toBe("");
    expect(stderr).toMatch(said);
  });

  it("lists the rules if one is misspelled", async () => {
    const { code, stderr } = await cdkvm(["review", "plan.json", "--fail-on=dataloss"], { cwd: saved(quiet) });
    expect(code).toBe(1);
    expect(stderr).toContain("data-loss");
  });

  it.each([
    ["missing.json", "CDKVM_PLAN_MISSING"],
    ["text.json", "CDKVM_"],
  ])("reports what is wrong with %s", async (file, problem) => {
    const cwd = saved(quiet);
    write(cwd, { "text.json": "nothing of the kind" });
    const { code, stderr } = await cdkvm(["review", file], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain(problem);
    expect(stderr).not.toContain("    at ");
  });

  it("reads plans of both engines", async () => {
    for (const kind of ["tofu", "terraform"]) {
      const text = readFileSync(join(import.meta.dirname, `../engine/fixtures/plan.${kind}.json`), "utf8");
      expect((await cdkvm(["review", "plan.json"], { cwd: saved(text) })).code).toBe(0);
    }
  });
});
