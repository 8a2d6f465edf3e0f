import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type PlanAtGate, PolicyGate } from "../../cli/policy-gate.ts";
import { StackRun } from "../../cli/stack-run.ts";
import type { Stack } from "../../cli/stack.ts";
import { Terminal } from "../../cli/terminal.ts";
import { evaluate, factsOf } from "../../policy/index.ts";
import { review } from "../../review/index.ts";
import { policyIn } from "../policy/files.ts";
import { guest, plan, update } from "../review/build.ts";

/** The policy when plans are applied, stack after stack, at a time that the test sets. */
async function gateOf(failOn: string, names: readonly string[]) {
  let said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => Boolean((said += String(text))));
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  onTestFinished(() => void vi.restoreAllMocks());
  const stacks = names.map((name): Stack => ({ name, folder: `/${name}`, dependencies: [] }));
  const run = new StackRun<string>(new Terminal({ color: false }), stacks, { command: "apply", json: false });
  const { policy } = await policyIn({}, { failOn });
  const clock = { now: new Date("2026-01-03T23:00:00Z") };
  const gate = new PolicyGate(
    { factsOf, asksHosts: false, judge: (all) => evaluate(all, policy, { now: clock.now, stage: "apply" }) },
    run,
  );
  const grows = (name: string): PlanAtGate => {
    const grown = plan([update(`libvirt_domain.${name}`, guest(name), { memory: 8 })]);
    return { stack: stacks.find((one) => one.name === name) as Stack, review: review(grown), facts: factsOf(grown) };
  };
  const judge = (...all: readonly string[]): string[] => gate.judge(all.map(grows)).map(({ stack }) => stack.name);
  return { judge, gate, grows, clock, run, said: () => said };
}

describe("the policy at apply", () => {
  test("counts the stacks that were applied before", async () => {
    const { judge, gate, grows, run } = await gateOf("max-restarts=2", ["kvm1", "kvm2", "kvm3"]);
    gate.pass([grows("kvm1")]);
    expect(judge("kvm2")).toEqual(["kvm2"]);
    expect(judge("kvm2")).toEqual(["kvm2"]); // planned again: counted once
    expect(judge("kvm3")).toEqual([]);
    expect(run.end()).toBe(3);
  });

  test("refuses all stacks that break a rule together", async () => {
    const { judge, run, said } = await gateOf("max-restarts=1", ["kvm1", "kvm2"]);
    expect(judge("kvm1", "kvm2")).toEqual([]);
    expect(said()).toMatch(/max-restarts: 2 guests go down[\s\S]*kvm1: its plan breaks[\s\S]*kvm2: its plan breaks/);
    expect(run.end()).toBe(3);
  });

  test("refuses what waited for an answer until its window was closed, and says each thing once", async () => {
    const { judge, clock, said } = await gateOf("restart=Sat 22:00-04:00", ["kvm1"]);
    expect(judge("kvm1")).toEqual(["kvm1"]);
    clock.now = new Date("2026-01-04T04:00:00Z");
    expect(judge("kvm1")).toEqual([]);
    expect(judge("kvm1")).toEqual([]);
    expect(said().split("this is outside Sat 22:00-04:00")).toHaveLength(2);
  });
});
