import { describe, expect, test } from "vitest";
import { FleetStack } from "../../index.ts";
import { errorOf, newApp } from "../constructs/synth.ts";

describe("a FleetStack", () => {
  test("has a stack per host, with the shared props and its own", () => {
    const fleet = new FleetStack(newApp(), "fleet", {
      acceleration: "kvm",
      hosts: { kvm1: "qemu+ssh://root@kvm1/system", kvm2: { uri: "qemu:///system", acceleration: "qemu" } },
    });
    expect(fleet.hosts.map(({ node, acceleration, host }) => [node.path, acceleration, host.uri])).toEqual([
      ["fleet/kvm1", "kvm", "qemu+ssh://root@kvm1/system"],
      ["fleet/kvm2", "qemu", "qemu:///system"],
    ]);
  });
  test("cannot have a host name of another fleet: one stack would overwrite the other", () => {
    const app = newApp();
    new FleetStack(app, "a", { hosts: { kvm1: "qemu+ssh://root@a/system" } });
    expect(errorOf(() => new FleetStack(app, "b", { hosts: { kvm1: "qemu+ssh://root@b/system" } }))).toContain(
      "there is a stack kvm1 already: a/kvm1",
    );
    expect(() => new FleetStack(newApp(), "b", { hosts: { kvm1: "qemu+ssh://root@b/system" } })).not.toThrow();
  });
  test("names its hosts if one is unknown", () => {
    const fleet = new FleetStack(newApp(), "fleet", { hosts: { kvm1: "qemu:///system", kvm2: "qemu:///system" } });
    expect(errorOf(() => fleet.host("kmv1"))).toMatch(/^there is no host "kmv1"\n.*\n {2}fix: did you mean "kvm1"\?\n/);
    expect(errorOf(() => fleet.host("elsewhere"))).toMatch(/^there is no host "elsewhere"\n.*\n {2}fix: use one of kvm1, kvm2\n/);
  });
});
