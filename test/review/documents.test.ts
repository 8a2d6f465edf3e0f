import { Ajv2020 } from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  fleetReview,
  type FleetReview,
  renderFleetHtml,
  renderFleetJson,
  renderFleetMarkdown,
  renderJson,
  review,
  reviewJsonSchema,
  reviewSchema,
  type Verdict,
} from "../../review/index.ts";
import { create, guest, plan, remove } from "./build.ts";
import { first, mixed, quiet } from "./plans.ts";
import { markdownOf, pageOf } from "./rendered.ts";

/** One half of a guest's move from kvm2 to kvm3. */
const moving = (stack: string) =>
  plan([stack === "kvm2" ? remove("libvirt_domain.app", guest("app")) : create("libvirt_domain.app", guest("app"))]);

/** Guests of which no two are alike: each has a line of its own. */
const different = (count: number) =>
  plan(Array.from({ length: count }, (_, index) => create(`libvirt_domain.web${index}`, guest(`web${index}`, { memory: index + 1 }))));

describe("the Markdown of a review", () => {
  it("lists data loss first, then interruptions, counts, changes, drift and details", () => {
    const text = markdownOf(mixed());
    const places = ["**Data is lost**", "**Guests go down**", "| create |", "### Changes", "### Drift", "### Outputs", "### Details"].map(
      (part) => text.indexOf(part),
    );
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it("stays under a comment's limit by omitting details first, and says how many", () => {
    const text = markdownOf(different(400));
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text).toMatch(/_\d+ of 400 details are left out for length; `cdkvm review --html` shows all\._/);
    expect(text).toContain("web399 is created");
  });

  it("counts the sentences that do not fit either", () => {
    const text = markdownOf(different(3000));
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text).toMatch(/- … and \d+ more changes, left out for length/);
    expect(markdownOf(mixed(), {}, 1500).length).toBeLessThanOrEqual(1500);
  });
});

describe("the HTML of a review", () => {
  it("is one page that loads nothing from anywhere", () => {
    const page = pageOf(mixed(), { title: "homelab" });
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\(|https?:/i);
    expect(page).toContain("default-src 'none'");
  });

  it("has the same order as the Markdown", () => {
    const page = pageOf(mixed());
    const places = ["Data is lost</h2>", "Guests go down</h2>", "Counts</h2>", "Changes</h2>", "Drift</h2>", "Outputs</h2>"].map((part) =>
      page.indexOf(part),
    );
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
});

describe("both documents", () => {
  const verdict = (severity: Verdict["severity"], name: string, more: Partial<Verdict> = {}): Verdict => ({
    rule: "restart",
    severity,
    stack: "kvm1",
    resource: `libvirt_domain.${name}`,
    name,
    message: `${name} will restart: memory`,
    fix: "",
    ...more,
  });
  const whole: FleetReview = {
    ...fleetReview([{ stack: "kvm1", plan: mixed() }, ...["kvm2", "kvm3"].map((stack) => ({ stack, plan: moving(stack) }))]),
    policy: {
      verdicts: [
        verdict("error", "web1"),
        verdict("warning", "web2"),
        verdict("waived", "db1", { waiver: { reason: "planned work", owner: "team-a", expires: "2026-12-31" } }),
      ],
      skipped: [{ rule: "overcommit", what: "kvm1: it names no host" }],
      unusedWaivers: [{ rule: "data-loss", match: "libvirt_volume.old", line: 12 }],
    },
  };

  it("have the same sections, with the same entries", () => {
    const decoded = (text: string): string => text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
    const markdown = renderFleetMarkdown(whole).split("<details>", 1)[0] ?? "";
    const page = renderFleetHtml(whole);
    const headings = [...markdown.matchAll(/^(?:> \*\*|### )(.*?)(?:\*\*)?$/gm)].map(([, title]) => title ?? "");
    const titles = [...page.matchAll(/<h2[^>]*>(.*?)<\/h2>/g)].map(([, title]) => title ?? "");
    expect(headings).toEqual(expect.arrayContaining(["Against the policy", "Renamed or moved?", "Drift", "Policy"]));
    expect(titles.filter((title) => !["Counts", "Topology", "What hangs on what changes"].includes(title))).toEqual(headings);
    const entries = [...markdown.matchAll(/^(?:> )?- (.*)$/gm)].map(([, text]) => decoded(text ?? ""));
    expect(entries.length).toBeGreaterThan(20);
    for (const text of entries) expect(decoded(page)).toContain(text);
    expect(entries).toContain("kvm1: waived: restart: db1 will restart: memory (planned work; owner: team-a, until 2026-12-31)");
  });
});

describe("the JSON of a review", () => {
  it("conforms to its own schema", () => {
    for (const make of [mixed, first, quiet]) {
      const data: unknown = JSON.parse(renderJson(review(make())));
      expect(reviewSchema.parse(data)).toEqual(data);
    }
  });

  it("carries the version of its format, and a JSON Schema describes it", () => {
    expect(review(quiet()).formatVersion).toBe(1);
    expect(reviewJsonSchema()).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      properties: { formatVersion: { const: 1 } },
    });
  });

  it.each([
    ["review", () => renderJson(review(mixed()))],
    ["fleet-review", () => renderFleetJson(fleetReview([{ stack: "kvm1", plan: mixed() }]))],
  ] as const)("is as the published schema says, which a later version's fields do not break: %s", (name, render) => {
    const path = join(import.meta.dirname, `../../docs/reference/${name}.schema.json`);
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync(path, "utf8")) as object);
    const data = JSON.parse(render()) as object;
    expect(validate(data) || validate.errors).toBe(true);
    expect(validate({ ...data, later: 1 }) || validate.errors).toBe(true);
    expect(validate({ ...data, formatVersion: 2 })).toBe(false);
  });

  it("counts each resource once, by its action", () => {
    expect(review(mixed()).counts).toEqual({
      create: 2,
      live: 3,
      restart: 2,
      stop: 0,
      replace: 2,
      delete: 1,
      update: 0,
      recorded: 0,
      moved: 1,
      imported: 0,
      forgotten: 0,
      drifted: 1,
      healed: 1,
      unchanged: 1,
    });
  });
});
