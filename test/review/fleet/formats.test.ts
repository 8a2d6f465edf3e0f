import { Ajv } from "ajv";
import { readFileSync } from "node:fs";
import { SaxesParser } from "saxes";
import { describe, expect, it } from "vitest";
import { renderCodeQuality } from "../../../review/fleet/formats/code-quality.ts";
import { issuesOf } from "../../../review/fleet/formats/issues.ts";
import { renderJunit } from "../../../review/fleet/formats/junit.ts";
import { renderSarif } from "../../../review/fleet/formats/sarif.ts";
import type { Verdict } from "../../../review/policy-schema.ts";
import type { FleetReview } from "../../../review/fleet/schema.ts";
import { fleet, member, restarting } from "./fleet.ts";

const verdict = (more: Partial<Verdict> = {}): Verdict => ({
  rule: "data-loss",
  severity: "error",
  stack: "kvm1",
  resource: "libvirt_volume.data",
  name: "data",
  message: "volume data is deleted; its data is lost",
  fix: "keep it",
  ...more,
});
/** The fleet's review, with what a policy says. */
const judged = (review: FleetReview, ...verdicts: readonly Verdict[]): FleetReview => ({
  ...review,
  policy: { verdicts: [...verdicts], skipped: [], unusedWaivers: [] },
});

const waived = verdict({ severity: "waived", waiver: { reason: "moved to NFS", owner: "team-a", expires: "2026-12-31" } });
const file = "main.ts";

interface Sarif {
  readonly runs: readonly [
    { readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }; readonly results: readonly Result[] },
  ];
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly { readonly justification: string }[];
  readonly locations: readonly [{ readonly logicalLocations?: readonly { readonly fullyQualifiedName: string }[] }];
}
const sarif = (...report: Parameters<typeof renderSarif>): Sarif["runs"][0] => (JSON.parse(renderSarif(...report)) as Sarif).runs[0];

/** The elements of a document, which must be well formed. */
function elements(text: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const found: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name, attributes }) => found.push({ name, attributes, text: "" }));
  parser.on("text", (more) => {
    const last = found.at(-1);
    if (last) last.text += more;
  });
  parser.on("error", (error) => {
    throw error;
  });
  parser.write(text).close();
  return found;
}

describe("what the formats list", () => {
  it("is each loss, guests that go down, networks lost, a host that is too small, what fails and what seems renamed", () => {
    expect(issuesOf(restarting(1, 3)).map(({ rule, level }) => `${level} ${rule}`)).toEqual([
      "error data-loss",
      "warning guest-down",
      "warning network-loss",
      "warning capacity",
      "error apply-failure",
      "note rename",
    ]);
  });

  it("is listed once, as the policy says it, and the policy decides whether it is an error", () => {
    const losses = (verdicts: readonly Verdict[]) =>
      issuesOf(judged(restarting(1, 1), ...verdicts)).filter(({ rule }) => rule === "data-loss");
    expect(losses([verdict()]).map(({ level, fix }) => [level, fix])).toEqual([["error", "keep it"]]);
    expect(losses([waived]).map(({ level }) => level)).toEqual(["waived"]);
    expect(losses([]).map(({ level }) => level)).toEqual(["warning"]);
  });
});

/** Of https://json.schemastore.org/sarif-2.1.0.json, without its id, which ajv would read in the way of a later draft. */
const schema = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(
  JSON.parse(readFileSync(new URL("../../fixtures/schemas/sarif-2.1.0.json", import.meta.url), "utf8")) as object,
);

