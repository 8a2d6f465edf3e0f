import { describe, expect, it } from "vitest";
import type { Plan } from "../../engine/plan.ts";
import { fleetReview, review } from "../../review/index.ts";
import { create, disk, guest, plan, type Part, remove, replace, update, volume } from "./build.ts";

type Json = Record<string, unknown>;

const restarts = (...names: readonly string[]): Part[] => names.map((name) => update(`libvirt_domain.${name}`, guest(name), { memory: 8 }));

const replaced = (name: string): Part =>
  replace(`libvirt_domain.${name}`, guest(name), { uuid: "0b6e8a0e-7c40-4f6e-9f3f-0d9b6b0f2f02" }, [["uuid"]]);

/** @param after what each resource comes after */
const rolling = (parts: readonly Part[], rollout: Json | null, after: Readonly<Record<string, readonly string[]>> = {}): Plan =>
  plan(parts, {
    configuration: {
      root_module: { resources: Object.entries(after).map(([address, before]) => ({ address, depends_on: before })) },
      provider_config: { libvirt: { name: "libvirt", expressions: rollout === null ? {} : { rollout: { constant_value: rollout } } } },
    },
  });

/** Each guest of a group after all of the group before. */
const groups = (...all: readonly (readonly string[])[]): Record<string, string[]> =>
  Object.fromEntries(
    all.flatMap((group, index) =>
      group.map((name) => [`libvirt_domain.${name}`, (all[index - 1] ?? []).map((one) => `libvirt_domain.${one}`)] as const),
    ),
  );

const stepsOf = (of: Plan): readonly (readonly string[])[] | undefined => review(of).rollout?.steps;

