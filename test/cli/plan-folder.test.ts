import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type PlanManifest, manifestSchema } from "../../plans/index.ts";
import { cdkvm, project, type Ran, run, write } from "./cdkvm.ts";

const program = `import { App, HostStack, TerraformOutput, TerraformResource } from "cdkvm";
const app = new App();
const stacks = ["pf-a", "pf-b"].map((name) => {
  const stack = new HostStack(app, name, { uri: \`qemu+tcp://\${name}/system\` });
  const note = new TerraformResource(stack, "note", { terraformResourceType: "terraform_data" });
  note.addOverride("input", process.env["INPUT"] ?? name);
  if (process.env["BROKEN"] === name) note.addOverride("lifecycle", { precondition: [{ condition: "\${1 > 2}", error_message: "broken" }] });
  if (process.env["FAILS"] === name) {
    const fails = new TerraformResource(stack, "fails", { terraformResourceType: "terraform_data", dependsOn: [note] });
    fails.addOverride("provisioner", [{ "local-exec": { command: "test -e let-it-pass || test -e $PWD/../../../let-it-pass" } }]);
  }
  new TerraformOutput(stack, "said", { value: note.getStringAttribute("output") });
  return stack;
});
stacks[1]?.addDependency(stacks[0]);
app.synth();
`;

interface Outdated {
  readonly error: { readonly code: string; readonly differences: readonly { readonly stack?: string; readonly field: string }[] };
}

