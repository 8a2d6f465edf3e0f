import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { realEngines } from "../engine/engines.ts";
import { skippedBecause } from "../hosts/skipped.ts";
import { cdkvm, project, type Ran, run } from "./cdkvm.ts";

const program = `import { App, HostStack, TerraformOutput, TerraformResource } from "cdkvm";
const app = new App();
for (const name of ["uj-a", "uj-b"]) {
  const stack = new HostStack(app, name, { uri: \`qemu+tcp://\${process.env["HOST"] ?? name}/system\` });
  const note = new TerraformResource(stack, "note", { terraformResourceType: "terraform_data" });
  note.addOverride("input", process.env["INPUT"] ?? name);
  new TerraformOutput(stack, "said", { value: note.getStringAttribute("output") });
}
app.synth();
`;

const engines = await realEngines();

describe("a saved plan", { timeout: 120_000 }, () => {
  const cli = (cwd: string, words: string, env: Record<string, string> = {}): Promise<Ran> => cdkvm(words.split(" "), { cwd, env });
  const states = (cwd: string): string[] => ["uj-a", "uj-b"].filter((name) => existsSync(join(cwd, `terraform.${name}.tfstate`)));

  test("is refused for another stack, host or state before anything changes", async () => {
    const cwd = project({ "main.ts": program });
    expect((await cli(cwd, "plan uj-a --out uj-a.tfplan")).code).toBe(0);
    const other = await cli(cwd, "apply uj-b --plan uj-a.tfplan --json");
    expect(other.code).toBe(1);
    expect(JSON.parse(other.stdout)).toMatchObject([
      {
        stack: "uj-b",
        error: {
          code: "CDKVM_PLAN_STACK",
          problem: "it is a plan of uj-a, not of uj-b",
          fix: expect.stringContaining("cdkvm apply uj-a --plan"),
        },
      },
    ]);
    expect((await cli(cwd, "apply uj-a --plan uj-a.tfplan", { HOST: "elsewhere" })).stderr).toContain(
      "it was made for the host qemu+tcp://uj-a/system, but the stack's host is qemu+tcp://elsewhere/system",
    );
    expect(states(cwd)).toEqual([]);
    expect(await cli(cwd, "apply uj-a --plan absent.tfplan")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("CDKVM_PLAN_MISSING"),
    });
    expect(await cli(cwd, "apply uj-a --plan main.ts")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("CDKVM_PLAN_UNREADABLE"),
    });
    expect(await cli(cwd, "apply uj-a uj-a --plan uj-a.tfplan")).toMatchObject({ code: 0 });
    expect(states(cwd)).toEqual(["uj-a"]);
  });

  test("needs no stack name; a folder has one plan per stack", async () => {
    const cwd = project({ "main.ts": program });
    expect((await cli(cwd, "plan --out plans")).stdout).toContain("saved plans/uj-b.tfplan");
    expect((await cli(cwd, "apply --plan plans/uj-b.tfplan")).stdout).toContain('said = "uj-b"');
    expect(states(cwd)).toEqual(["uj-b"]);
    expect((await cli(cwd, "apply uj-a --plan plans")).code).toBe(0);
    expect(states(cwd)).toEqual(["uj-a", "uj-b"]);
    expect((await cli(cwd, "plan --out plans", { INPUT: "new" })).code).toBe(0);
    const both = await cli(cwd, "apply --plan plans", { INPUT: "new" });
    expect(both.stdout).toMatch(/^uj-a: ✓ [\s\S]*^uj-a +applied[\s\S]*^uj-b +applied/m);
  });

  test.skipIf(!engines.some(({ kind }) => kind === "tofu"))(
    `that OpenTofu encrypts is saved as it is, with nothing in clear beside it, and read with its key ${engines.some(({ kind }) => kind === "tofu") ? "" : skippedBecause("OpenTofu is not installed")}`.trim(),
    async () => {
      const cwd = project({ "main.ts": program });
      const method = `key_provider "pbkdf2" "key" {
          passphrase = "correct-horse-battery-staple"
          iterations = 200000
        }
        method "aes_gcm" "method" { keys = key_provider.pbkdf2.key }
        state { method = method.aes_gcm.method }
        plan { method = method.aes_gcm.method }`;
      for (const out of ["uj-a.tfplan", "plans/"])
        expect(await cdkvm(["plan", "uj-a", "--out", out], { cwd, env: { TF_ENCRYPTION: method, INPUT: "not-in-clear" } })).toMatchObject({
          code: 0,
        });
      for (const file of ["uj-a.tfplan", "plans/uj-a.tfplan"]) {
        const text = readFileSync(join(cwd, file), "latin1");
        expect(text).toContain("encrypted_data");
        expect(text).not.toContain("not-in-clear");
      }

      const env = { TF_ENCRYPTION: method, INPUT: "not-in-clear" };
      const review = await cdkvm(["review", "uj-a.tfplan"], { cwd, env });
      expect(review).toMatchObject({ code: 0, stdout: expect.stringContaining("uj-a: terraform_data note is created") });
      const locked = await cdkvm(["review", "uj-a.tfplan"], { cwd });
      expect(locked.stderr).toMatch(/OpenTofu has encrypted it[\s\S]*TF_ENCRYPTION is not set[\s\S]*CDKVM_PLAN_ENCRYPTED/);
      expect(locked.code).toBe(1);
      const single = await cdkvm(["apply", "uj-a", "--plan", "uj-a.tfplan"], { cwd, env });
      expect(single).toMatchObject({ code: 1, stderr: expect.stringContaining("cdkvm apply plans/") });
      expect(await cdkvm(["apply", "plans/"], { cwd, env })).toMatchObject({ code: 0 });
      expect(states(cwd)).toEqual(["uj-a"]);
    },
  );

  test("that is older than the state is stale, with the fix", async () => {
    const cwd = project({ "main.ts": program });
    expect((await cli(cwd, "plan uj-a --out uj-a.tfplan")).code).toBe(0);
    expect((await cli(cwd, "apply uj-a --plan uj-a.tfplan")).code).toBe(0);
    const before = readFileSync(join(cwd, "terraform.uj-a.tfstate"), "utf8");
    const again = await cli(cwd, "apply uj-a --plan uj-a.tfplan --json");
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stdout)).toMatchObject([
      { error: { code: "CDKVM_PLAN_STALE", fix: expect.stringContaining("cdkvm plan uj-a --out") } },
    ]);
    expect(readFileSync(join(cwd, "terraform.uj-a.tfstate"), "utf8")).toBe(before);
  });

  test("of a plain engine is recognized by its configuration, and one of another project's stack of that name by its state", async () => {
    const cwd = project({ "main.ts": program });
    expect((await cli(cwd, "apply --auto-approve")).code).toBe(0);
    const elsewhere = project({ "main.ts": program });
    expect((await cli(elsewhere, "apply --auto-approve")).code).toBe(0);
    for (const { path, kind } of engines) {
      const folder = join(cwd, "cdktf.out/stacks/uj-a");
      for (const words of [
        ["init", "-input=false"],
        ["plan", "-input=false", `-out=${kind}.tfplan`],
      ])
        expect(await run(path, words, { cwd: folder })).toMatchObject({ code: 0 });
      const plan = join(folder, `${kind}.tfplan`);
      const env = { CDKVM_ENGINE: path };
      expect((await cli(cwd, `apply uj-b --plan ${plan}`, env)).stderr).toContain("CDKVM_PLAN_STACK");
      expect((await cli(elsewhere, `apply uj-a --plan ${plan}`, env)).stderr).toContain("CDKVM_PLAN_STALE");
    }
  });

  const [one, other] = engines;
  test.skipIf(one === undefined || other === undefined)(
    `of another engine is refused, with both versions ${other === undefined ? skippedBecause("only one engine is installed") : ""}`.trim(),
    async () => {
      const cwd = project({ "main.ts": program });
      expect((await cli(cwd, "plan uj-a --out uj-a.tfplan", { CDKVM_ENGINE: one?.path ?? "" })).code).toBe(0);
      const { stderr } = await cli(cwd, "apply uj-a --plan uj-a.tfplan", { CDKVM_ENGINE: other?.path ?? "" });
      expect(stderr).toContain(`the plan was made by engine version ${one?.version}, but this engine is version ${other?.version}`);
      expect(stderr).toContain("CDKVM_PLAN_ENGINE");
    },
  );
});