describe("SARIF", () => {
  it("conforms to the schema of SARIF 2.1.0", () => {
    for (const report of [
      { fleet: judged(restarting(1, 3), waived), file: "a b/main.ts" },
      { fleet: fleet(), file },
    ]) {
      schema(JSON.parse(renderSarif(report)));
      expect(schema.errors ?? []).toEqual([]);
    }
    schema({ version: "2.1.0", runs: [{}] });
    expect(schema.errors).not.toEqual([]);
  });

  it("names the rule, the level and the resources", () => {
    const { results, tool } = sarif({ fleet: restarting(1, 3), file });
    expect(results.map(({ ruleId, ruleIndex }) => tool.driver.rules[ruleIndex]?.id === ruleId)).not.toContain(false);
    expect(results[1]).toMatchObject({
      ruleId: "guest-down",
      level: "warning",
      message: { text: "3 guests (n1 … n3) will restart: memory 4 → 8 GiB" },
      locations: [{ logicalLocations: [1, 2, 3].map((one) => ({ fullyQualifiedName: `kvm1/libvirt_domain.n${one}` })) }],
    });
  });

  it("suppresses what is waived, and says who answers for it", () => {
    const [first] = sarif({ fleet: judged(fleet(), waived), file }).results;
    expect(first?.suppressions?.[0]?.justification).toBe("moved to NFS (owner: team-a, until 2026-12-31)");
  });

  it("keeps an issue's fingerprint when its words change, and gives no two issues the same", () => {
    const prints = (one: Parameters<typeof renderSarif>[0]) =>
      sarif(one).results.map(({ partialFingerprints }) => partialFingerprints["cdkvm/v1"]);
    const before = restarting(1, 3);
    const after = { ...before, losses: before.losses.map((one) => ({ ...one, size: "80 GiB", text: "other words" })) };
    expect(prints({ fleet: after, file })).toEqual(prints({ fleet: before, file }));
    const twice = { ...before, losses: [...before.losses, ...before.losses] };
    expect(new Set(prints({ fleet: twice, file })).size).toBe(7);
  });

  it("makes no link of a name, and lists at most 100 guests of a thousand", () => {
    const named = fleet({
      failures: [{ ...member("x"), text: "[x](https://example.com) \u202e" }].map(({ stack, hosts, text }) => ({ stack, hosts, text })),
    });
    expect(sarif({ fleet: named, file }).results[0]?.message.text).toBe("\\[x\\](https://example.com) \\\\u202e");
    expect(sarif({ fleet: restarting(10, 100), file }).results[1]?.locations[0].logicalLocations).toHaveLength(100);
  });
});

describe("JUnit", () => {
  it("is a suite for each stack and a case for each check; only errors fail", () => {
    const all = elements(renderJunit({ fleet: restarting(2, 2), file }));
    expect(all.filter(({ name }) => name === "testsuite").map(({ attributes }) => attributes)).toEqual([
      { name: "kvm1", tests: "6", failures: "2" },
      { name: "kvm2", tests: "6", failures: "0" },
      { name: "fleet", tests: "6", failures: "0" },
    ]);
    expect(all.filter(({ name }) => name === "failure").map(({ attributes }) => attributes["message"])).toEqual([
      "kvm1: volume data (40 GiB) is deleted; its data is lost",
      "kvm1: volume iso cannot be updated",
    ]);
    expect(
      all.filter(({ name }) => name === "system-out").some(({ text }) => text.includes("warning: 4 guests (n1 … n4) will restart")),
    ).toBe(true);
  });

  it("has a case for each rule of the policy, and passes what is waived", () => {
    const all = elements(
      renderJunit({ fleet: judged(restarting(1, 1), waived, verdict({ rule: "no-vnc", resource: "libvirt_domain.n1" })), file }),
    );
    const failed = all.flatMap(({ name }, index) => (name === "failure" ? [all[index - 1]?.attributes["name"]] : []));
    expect(failed).toEqual(["apply-failure", "no-vnc"]);
  });

  it.each(["</testsuite>", '"><x', "\u0000\u0008\ufffe\uffff\ud800", "]]>", "&amp;"])("stays well formed with %j in a name", (name) => {
    const odd = fleet({
      title: name,
      failures: [{ stack: name, hosts: [], text: name }],
      stacks: restarting(1, 1).stacks.map((one) => ({ ...one, name })),
    });
    expect(elements(renderJunit({ fleet: odd, file })).filter((one) => one.name === "testsuite")).toHaveLength(2);
  });
});

describe("GitLab's code quality report", () => {
  it("has what GitLab requires of each issue", () => {
    const list = JSON.parse(renderCodeQuality({ fleet: judged(restarting(1, 2), waived), file })) as Record<string, unknown>[];
    expect(list[0]).toEqual({
      description: "Waived: volume data is deleted; its data is lost. keep it",
      check_name: "data-loss",
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      severity: "info",
      location: { path: "main.ts", lines: { begin: 1 } },
    });
    expect(list.map(({ severity }) => severity)).toEqual(["info", "major", "major", "major", "critical", "info"]);
    expect(new Set(list.map(({ fingerprint }) => fingerprint)).size).toBe(6);
  });
});
