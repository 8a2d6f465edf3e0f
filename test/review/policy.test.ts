import { describe, expect, it } from "vitest";
import { evaluate, noDataLoss, noReplace, review, rulesOf } from "../../review/index.ts";
import { mixed, quiet } from "./plans.ts";

const enforced = (names: string) => rulesOf(names).map((rule) => ({ rule }));

describe("--fail-on", () => {
  it("finds each change that breaks a rule, by address", () => {
    expect(evaluate(review(mixed()), enforced("data-loss, restart,replace"))).toEqual([
      { rule: "data-loss", severity: "error", resource: "libvirt_domain.db1", message: "guest db-1 is replaced; its TPM state is lost" },
      {
        rule: "data-loss",
        severity: "error",
        resource: "libvirt_volume.old-logs",
        message: "volume old-logs (40 GiB) is deleted; its data is lost",
      },
      { rule: "restart", severity: "error", resource: "libvirt_domain.web1", message: "web1 will restart: memory" },
      { rule: "restart", severity: "error", resource: "libvirt_domain.web2", message: "web2 will restart: cpu mode" },
      { rule: "replace", severity: "error", resource: "libvirt_domain.db1", message: "guest db-1 is replaced" },
    ]);
  });

  it("reports nothing for a plan without changes", () => {
    expect(evaluate(review(quiet()), enforced("data-loss,restart,replace,delete"))).toEqual([]);
  });

  it("ignores what an exception names, by address or by name", () => {
    const verdicts = evaluate(review(mixed()), [
      { rule: noDataLoss, allow: ["libvirt_volume.*"] },
      { rule: noReplace, allow: ["db-1"], severity: "warning" },
    ]);
    expect(verdicts.map((verdict) => verdict.resource)).toEqual(["libvirt_domain.db1"]);
  });

  it("refuses an unknown rule, and lists the known ones", () => {
    expect(() => rulesOf("data-loss,reboot")).toThrow('there is no rule "reboot"');
  });
});
