import { expect, test } from "vitest";
import { cdkvm, project } from "./cdkvm.ts";

const program = (body: string): string => `import { App, HostStack, TerraformResource } from "cdkvm";
const app = new App();
const host = new HostStack(app, "kvm1", { uri: "qemu+tcp://192.0.2.1/system" });
const note = new TerraformResource(host, "note", { terraformResourceType: "terraform_data", lifecycle: { preventDestroy: true } });
${body}
app.synth();
`;

test("a plan that would destroy a protected object names protect, and how to unprotect it", async () => {
  const cwd = project({ "main.ts": program(`note.addOverride("triggers_replace", "a");`) });
  expect(await cdkvm(["apply", "--auto-approve"], { cwd })).toMatchObject({ code: 0 });
  const { code, stderr } = await cdkvm(["destroy", "--auto-approve"], { cwd });
  expect({ code, words: stderr.replace(/while: .*/, "while: ...") }).toEqual({
    code: 1,
    words: [
      "error: the plan would destroy or replace protected resources: kvm1/note (terraform_data.note)",
      "  while: ...",
      "  likely: they were removed from the program or fleet file, or a change requires replacing them",
      "  fix: to keep them, undo that change; to remove them, set protect: false, apply, and run this again",
      "  code: CDKVM_PROTECTED",
      "",
    ].join("\n"),
  });
});

test("a folder with a fleet.yaml and no program needs no option", async () => {
  const fleet = "hosts: { kvm1: qemu+tcp://192.0.2.1/system }\n";
  const cwd = project({ "cdktf.json": "{}", "fleet.yaml": fleet });
  expect(await cdkvm(["list"], { cwd })).toMatchObject({ code: 0, stdout: "kvm1\n" });
  expect(await cdkvm(["list", "kvm1"], { cwd })).toMatchObject({ code: 0, stdout: "kvm1\n" });
});
