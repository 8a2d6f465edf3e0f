import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository } from "../cli/cdkvm.ts";
import { shellIn } from "./guide.ts";

const page = (name: string): string => readFileSync(join(repository, "docs/guide", name), "utf8");

/** Each line of a page's code that calls cdkvm. */
const commandsOf = (name: string): string[] =>
  [...page(name).matchAll(/^```(?:sh|yaml)\n([\s\S]*?)^```$/gm)].flatMap(([, code = ""]) =>
    code.split("\n").flatMap((line) => /^\s*(?:- |- run: )?((?:npx )?cdkvm .*)$/.exec(line)?.[1] ?? []),
  );

const program = `import { App, FleetStack, HostStack, TerraformOutput, TerraformResource } from "cdkvm";
const app = new App();
const fill = (stack: HostStack): void => {
  const note = new TerraformResource(stack, "note", { terraformResourceType: "terraform_data" });
  note.addOverride("input", "text");
  new TerraformOutput(stack, "said", { value: note.getStringAttribute("output") });
};
fill(new HostStack(app, "homelab", { uri: "qemu+tcp://192.0.2.1/system" }));
const fleet = new FleetStack(app, "fleet", { hosts: { kvm1: "qemu+tcp://192.0.2.1/system", kvm2: "qemu+tcp://192.0.2.2/system" } });
fleet.forEachHost(fill);
app.synth();
`;

describe("the guide's commands about plans and stacks, as printed", { timeout: 240_000 }, () => {
  test.each([
    ["ci.md", 4],
    ["review.md", 6],
    ["apply-what-was-approved.md", 2],
  ])("%s", async (name, count) => {
    const type = shellIn(program);
    const commands = commandsOf(name);
    expect(commands.length).toBeGreaterThanOrEqual(count);
    for (const line of new Set(commands)) {
      const ran = await type(line);
      expect(ran.code, `${line}\n${ran.stdout}\n${ran.stderr}`).toBe(line.includes("--detailed-exitcode") ? 2 : 0);
    }
  });

  test("hosts-and-fleets.md", async () => {
    const type = shellIn(program);
    const text = page("hosts-and-fleets.md");
    for (const words of ["cdkvm plan 'kvm*'", "--fail-fast", "--lock-timeout 10m", "cdkvm unlock kvm3"]) expect(text).toContain(words);
    const { code, stdout } = await type("cdkvm plan 'kvm*' --fail-fast --lock-timeout 10m");
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^kvm1 +1 to create\nkvm2 +1 to create/m),
    });
    expect(await type("cdkvm unlock kvm1")).toMatchObject({ code: 0, stdout: "kvm1 is not locked.\n" });
  });
});
