import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { evaluate, factsOf } from "../../policy/index.ts";
import { review } from "../../review/index.ts";
import { mixed } from "../review/plans.ts";
import { policyIn, refusalOf } from "./files.ts";

const onIn = async (...given: Parameters<typeof policyIn>): Promise<string[]> =>
  (await policyIn(...given)).policy.rules.map(({ rule, severity }) => `${rule.name}: ${severity}`);
const subject = () => ({ stack: "kvm1", review: review(mixed()), facts: factsOf(mixed()) });

describe("without a policy file", () => {
  it("no rule is on", async () => {
    expect(await onIn({})).toEqual([]);
  });

  it("--fail-on turns rules on, some with a value", async () => {
    const { policy } = await policyIn({}, { failOn: "data-loss, max-restarts=5,restart=Sat 22:00-04:00" });
    expect(policy.rules.map(({ rule, severity, options }) => [rule.name, severity, options])).toEqual([
      ["data-loss", "error", undefined],
      ["restart", "error", { window: "Sat 22:00-04:00" }],
      ["max-restarts", "error", { most: 5 }],
    ]);
  });

  it.each([
    ["dataloss", 'there is no rule "dataloss"'],
    ["data-loss=1", 'it takes no value, but was given "1"'],
    ["max-restarts=many", '"many" is not'],
    ["restart=never", '"never" is not a window of time'],
  ])("refuses --fail-on %s", async (failOn, problem) => {
    expect(await refusalOf(policyIn({}, { failOn }))).toContain(problem);
  });

  it("refuses a policy file that --policy names and that does not exist", async () => {
    expect(await refusalOf(policyIn({}, { file: "mine.yaml" }))).toContain("mine.yaml");
  });
});

describe("cdkvm.policy.yaml", () => {
  it("turns on the rules with their own severities, and changes what it names", async () => {
    const all = await onIn({ "cdkvm.policy.yaml": "severity: { data-loss: warning, restart: error, confinement: off }\n" });
    expect(all).toContain("data-loss: warning");
    expect(all).toContain("restart: error");
    expect(all).toContain("network-loss: error");
    expect(all.join()).not.toMatch(/confinement|delete|backup-label/);
  });

  it("sets options, by name or alone, and exempts addresses", async () => {
    const { known } = await policyIn({
      "cdkvm.policy.yaml": `severity: { max-restarts: error }
options: { max-restarts: 5, overcommit: { memory: 1.5 } }
allow: { data-loss: [libvirt_volume.scratch*] }
`,
    });
    const of = (name: string) => known.find(({ rule }) => rule.name === name);
    expect(of("max-restarts")?.options).toEqual({ most: 5 });
    expect(of("overcommit")?.options).toEqual({ memory: 1.5, cpus: 4, hosts: {} });
    expect(of("data-loss")?.allow).toEqual(["libvirt_volume.scratch*"]);
  });

  it.each([
    ["severity: { dataloss: error }", 'cdkvm.policy.yaml:1:13: there is no rule "dataloss"; did you mean "data-loss"?'],
    ["severity:\n  data-loss: fatal", "cdkvm.policy.yaml:2:14: severity.data-loss:"],
    ["severty: {}", 'cdkvm.policy.yaml:1:1: unknown key "severty"; did you mean "severity"?'],
    ["options:\n  max-restarts: -1", "cdkvm.policy.yaml:2:17: max-restarts: -1 is too small"],
    ["options:\n  restart: { window: Sat 22-23 }", "cdkvm.policy.yaml:2:22: restart.window:"],
    ["options: { data-loss: 1 }", "the rule data-loss has no options"],
    ["options: { overcommit: { ram: 1 } }", 'unknown key "ram"'],
    ["own: { data-loss: { when: { noun: guest }, message: x } }", 'there is a rule "data-loss" already'],
    ["own: { mine: { when: {}, message: x } }", "it has no condition"],
    ["own: { mine: { when: { noun: guest }, message: 'no {owner}' } }", "unknown placeholder {owner}"],
    ["own: { mine: { when: { effect: reboot }, message: x } }", "effect"],
    ["rules: [missing.ts]", "missing.ts"],
    ["severity: [", "is not closed"],
    ["", "the file is empty"],
  ])("says what is wrong with %o, and where", async (text, problem) => {
    expect(await refusalOf(policyIn({ "cdkvm.policy.yaml": text }))).toContain(problem);
  });

  it("has rules as data", async () => {
    const { policy } = await policyIn({
      "cdkvm.policy.yaml": `own:
  memory-in-steps:
    when: { noun: guest, effect: restart, attribute: memory }
    message: "{noun} {name}: {attribute} {before} to {after}"
    severity: warning
  no-new-guests:
    when: { noun: [guest, pool], effect: create, name: "web*" }
    message: "{name} is new"
`,
    });
    const { verdicts } = evaluate([subject()], policy, { now: new Date(), stage: "apply" });
    expect(verdicts.filter(({ rule }) => rule === "memory-in-steps" || rule === "no-new-guests")).toMatchObject([
      { rule: "no-new-guests", severity: "error", name: "web3", message: "web3 is new", fix: expect.stringContaining("cdkvm.policy.yaml") },
      { rule: "memory-in-steps", severity: "warning", stack: "kvm1", name: "web1", message: "guest web1: memory 4 GiB to 8 GiB" },
    ]);
  });

  const program = `import { defineRule } from ${JSON.stringify(join(import.meta.dirname, "../../policy/rule.ts"))};
export default [
  defineRule({
    name: "few-guests", doc: "A host has few guests.", why: "w", fix: "f", severity: "error",
    stack: ({ facts }) => (facts.guests.length > 2 ? [{ resource: "fleet", name: "fleet", message: facts.guests.length + " guests" }] : []),
  }),
];
`;
  const withProgram = { "cdkvm.policy.yaml": "rules: [rules.ts]\nseverity: { few-guests: warning }\n", "rules.ts": program };

  it("has rules in TypeScript", async () => {
    const { policy } = await policyIn(withProgram);
    const { verdicts } = evaluate([subject()], policy, { now: new Date(), stage: "apply" });
    expect(verdicts).toContainEqual(expect.objectContaining({ rule: "few-guests", severity: "warning", message: "5 guests" }));
  });

  it("runs no program under --untrusted", async () => {
    expect(await refusalOf(policyIn(withProgram, { untrusted: true }))).toContain("--untrusted refuses to run");
  });

  it.each([
    ["export default {};", "its default export is not a list"],
    ["export default [{ name: 'x' }];", "item 1 of its default export is not made by defineRule"],
    ["export default [{ name: 'X', check() {} }];", "has no name of lower-case words"],
    ["export default [{ name: 'x', severity: 'error', check() {} }];", "(x) has no doc"],
    ["throw new Error('broken')", "broken"],
  ])("refuses the rules %o", async (text, problem) => {
    expect(await refusalOf(policyIn({ ...withProgram, "rules.ts": text }))).toContain(problem);
  });

  it("names the rule whose function fails", async () => {
    const { policy } = await policyIn({ ...withProgram, "rules.ts": program.replace("facts.guests.length > 2", "facts.none.length > 2") });
    expect(() => evaluate([subject()], policy, { now: new Date(), stage: "apply" })).toThrow("apply the rule few-guests");
  });
});
