import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderHtml, renderJson, renderMarkdown, review, reviewJsonSchema, reviewSchema } from "../../review/index.ts";
import { create, guest, plan } from "./build.ts";
import { first, mixed, quiet } from "./plans.ts";

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/review/${name}`, import.meta.url), "utf8");

describe("the Markdown of a review", () => {
  it.each([
    ["a fleet's day: something of everything", mixed, "mixed.md"],
    ["a first apply", first, "first.md"],
    ["a plan with nothing to do", quiet, "quiet.md"],
  ])("matches the fixture: %s", (_, make, file) => {
    expect(renderMarkdown(review(make()), { title: "homelab" })).toBe(fixture(file));
  });

  it("lists data loss first, then interruptions, counts, changes, drift and details", () => {
    const text = renderMarkdown(review(mixed()));
    const places = [
      "**Destroys data**",
      "**Replaces, restarts, stops or cuts off**",
      "| create |",
      "### Changes",
      "### Drift",
      "### Outputs",
      "### Details",
    ].map((part) => text.indexOf(part));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it("stays under a comment's limit by omitting details first, and says how many", () => {
    const many = plan(Array.from({ length: 400 }, (_, index) => create(`libvirt_domain.web${index}`, guest(`web${index}`))));
    const text = renderMarkdown(review(many));
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text).toMatch(/_\d+ of 400 details are left out for length; `cdkvm review --html` shows all\._/);
    expect(text).toContain("web399 is created");
  });

  it("counts the sentences that do not fit either", () => {
    const many = plan(Array.from({ length: 3000 }, (_, index) => create(`libvirt_domain.web${index}`, guest(`web${index}`))));
    const text = renderMarkdown(review(many));
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text).toMatch(/- … and \d+ more changes, left out for length/);
    expect(renderMarkdown(review(mixed()), { limit: 1500 }).length).toBeLessThanOrEqual(1500);
  });
});

describe("the HTML of a review", () => {
  it("is one page that loads nothing from anywhere", () => {
    const page = renderHtml(review(mixed()), { title: "homelab" });
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\(|https?:/i);
    expect(page).toContain("default-src 'none'");
  });

  it("has the same order as the Markdown", () => {
    const page = renderHtml(review(mixed()));
    const places = [
      "Destroys data</h2>",
      "Replaces, restarts, stops or cuts off</h2>",
      'class="counts"',
      "Changes</h2>",
      "Drift</h2>",
      "Outputs</h2>",
      "Details</h2>",
    ].map((part) => page.indexOf(part));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
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
