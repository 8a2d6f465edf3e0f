import { describe, expect, it } from "vitest";
import { reviewSchema } from "../../review/index.ts";
import { create, guest, remove, update, volume } from "../review/build.ts";
import { cdkvm, folder, run, write } from "./cdkvm.ts";

/** A plan as `tofu show -json` prints it. */
const planJson = (...changes: readonly object[]): string =>
  JSON.stringify({ format_version: "1.2", terraform_version: "1.12.6", resource_changes: changes, planned_values: {}, configuration: {} });

const losing = planJson(
  create("libvirt_domain.web1", guest("web1")),
  update("libvirt_domain.web2", guest("web2"), { memory: 8 }),
  remove("libvirt_volume.data", volume("data", 10)),
);

function project(files: Readonly<Record<string, string>>): string {
  const cwd = folder();
  write(cwd, { "plan.json": losing, ...files });
  return cwd;
}

describe("cdkvm review with a policy", () => {
  it("exits with 3 if the plan breaks a rule, and says how to fix it", async () => {
    const cwd = project({ "cdkvm.policy.yaml": "severity: { restart: warning }\n" });
    const { code, stdout, stderr } = await cdkvm(["review", "plan.json"], { cwd });
    expect(code).toBe(3);
    expect(stderr).toContain("data-loss: volume data (10 GiB) is deleted; its data is lost\n  fix: keep the resource");
    expect(stderr).toContain("warning: restart: web2 will restart: memory\n");
    expect(stdout).toContain("**Against the policy**");
    expect(stdout).toMatch(/### Policy\n\n- plan: warning: restart: web2 will restart: memory/);
  });

  it("exits with 0 if waivers cover it, and shows reason and owner", async () => {
    const waivers = "waivers: [{ rule: data-loss, match: data, reason: moved away, owner: ana, expires: 2999-12-31 }]\n";
    const cwd = project({ "cdkvm.policy.yaml": "severity: {}\n", "cdkvm.waivers.yaml": waivers });
    const { code, stdout, stderr } = await cdkvm(["review", "plan.json"], { cwd });
    expect(code).toBe(0);
    for (const text of [stdout, stderr]) expect(text).toMatch(/waived: data-loss: volume data .*moved away; owner: ana, until 2999-12-31/);
  });

  it("exits with 1 if the policy is invalid, and says where", async () => {
    const cwd = project({ "cdkvm.policy.yaml": "severity:\n  dataloss: error\n" });
    const { code, stdout, stderr } = await cdkvm(["review", "plan.json"], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain('cdkvm.policy.yaml:2:3: there is no rule "dataloss"; did you mean "data-loss"?');
  });

  it("has the verdicts in its JSON, in the schema of the review", async () => {
    const cwd = project({});
    const { code, stdout } = await cdkvm(["review", "plan.json", "--json", "--fail-on", "data-loss"], { cwd });
    expect(code).toBe(3);
    expect(reviewSchema.parse(JSON.parse(stdout)).policy?.verdicts).toMatchObject([
      { rule: "data-loss", severity: "error", resource: "libvirt_volume.data", name: "data" },
    ]);
    expect(JSON.parse((await cdkvm(["review", "plan.json", "--json"], { cwd })).stdout)).not.toHaveProperty("policy");
  });

  it("exempts what --allow names, as often as it is given", async () => {
    const cwd = project({});
    const all = ["review", "plan.json", "--fail-on", "data-loss,restart"];
    expect((await cdkvm([...all, "--allow", "libvirt_volume.data"], { cwd })).code).toBe(3);
    expect((await cdkvm([...all, "--allow", "libvirt_volume.data", "--allow=web*"], { cwd })).code).toBe(0);
  });

  it("counts restarts with --max-restarts", async () => {
    const cwd = project({});
    expect(await cdkvm(["review", "plan.json", "--max-restarts", "0"], { cwd })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("max-restarts: 1 guests go down, but at most 0 may: web2"),
    });
    expect((await cdkvm(["review", "plan.json", "--fail-on", "max-restarts=1"], { cwd })).code).toBe(0);
  });

  it("reads the policy that --policy names", async () => {
    const cwd = project({ "strict.yaml": "severity: { restart: error, data-loss: off }\n" });
    const { code, stderr } = await cdkvm(["review", "plan.json", "--policy", "strict.yaml"], { cwd });
    expect(code).toBe(3);
    expect(stderr).toMatch(/^restart: web2 will restart: memory\n {2}fix: .*\nnot judged: overcommit: plan: it names no host\n$/);
  });

  it("judges the plans of a folder together, and names the stack of each verdict", async () => {
    const cwd = project({});
    // a saved plan is told by its content, so its JSON serves here
    write(cwd, { "plans/kvm1.tfplan": losing, "plans/kvm2.tfplan": losing });
    const { code, stderr } = await cdkvm(["review", "plans", "--fail-on", "restart", "--max-restarts", "1"], { cwd });
    expect(code).toBe(3);
    expect(stderr).toContain("kvm1: restart: web2 will restart: memory\nkvm2: restart: web2");
    expect(stderr).toContain("\nmax-restarts: 2 guests go down, but at most 1 may: web2, web2\n");
  });
});

describe("cdkvm policy", () => {
  it("lists the rules with what this policy makes of them", async () => {
    const cwd = project({
      "cdkvm.policy.yaml": "severity: { delete: warning }\nown: { mine: { when: { noun: guest }, message: guests } }\n",
    });
    const { code, stdout } = await cdkvm(["policy", "list"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^rule +severity +what$/m);
    expect(stdout).toMatch(/^delete +warning +Nothing is deleted/m);
    expect(stdout).toMatch(/^mine +error +guests$/m);
    const rules = JSON.parse((await cdkvm(["policy", "list", "--json"], { cwd })).stdout) as { name: string; severity: string }[];
    expect(rules).toContainEqual({ name: "data-loss", severity: "error", doc: expect.stringContaining("No volume") });
  });

  it("lists default severities where there is no policy, and says so", async () => {
    const { stdout } = await cdkvm(["policy", "list"], { cwd: project({}) });
    expect(stdout).toMatch(/^data-loss +error/m);
    expect(stdout).toContain("no policy file here");
  });

  it("explains a rule: why, how to fix it, its options here", async () => {
    const cwd = project({ "cdkvm.policy.yaml": "severity: { max-restarts: error }\noptions: { max-restarts: 5 }\n" });
    const { code, stdout } = await cdkvm(["policy", "explain", "max-restarts"], { cwd });
    expect(code).toBe(0);
    for (const text of ["max-restarts (error)", "why: ", "fix: ", "option most: How many guests may go down. Here: 5"])
      expect(stdout).toContain(text);
    expect(await cdkvm(["policy", "explain", "max-restart"], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('did you mean "max-restarts"?'),
    });
  });

  const cases = `cases:
  - name: a lost volume is refused
    plan: plan.json
    expect: [{ rule: data-loss, name: data, severity: error }]
  - name: in the window, restarts pass
    plan: { kvm1: plan.json }
    now: 2026-01-03T21:30:00Z
    expect: [{ rule: data-loss, stack: kvm1 }]
  - name: nothing is refused
    plan: plan.json
    now: 2026-01-05T12:00:00Z
    expect: []
`;
  const policy = 'severity: { restart: error }\noptions: { restart: "Sat 22:00-04:00 Europe/Berlin" }\n';

  it("runs the policy's test cases: from plans and from reviews", async () => {
    const cwd = project({ "cdkvm.policy.yaml": policy });
    const { stdout: review } = await cdkvm(["review", "plan.json", "--json"], { cwd });
    write(cwd, { "review.json": review, "cdkvm.policy.test.yaml": cases });
    const { code, stdout } = await cdkvm(["policy", "test"], { cwd });
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: `FAIL  a lost volume is refused
      not expected: restart: web2 will restart: memory; this is outside Sat 22:00-04:00 Europe/Berlin [libvirt_domain.web2]
pass  in the window, restarts pass
FAIL  nothing is refused
      not expected: data-loss: volume data (10 GiB) is deleted; its data is lost [libvirt_volume.data]
      not expected: restart: web2 will restart: memory; this is outside Sat 22:00-04:00 Europe/Berlin [libvirt_domain.web2]
1 passed, 2 failed
`,
    });
    const more = "cases: [{ name: a review, plan: review.json, now: 2026-01-03T21:30:00Z, expect: [{ rule: data-loss }] }]\n";
    write(cwd, { "more.yaml": more });
    expect(await cdkvm(["policy", "test", "more.yaml"], { cwd })).toMatchObject({
      code: 0,
      stdout: "pass  a review\n1 passed, 0 failed\n",
    });
    const data = JSON.parse((await cdkvm(["policy", "test", "more.yaml", "--json"], { cwd })).stdout) as object[];
    expect(data).toEqual([{ file: "more.yaml", name: "a review", passed: true, missing: [], unexpected: [] }]);
  });

  it("says what is missing, and which plan cannot be read", async () => {
    const missing = "cases: [{ name: x, plan: plan.json, expect: [{ rule: delete }] }]\n";
    const cwd = project({ "cdkvm.policy.yaml": "severity: { data-loss: off }\n", "cdkvm.policy.test.yaml": missing });
    expect((await cdkvm(["policy", "test"], { cwd })).stdout).toContain("expected, but not there: delete (any)");
    expect((await cdkvm(["policy", "test", "none.yaml"], { cwd })).stderr).toMatch(/there are no test cases: [^]*docs\/guide\/policy\.md/);
    write(cwd, { "bad.yaml": "cases:\n  - name: x\n    plan: none.json\n    expect: []\n" });
    expect((await cdkvm(["policy", "test", "bad.yaml"], { cwd })).stderr).toContain("bad.yaml:3:11: cannot read none.json");
  });
});

describe("rules in TypeScript", () => {
  it("are written with defineRule of the package", async () => {
    const rules = `import { defineRule, type Rule } from "cdkvm";
const rules: readonly Rule[] = [defineRule({
  name: "few-guests", doc: "d", why: "w", fix: "f", severity: "error",
  stack: ({ facts }) => (facts?.guests ?? []).map(({ address, name }) => ({ resource: address, name, message: name + " is one too many" })),
})];
export default rules;
`;
    const cwd = project({ "cdkvm.policy.yaml": "rules: [policy/rules.ts]\nseverity: { data-loss: off }\n", "policy/rules.ts": rules });
    await run("sh", ["-c", `mkdir -p node_modules && ln -s ${JSON.stringify(process.cwd())} node_modules/cdkvm`], { cwd });
    const { code, stderr } = await cdkvm(["review", "plan.json"], { cwd });
    expect(stderr).toContain("few-guests: web1 is one too many");
    expect(code).toBe(3);
  });
});