describe("a rollout in a review", () => {
  it("has the guests that restart, group after group, and how they are waited for", () => {
    const order = groups(["canary"], ["web-1", "web-2", "web-3"]);
    expect(review(rolling(restarts("web-2", "canary", "web-1"), { at_once: 3, timeout: 180 }, order)).rollout).toEqual({
      atOnce: 3,
      wait: "agent",
      timeout: 180,
      abortAfter: 1,
      steps: [["canary"], ["web-2", "web-1"]],
      aside: [],
      behind: [],
      text: "restarts 3 at a time, each until its guest agent answers (at most 3 min); stops after 1 failure: 1. canary; 2. web-1, web-2",
    });
  });

  it("is absent without one, for the registry's provider, or if nothing that runs restarts", () => {
    const off = update("libvirt_domain.a", guest("a", { id: -1, running: false }), { memory: 8 }, { change: { after_unknown: {} } });
    const old = restarts("a", "b").map((one) => ({ ...one, provider_name: "registry.terraform.io/dmacvicar/libvirt" }));
    for (const of of [rolling(restarts("a", "b"), null), rolling([off], {}), rolling(old, {})]) expect(review(of).rollout).toBeUndefined();
    expect(review(rolling(restarts("a", "b"), {})).rollout?.atOnce).toBe(1);
  });

  it("is absent if its numbers come from variables, so that nothing is promised", () => {
    const of = rolling(restarts("a", "b"), { at_once: "${var.n}" });
    expect(review(of).rollout).toBeUndefined();
    expect(review(of).warnings).toEqual(["2 guests go down in one apply, possibly at the same time: a, b"]);
  });

  it("knows the order through guests that do not change, and through what they refer to", () => {
    expect(stepsOf(rolling(restarts("b", "a"), {}, groups(["a"], ["still"], ["b"])))).toEqual([["a"], ["b"]]);
    const title = { references: ["libvirt_domain.a.title", "libvirt_domain.a"] };
    const referring = plan(restarts("b", "a"), {
      configuration: {
        root_module: { resources: [{ address: "libvirt_domain.b", expressions: { title } }] },
        provider_config: { libvirt: { name: "libvirt", expressions: { rollout: { constant_value: {} } } } },
      },
    });
    expect(stepsOf(referring)).toEqual([["a"], ["b"]]);
  });

  it("makes no step of an order that only some guests have", () => {
    expect(stepsOf(rolling(restarts("a", "b", "c"), {}, { "libvirt_domain.b": ["libvirt_domain.a"] }))).toEqual([["a", "c", "b"]]);
  });

  it("says which guests take no turn, and which others change later for it", () => {
    const of = rolling(
      [
        ...restarts("canary", "web1"),
        replaced("db1"),
        replace("libvirt_volume.n1-root", volume("n1-root", 10), { capacity: 1 }, [["capacity"]]),
        update("libvirt_domain.n1", guest("n1", { devices: { disks: [disk("vda", "n1-root")], interfaces: [] } }), {}),
        create("libvirt_domain.web2", guest("web2")),
        create("libvirt_domain.other", guest("other")),
        remove("libvirt_domain.old", guest("old")),
      ],
      {},
      groups(["canary"], ["web1", "web2"]),
    );
    expect(review(of).rollout).toMatchObject({
      steps: [["canary"], ["web1"]],
      aside: [
        { name: "n1", because: "disk recreated" },
        { name: "db1", because: "replaced" },
      ],
      behind: ["web2"],
      text:
        "restarts one at a time, each until its guest agent answers (at most 5 min); stops after 1 failure: 1. canary; 2. web1; " +
        "n1 does not take a turn: a disk is recreated; db1 is replaced and does not take a turn; " +
        "web2 does not restart, but changes after the groups before it",
    });
    expect(review(of).warnings).toEqual(["4 guests go down in one apply, at most 3 at the same time: canary, db1, n1, web1"]);
  });

  it("does fewer at once if apply does", () => {
    expect(review(rolling(restarts("a", "b", "c"), { at_once: 3 }), { parallelism: 2 }).rollout?.atOnce).toBe(2);
  });

  it("takes no time for a thousand guests in ten groups", () => {
    const all = Array.from({ length: 10 }, (_, group) => Array.from({ length: 100 }, (__, index) => `g${group}-${index}`));
    const of = rolling(restarts(...all.flat()), { at_once: 5 }, groups(...all));
    const start = performance.now();
    expect(stepsOf(of)).toHaveLength(10);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe("guests that may be down at the same time", () => {
  const atOnce = (...parts: Parameters<typeof fleetReview>[0]): number => fleetReview(parts).atOnce;
  const one = (stack: string, of: Plan, dependencies: readonly string[] = []) => ({ stack, plan: of, dependencies });

  it("are those of a turn, in the largest step", () => {
    const nine = Array.from({ length: 9 }, (_, index) => `web-${index + 1}`);
    expect(atOnce(one("kvm1", rolling(restarts("c", ...nine), { at_once: 3 }, groups(["c"], nine))))).toBe(3);
    expect(atOnce(one("kvm1", rolling(restarts("c", "web-1"), { at_once: 3 }, groups(["c"], ["web-1"]))))).toBe(1);
    expect(review(rolling(restarts("a", "b"), {})).warnings).toEqual(["2 guests go down in one apply, one at a time: a, b"]);
  });

  it("are also those that take no turn or stay down", () => {
    const stops = update("libvirt_domain.s", guest("s"), { running: false });
    expect(atOnce(one("kvm1", rolling([...restarts("a", "b"), stops, replaced("r")], {})))).toBe(3);
  });

  it("add up over stacks that are applied side by side, and over those that nothing waits for", () => {
    const [rollout, none] = [rolling(restarts("a", "b"), {}), rolling(restarts("c", "d", "e"), null)];
    expect(atOnce(one("kvm1", rollout), one("kvm2", rollout))).toBe(2);
    expect(atOnce(one("kvm1", rollout), one("kvm2", rollout, ["kvm1"]))).toBe(1);
    expect(atOnce(one("kvm1", none), one("kvm2", rollout, ["kvm1"]))).toBe(4);
    expect(atOnce(one("kvm1", none, ["kvm2"]), one("kvm2", rollout))).toBe(3);
  });
});