describe("a plan folder", { timeout: 120_000 }, () => {
  const cli = (cwd: string, words: string, env: Record<string, string> = {}): Promise<Ran> => cdkvm(words.split(" "), { cwd, env });
  const manifestIn = (cwd: string): PlanManifest =>
    manifestSchema.parse(JSON.parse(readFileSync(join(cwd, "plans/manifest.json"), "utf8")));
  const states = (cwd: string): string[] => ["pf-a", "pf-b"].filter((name) => existsSync(join(cwd, `terraform.${name}.tfstate`)));
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  const commit = async (cwd: string, message: string): Promise<void> => {
    for (const words of [
      ["init", "-q"],
      ["add", "main.ts"],
      ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", message],
    ])
      expect(await run("git", words, { cwd })).toMatchObject({ code: 0 });
  };
  const outdated = async (cwd: string, env: Record<string, string> = {}): Promise<readonly string[]> => {
    const ran = await cli(cwd, "apply plans/ --json", env);
    expect(ran.code).toBe(1);
    const { error } = JSON.parse(ran.stderr.split("\n").findLast((line) => line.startsWith("{")) ?? "") as Outdated;
    expect(error.code).toBe("CDKVM_PLANS_OUTDATED");
    return error.differences.map(({ stack, field }) => (stack === undefined ? field : `${stack} ${field}`));
  };

  test("says what its plans were made from, and applies them in their order", async () => {
    const cwd = project({ "main.ts": program });
    await commit(cwd, "first");
    expect(await cli(cwd, "plan --out plans/ --parallelism 3")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("saved plans/pf-b.tfplan"),
    });
    const manifest = manifestIn(cwd);
    expect(manifest).toMatchObject({
      git: { commit: expect.stringMatching(/^[0-9a-f]{40}$/), dirty: false },
      by: expect.stringMatching(/^\S+@\S+$/),
      mode: "apply",
      parallelism: 3,
      lockTimeout: 30,
      missing: [],
      stacks: [
        {
          name: "pf-a",
          file: "pf-a.tfplan",
          hosts: ["qemu+tcp://pf-a/system"],
          state: null,
          dependencies: [],
          changes: true,
          provider: { kind: "embedded" },
        },
        { name: "pf-b", dependencies: ["pf-a"] },
      ],
    });
    expect([mode(join(cwd, "plans")), ...["manifest.json", "pf-a.tfplan"].map((name) => mode(join(cwd, "plans", name)))]).toEqual([
      "700",
      "600",
      "600",
    ]);
    const applied = await cli(cwd, "apply plans/");
    expect(applied).toMatchObject({ code: 0 });
    expect(applied.stdout).toMatch(/^pf-a: ✓[\s\S]*^pf-b: ✓[\s\S]*^pf-a +applied[\s\S]*^pf-b +applied/m);
    const again = await cli(cwd, "apply plans/");
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toMatch(/pf-a: already applied by this plan, skipped[\s\S]*^pf-b +already applied/m);
  });

  test("is refused with every difference, before anything changes", async () => {
    const cwd = project({ "main.ts": program });
    await commit(cwd, "first");
    expect(await cli(cwd, "plan --out plans/")).toMatchObject({ code: 0 });
    expect(await outdated(cwd, { INPUT: "other" })).toEqual(["pf-a configuration", "pf-b configuration"]);
    const words = await cli(cwd, "apply plans/", { INPUT: "other" });
    expect(words.stderr).toMatch(/pf-a: SHA-256 of the configuration: planned \w{64}, now \w{64}: terraform_data.note$/m);

    write(cwd, { "main.ts": `${program}// more\n` });
    await commit(cwd, "second");
    expect(await outdated(cwd)).toEqual(["commit"]);
    const plan = join(cwd, "plans/pf-b.tfplan");
    writeFileSync(plan, Buffer.concat([readFileSync(plan), Buffer.from(" ")]));
    const manifest = manifestIn(cwd);
    const older = {
      ...manifest,
      cdkvm: "0.0.1",
      stacks: manifest.stacks.map((one) => ({ ...one, engine: { ...one.engine, version: "1.0.0" } })),
    };
    writeFileSync(join(cwd, "plans/manifest.json"), JSON.stringify(older));
    expect(await outdated(cwd)).toEqual(["commit", "cdkvm", "pf-a engine", "pf-b file", "pf-b engine"]);
    expect(states(cwd)).toEqual([]);
  });

  test("is refused when a state has moved, also after the plan was applied", async () => {
    const cwd = project({ "main.ts": program });
    expect(await cli(cwd, "plan --out plans/")).toMatchObject({ code: 0 });
    expect(await cli(cwd, "apply pf-a --auto-approve")).toMatchObject({ code: 0 });
    expect(await outdated(cwd)).toEqual(["pf-a state"]);
    expect(states(cwd)).toEqual(["pf-a"]);

    expect(await cli(cwd, "plan --out plans/")).toMatchObject({ code: 0 });
    expect(await cli(cwd, "apply plans/")).toMatchObject({ code: 0 });
    expect(await cli(cwd, "apply pf-b --auto-approve", { INPUT: "later" })).toMatchObject({ code: 0 });
    expect(await outdated(cwd)).toEqual(["pf-b state"]);
  });

  test("goes on where a run was cut off, and refuses the stack that was cut off in the middle", async () => {
    const cwd = project({ "main.ts": program });
    const env = { FAILS: "pf-b" };
    expect(await cli(cwd, "plan --out plans/", env)).toMatchObject({ code: 0 });
    const first = await cli(cwd, "apply plans/", env);
    expect(first.stdout).toMatch(/^pf-a +applied[\s\S]*^pf-b +failed/m);
    const second = await cli(cwd, "apply plans/", env);
    expect(second.code).toBe(1);
    expect(second.stdout).toMatch(/^pf-a +already applied[\s\S]*^pf-b +failed +CDKVM_PLAN_CUT_OFF/m);
    write(cwd, { "let-it-pass": "" });
    expect(await cli(cwd, "plan pf-b --out plans/", env)).toMatchObject({ code: 0 });
    expect(await cli(cwd, "apply plans/", env)).toMatchObject({ code: 0 });
  });

  test("without a plan of each stack is not applied, and names those that are missing", async () => {
    const cwd = project({ "main.ts": program });
    expect(await cli(cwd, "plan --out plans/")).toMatchObject({ code: 0 });
    const partly = await cli(cwd, "plan --out plans/", { BROKEN: "pf-b" });
    expect(partly).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("plans/ is not complete, and is not applied: it has no plan of pf-b"),
    });
    expect(manifestIn(cwd)).toMatchObject({ stacks: [{ name: "pf-a" }], missing: [{ name: "pf-b" }] });
    expect(existsSync(join(cwd, "plans/pf-b.tfplan"))).toBe(false);
    expect(await cli(cwd, "apply plans/")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no plan of pf-b[\s\S]*CDKVM_PLAN_INCOMPLETE/),
    });
    expect(states(cwd)).toEqual([]);
  });

  test("replaces only what an earlier run wrote there", async () => {
    const cwd = project({ "main.ts": program, "plans/notes.txt": "mine", "other/pf-a.tfplan": "mine" });
    expect(await cli(cwd, "plan --out plans/")).toMatchObject({ code: 0 });
    expect(await cli(cwd, "plan pf-a --out plans")).toMatchObject({ code: 0 });
    expect(["notes.txt", "pf-a.tfplan", "pf-b.tfplan"].filter((name) => existsSync(join(cwd, "plans", name)))).toEqual([
      "notes.txt",
      "pf-a.tfplan",
    ]);
    const refused = await cli(cwd, "plan --out other/");
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/pf-a.tfplan is in the way[\s\S]*CDKVM_PLAN_FOLDER_TAKEN/) });
    expect(readFileSync(join(cwd, "other/pf-a.tfplan"), "utf8")).toBe("mine");
    expect(existsSync(join(cwd, "other/manifest.json"))).toBe(false);
  });

  test("--only applies a stack by its name or host, after those that come before it", async () => {
    const cwd = project({ "main.ts": program });
    expect(await cli(cwd, "plan --out plans/")).toMatchObject({ code: 0 });
    expect(await cli(cwd, "apply plans/ --only pf-b")).toMatchObject({ code: 1, stderr: expect.stringContaining("CDKVM_PLAN_ORDER") });
    expect(await cli(cwd, "apply plans/ --only nobody")).toMatchObject({ code: 1, stderr: expect.stringContaining("CDKVM_ONLY_UNKNOWN") });
    expect(await cli(cwd, "apply plans/ --only qemu+tcp://pf-a/system")).toMatchObject({ code: 0 });
    expect(states(cwd)).toEqual(["pf-a"]);
    expect(await cli(cwd, "apply plans/ --only pf-b")).toMatchObject({ code: 0 });
    expect(states(cwd)).toEqual(["pf-a", "pf-b"]);
    expect(await cli(cwd, "apply plans/ --parallelism 4")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("--parallelism has no effect"),
    });
  });
});
