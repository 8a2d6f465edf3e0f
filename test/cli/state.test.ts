import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { FoundEngine } from "../../engine/find.ts";
import { realEngines } from "../engine/engines.ts";
import { cdkvm, folder, project, run } from "./cdkvm.ts";

const program = `import { App, HostStack, TerraformOutput } from "cdkvm";
const app = new App();
new TerraformOutput(new HostStack(app, "lab"), "said", { value: "kept" });
app.synth();
`;

const stack = (cwd: string): string => join(cwd, "cdktf.out/stacks/lab");
const pathIn = (place: string): string => JSON.parse(readFileSync(join(place, "cdk.tf.json"), "utf8")).terraform.backend.local.path;
const ok = async (words: string[], cwd: string): Promise<string> => {
  const ran = await cdkvm(words, { cwd });
  expect(ran).toMatchObject({ code: 0 });
  return ran.stdout;
};

describe("the local state", () => {
  let engines: readonly FoundEngine[];
  beforeAll(async () => {
    engines = await realEngines();
  });

  test("is in the project's folder, for cdkvm and for an engine in the stack's folder, and moves with the project", async () => {
    const cwd = project({ "main.ts": program });
    await ok(["apply", "--auto-approve"], cwd);
    expect(pathIn(stack(cwd))).toBe("../../../terraform.lab.tfstate");
    expect(existsSync(join(cwd, "terraform.lab.tfstate"))).toBe(true);
    for (const { path } of engines) {
      rmSync(join(stack(cwd), ".terraform"), { recursive: true, force: true });
      expect(await run(path, ["init", "-input=false"], { cwd: stack(cwd) })).toMatchObject({ code: 0 });
      expect((await run(path, ["plan", "-input=false", "-no-color"], { cwd: stack(cwd) })).stdout).toContain("No changes");
    }
    const elsewhere = join(folder(), "elsewhere");
    renameSync(cwd, elsewhere);
    expect(await ok(["plan"], elsewhere)).toContain("no changes");
    expect(await ok(["output"], elsewhere)).toContain("said = kept");
  });

  test("is found by another stack that refers to it", async () => {
    const cwd = project({
      "main.ts": `import { App, HostStack, TerraformOutput, TerraformResource } from "cdkvm";
const app = new App();
const note = new TerraformResource(new HostStack(app, "one"), "note", { terraformResourceType: "terraform_data" });
note.addOverride("input", "from one");
new TerraformOutput(new HostStack(app, "two"), "told", { value: note.getStringAttribute("output") });
app.synth();
`,
    });
    await ok(["apply", "--auto-approve"], cwd);
    expect(await ok(["output", "two"], cwd)).toContain("told = from one");
  });

  test("does not make the synthesized output depend on the machine", async () => {
    const [one, two] = [project({ "main.ts": program }), project({ "main.ts": program })];
    for (const cwd of [one, two]) await ok(["synth"], cwd);
    const text = (cwd: string): string => readFileSync(join(stack(cwd), "cdk.tf.json"), "utf8");
    expect(text(one)).toBe(text(two));
  });

  test("has an absolute path if the stack's folder is outside the project or behind a link", async () => {
    const cwd = project({ "main.ts": program });
    const out = join(folder(), "out");
    await ok(["synth", "--output", out], cwd);
    expect(pathIn(join(out, "stacks/lab"))).toBe(join(cwd, "terraform.lab.tfstate"));
    mkdirSync(join(out, "linked"));
    symlinkSync(join(out, "linked"), join(cwd, "cdktf.out"));
    await ok(["apply", "--auto-approve"], cwd);
    expect(pathIn(stack(cwd))).toBe(join(cwd, "terraform.lab.tfstate"));
    expect(existsSync(join(cwd, "terraform.lab.tfstate"))).toBe(true);
  });

  test("is unchanged for an earlier init with its absolute path: no question, no move", async () => {
    const cwd = project({ "main.ts": program });
    await ok(["synth"], cwd);
    const file = join(stack(cwd), "cdk.tf.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace("../../../terraform.lab.tfstate", join(cwd, "terraform.lab.tfstate")));
    const [engine] = engines;
    for (const words of [["init"], ["apply", "-auto-approve"]])
      expect(await run(engine?.path ?? "", words, { cwd: stack(cwd) })).toMatchObject({ code: 0 });
    cpSync(join(cwd, "terraform.lab.tfstate"), join(cwd, "before"));
    expect(await ok(["plan"], cwd)).toContain("no changes");
    expect(readFileSync(join(cwd, "terraform.lab.tfstate"))).toEqual(readFileSync(join(cwd, "before")));
  });
});
