import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cdkvm, project, write } from "./cdkvm.ts";

const program = `import { App, HostStack, TerraformResource } from "cdkvm";
const app = new App();
for (const name of ["kvm1", "kvm2"]) {
  const stack = new HostStack(app, name, { uri: \`qemu+ssh://\${name}.example.org/system\${name === "kvm2" ? "?no_verify=1" : ""}\` });
  new TerraformResource(stack, "note", { terraformResourceType: "terraform_data" });
}
app.synth();
`;

const waiver = `waivers:
  - { rule: host-key-checks, match: provider.libvirt, stack: kvm2, reason: reinstalled weekly, owner: ana, expires: 2999-12-31 }
`;

describe("cdkvm plan with a policy", { timeout: 120_000 }, () => {
  test("exits with 3 if one of the stacks breaks it, before --detailed-exitcode, and saves the plans all the same", async () => {
    const cwd = project({ "main.ts": program, "cdkvm.policy.yaml": "severity: { overcommit: off }\n" });
    const refused = await cdkvm(["plan", "--out", "plans", "--detailed-exitcode"], { cwd });
    expect(refused.code).toBe(3);
    expect(refused.stdout).toContain("saved plans/kvm2.tfplan");
    expect(refused.stderr).toMatch(/^kvm2: host-key-checks: the key of kvm2\.example\.org is not checked: no_verify=1\n {2}fix: /);

    const json = await cdkvm(["plan", "--json"], { cwd });
    expect(json.code).toBe(3);
    const policies = (JSON.parse(json.stdout) as { review: { policy: { verdicts: object[] } } }[]).map(
      ({ review }) => review.policy.verdicts,
    );
    expect(policies).toEqual([[], [expect.objectContaining({ rule: "host-key-checks", stack: "kvm2", resource: "provider.libvirt" })]]);

    write(cwd, { "cdkvm.waivers.yaml": waiver });
    expect((await cdkvm(["plan", "--detailed-exitcode"], { cwd })).code).toBe(2);
    // the stack of a saved plan is in the plan
    expect(await cdkvm(["review", "plans/kvm2.tfplan"], { cwd })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("waived: host-key-checks: the key of kvm2.example.org"),
    });
    expect(await cdkvm(["review", "plans/kvm1.tfplan"], { cwd })).toMatchObject({ code: 0, stderr: "" });
  });

  test("an error in a stack counts more than a verdict", async () => {
    const cwd = project({ "main.ts": program.replace("terraform_data", "terraform_none"), "cdkvm.policy.yaml": "severity: {}\n" });
    expect((await cdkvm(["plan"], { cwd })).code).toBe(1);
  });

  test("applies no rule without a policy or an option, and refuses a policy's programs under --untrusted", async () => {
    const cwd = project({ "main.ts": program });
    expect(await cdkvm(["plan"], { cwd })).toMatchObject({ code: 0, stderr: "" });
    const fleet = "hosts: { kvm1: { uri: qemu+ssh://kvm1/system } }\nguests: {}\n";
    write(cwd, { "fleet.yaml": fleet, "cdkvm.policy.yaml": "rules: [rules.ts]\n", "rules.ts": "throw new Error('it ran');\n" });
    const untrusted = await cdkvm(["plan", "fleet.yaml", "--untrusted"], { cwd });
    expect(untrusted.code).toBe(1);
    expect(untrusted.stderr).toContain("CDKVM_POLICY_UNTRUSTED");
    expect(untrusted.stderr).not.toContain("it ran");
  });
});

describe("cdkvm apply with a policy", { timeout: 120_000 }, () => {
  const only = "severity: { overcommit: off }\n";
  const stateOf = (cwd: string, stack: string): boolean => existsSync(join(cwd, `terraform.${stack}.tfstate`));

  test("applies the stacks that keep it, nothing of the others, and exits with 3", async () => {
    const cwd = project({ "main.ts": program, "cdkvm.policy.yaml": only });
    const applied = await cdkvm(["apply", "--auto-approve"], { cwd });
    expect(applied.stderr).toMatch(/^kvm2: host-key-checks: the key of kvm2\.example\.org is not checked: no_verify=1\n {2}fix: /);
    expect(applied.stderr).toContain("error: kvm2: its plan breaks the policy (host-key-checks); nothing of it was changed");
    expect(applied.stdout).toMatch(/kvm2 +refused/);
    expect(applied.code).toBe(3);
    expect([stateOf(cwd, "kvm1"), stateOf(cwd, "kvm2")]).toEqual([true, false]);

    const json = await cdkvm(["apply", "--auto-approve", "--json"], { cwd });
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stdout)).toEqual([
      expect.objectContaining({ stack: "kvm1", review: expect.objectContaining({ policy: expect.objectContaining({ verdicts: [] }) }) }),
      {
        stack: "kvm2",
        error: expect.objectContaining({
          code: "CDKVM_POLICY_REFUSED",
          verdicts: [expect.objectContaining({ rule: "host-key-checks", resource: "provider.libvirt" })],
        }),
      },
    ]);
    expect((await cdkvm(["apply", "--auto-approve", "--allow", "provider.libvirt"], { cwd })).code).toBe(0);
    expect(stateOf(cwd, "kvm2")).toBe(true);
  });

  test("applies nothing of a plan folder of which one plan breaks it, and the single plan neither", async () => {
    const cwd = project({ "main.ts": program });
    expect((await cdkvm(["plan", "--out", "plans/"], { cwd })).code).toBe(0);
    write(cwd, { "cdkvm.policy.yaml": only });
    const folder = await cdkvm(["apply", "plans/"], { cwd });
    expect(folder.stdout).toMatch(/kvm1 +not tried +the plan of kvm2 breaks the policy/);
    expect(folder.code).toBe(3);
    expect(await cdkvm(["apply", "kvm2", "--plan", "plans/kvm2.tfplan"], { cwd })).toMatchObject({ code: 3 });
    expect([stateOf(cwd, "kvm1"), stateOf(cwd, "kvm2")]).toEqual([false, false]);

    // what was applied before the policy was there stays so
    expect((await cdkvm(["apply", "plans/", "--only", "kvm1", "--allow", "*"], { cwd })).code).toBe(0);
    const later = await cdkvm(["apply", "plans/"], { cwd });
    expect(later.stdout).toMatch(/kvm1 +already applied[\s\S]*kvm2 +refused/);
    expect(later.code).toBe(3);
    expect([stateOf(cwd, "kvm1"), stateOf(cwd, "kvm2")]).toEqual([true, false]);

    write(cwd, { "cdkvm.waivers.yaml": waiver });
    const waived = await cdkvm(["apply", "plans/"], { cwd });
    expect(waived.stderr).toContain("kvm2: waived: host-key-checks");
    expect(waived.code).toBe(0);
    expect([stateOf(cwd, "kvm1"), stateOf(cwd, "kvm2")]).toEqual([true, true]);
  });

  test("a failure counts more than a refusal", async () => {
    const failing = program.replace(
      /new TerraformResource.*/,
      `const note = new TerraformResource(stack, "note", { terraformResourceType: "terraform_data" });
  if (name === "kvm1") note.addOverride("provisioner", { "local-exec": { command: "exit 1" } });`,
    );
    const cwd = project({ "main.ts": failing, "cdkvm.policy.yaml": only });
    const applied = await cdkvm(["apply", "--auto-approve"], { cwd });
    expect(applied.stdout).toMatch(/kvm2 +refused/);
    expect(applied.code).toBe(1);
  });
});
