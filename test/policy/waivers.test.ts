import { describe, expect, it } from "vitest";
import { evaluate, type StackSubject } from "../../policy/index.ts";
import { plan, remove, volume } from "../review/build.ts";
import { policyIn, refusalOf } from "./files.ts";
import { subjectOf } from "./judge.ts";

const TODAY = new Date("2026-06-15T12:00:00Z");
const deleting = (stack: string | undefined = "kvm1"): StackSubject =>
  subjectOf(plan([remove("libvirt_volume.old", volume("old", 10)), remove("libvirt_volume.data", volume("data", 10))]), stack);

const waiver = (more: string): string => `waivers:\n  - { rule: data-loss, reason: moved to kvm2, owner: storage team, ${more} }\n`;
const judgedWith = async (waivers: string, ...stacks: readonly StackSubject[]) => {
  const { policy } = await policyIn({ "cdkvm.waivers.yaml": waivers }, { failOn: "data-loss" });
  return evaluate(stacks.length === 0 ? [deleting()] : stacks, policy, { now: TODAY, stage: "apply" });
};

describe("cdkvm.waivers.yaml", () => {
  it("waives what it names, and still shows it with reason and owner", async () => {
    const { verdicts, unusedWaivers } = await judgedWith(waiver("match: libvirt_volume.old, expires: 2026-06-15"));
    expect(verdicts.map(({ name, severity }) => [name, severity])).toEqual([
      ["data", "error"],
      ["old", "waived"],
    ]);
    expect(verdicts[1]?.waiver).toEqual({ reason: "moved to kvm2", owner: "storage team", expires: "2026-06-15" });
    expect(unusedWaivers).toEqual([]);
  });

  it("names by pattern, by address or by name, and by stack", async () => {
    const both = (stack: string) => waiver(`match: "libvirt_volume.*", stack: ${stack}, expires: 2026-12-31`);
    const waived = async (text: string) => (await judgedWith(text)).verdicts.filter(({ severity }) => severity === "waived").length;
    expect(await waived(both("kvm1"))).toBe(2);
    expect(await waived(both("kvm2"))).toBe(0);
    expect(await waived(waiver("match: old, expires: 2026-12-31"))).toBe(1);
  });

  it("fails once it has expired, whether or not anything needs it", async () => {
    for (const match of ["old", "nothing"]) {
      const { verdicts } = await judgedWith(waiver(`match: ${match}, expires: 2026-06-14`));
      expect(verdicts.map(({ rule, severity }) => [rule, severity])).toEqual([
        ["data-loss", "error"],
        ["data-loss", "error"],
        ["expired-waiver", "error"],
      ]);
      expect(verdicts[2]?.message).toBe(
        `the waiver of data-loss for ${match} expired on 2026-06-14 (cdkvm.waivers.yaml:2, owner: storage team)`,
      );
    }
  });

  it("is reported if nothing needs it, unless it is for a stack that is not judged", async () => {
    const unused = async (more: string) => (await judgedWith(waiver(`match: nothing, expires: 2026-12-31${more}`))).unusedWaivers;
    expect(await unused("")).toEqual([{ rule: "data-loss", match: "nothing", line: 2 }]);
    expect(await unused(", stack: kvm1")).toHaveLength(1);
    expect(await unused(", stack: kvm2")).toEqual([]);
  });

  it.each([
    ["match: x, expires: 2026-12-31".replace("match: x, ", ""), "waivers[0].match: required"],
    ["match: x", "waivers[0].expires: required"],
    ["match: x, expires: soon", '"soon" is not a date'],
    ["match: x, expires: 2026-13-01", '"2026-13-01" is not a date'],
    ["match: x, expires: 2026-12-31, until: 1", 'unknown key "until"'],
  ])("must be complete: %s", async (more, problem) => {
    expect(await refusalOf(judgedWith(waiver(more)))).toMatch(`cdkvm.waivers.yaml:2:`);
    expect(await refusalOf(judgedWith(waiver(more)))).toContain(problem);
  });

  it.each(["reason", "owner"])("must have a %s", async (name) => {
    const text = waiver("match: x, expires: 2026-12-31");
    const without = text.replace(new RegExp(`${name}: [^,]+, `), "");
    expect(await refusalOf(judgedWith(without))).toContain(`waivers[0].${name}: required`);
    expect(await refusalOf(judgedWith(text.replace(new RegExp(`${name}: [^,]+`), `${name}: " "`)))).toContain(`waivers[0].${name}:`);
  });

  it("must name a rule", async () => {
    const text = waiver("match: x, expires: 2026-12-31").replace("data-loss", "dataloss");
    expect(await refusalOf(judgedWith(text))).toContain('cdkvm.waivers.yaml:2:13: there is no rule "dataloss"; did you mean "data-loss"?');
  });
});
