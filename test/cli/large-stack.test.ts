import { expect, test } from "vitest";
import { realEngines } from "../engine/engines.ts";
import { skippedBecause } from "../hosts/skipped.ts";
import { cdkvm, project } from "./cdkvm.ts";

const program = (count: number): string => `import { App, HostStack, TerraformResource } from "cdkvm";
const app = new App();
const stack = new HostStack(app, "large");
for (let index = 0; index < ${count}; index++) new TerraformResource(stack, \`note\${index}\`, { terraformResourceType: "terraform_data" });
app.synth();
`;

const terraform = (await realEngines()).find(({ kind }) => kind === "terraform");

test.skipIf(terraform === undefined)(
  `a plan of more than 200 resources by Terraform says what OpenTofu would save ${terraform === undefined ? skippedBecause("Terraform is not installed") : ""}`.trim(),
  async () => {
    const plan = async (count: number): Promise<string> => {
      const cwd = project({ "main.ts": program(count) });
      const ran = await cdkvm(["plan"], { cwd, env: { CDKVM_ENGINE: terraform?.path } });
      expect(ran, `${ran.stdout}\n${ran.stderr}`).toMatchObject({ code: 0 });
      return ran.stdout;
    };
    expect(await plan(201)).toContain(
      "OpenTofu applies large faster than Terraform, 1,000 resources in a third of the time; to install it: cdkvm engine install",
    );
    expect(await plan(200)).not.toContain("OpenTofu");
  },
);
