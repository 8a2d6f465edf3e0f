import { expect, test } from "vitest";
import { fleetReviewSchema } from "../../review/index.ts";
import { cdkvm, project } from "./cdkvm.ts";

const program = `import { App, HostStack, TerraformResource } from "cdkvm";
const app = new App();
for (const name of ["kvm1", "kvm2"])
  new TerraformResource(new HostStack(app, name, { uri: "qemu+tcp://192.0.2.1/system" }), "note", { terraformResourceType: "terraform_data" });
app.synth();
`;

test("the folder of plan --out is reviewed and applied as a whole", async () => {
  const cwd = project({ "main.ts": program });
  expect(await cdkvm(["plan", "--out", "plans"], { cwd })).toMatchObject({ code: 0 });
  const { code, stdout } = await cdkvm(["review", "plans", "--title", "lab"], { cwd });
  expect(code).toBe(0);
  expect(stdout.match(/<!-- cdkvm review: .* -->/g)).toEqual(["<!-- cdkvm review: lab -->"]);
  expect(stdout).toContain("kvm1, kvm2: 2 terraform_data (");
  const json = await cdkvm(["review", "plans", "--json"], { cwd });
  expect(fleetReviewSchema.parse(JSON.parse(json.stdout)).stacks.map(({ name }) => name)).toEqual(["kvm1", "kvm2"]);
  const html = await cdkvm(["review", "plans", "--html"], { cwd });
  expect(html).toMatchObject({ code: 0, stdout: expect.stringMatching(/^<!doctype html>[^]*kvm1[^]*kvm2/i) });
  expect((await cdkvm(["review", "plans", "--format", "html"], { cwd })).stdout).toBe(html.stdout);
  expect((await cdkvm(["review", "plans", "--format", "json"], { cwd })).stdout).toBe(json.stdout);
  expect((await cdkvm(["review", "plans", "--format", "sarif", "--json"], { cwd })).stderr).toContain("but sarif and json are asked for");
  const sarif = await cdkvm(["review", "plans", "--format", "sarif"], { cwd });
  expect(JSON.parse(sarif.stdout)).toMatchObject({ version: "2.1.0" });
  expect((await cdkvm(["review", "plans", "--format", "junit"], { cwd })).stdout).toContain("<testsuites");
  expect((await cdkvm(["review", "plans", "--format", "pdf"], { cwd })).stderr).toContain(
    "--format markdown|html|json|sarif|junit|code-quality",
  );
  expect(await cdkvm(["plan", "kvm2", "--out", "one/"], { cwd })).toMatchObject({ code: 0 });
  const one = await cdkvm(["review", "one", "--json"], { cwd });
  expect(fleetReviewSchema.parse(JSON.parse(one.stdout)).stacks.map(({ name }) => name)).toEqual(["kvm2"]);
  expect(await cdkvm(["apply", "--plan", "plans"], { cwd })).toMatchObject({ code: 0 });
  expect((await cdkvm(["review", "node_modules"], { cwd })).stderr).toContain("node_modules contains no saved plan");
});
