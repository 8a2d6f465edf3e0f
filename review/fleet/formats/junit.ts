import { xml } from "../../escape.ts";
import { CHECKS, type Issue, issuesOf } from "./issues.ts";
import type { Report } from "./report.ts";

/** The suite of what concerns several stacks. */
const FLEET = "fleet";

/**
 * JUnit: a suite for each stack, a case for each check and rule. Only errors fail; the rest is the case's output.
 * https://github.com/testmoapp/junitxml
 */
export function renderJunit({ fleet }: Report): string {
  const issues = issuesOf(fleet);
  const rules = [...new Set([...CHECKS.map(({ name }) => name), ...issues.map(({ rule }) => rule)])];
  const bySuite = Map.groupBy(
    issues.flatMap((issue) => suitesOf(issue).map((suite) => ({ suite, issue }))),
    ({ suite }) => suite,
  );
  const suites = [...fleet.stacks.map(({ name }) => name), FLEET].map((name) => {
    const of = Map.groupBy(
      (bySuite.get(name) ?? []).map(({ issue }) => issue),
      ({ rule }) => rule,
    );
    const cases = rules.map((rule) => testCase(name, rule, of.get(rule) ?? []));
    return { name, cases, failures: cases.filter(({ failed }) => failed).length };
  });
  const total = suites.reduce((sum, { failures }) => sum + failures, 0);
  const body = suites.map(
    ({ name, cases, failures }) =>
      `  <testsuite name="${xml(name)}" tests="${cases.length}" failures="${failures}">\n${cases.map(({ text }) => text).join("")}  </testsuite>\n`,
  );
  const title = fleet.title === undefined ? "cdkvm review" : `cdkvm review: ${fleet.title}`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${xml(title)}" tests="${suites.length * rules.length}" failures="${total}">
${body.join("")}</testsuites>
`;
}

const suitesOf = ({ places }: Issue): string[] => (places.length === 0 ? [FLEET] : [...new Set(places.map(({ stack }) => stack))]);

function testCase(stack: string, rule: string, issues: readonly Issue[]): { readonly text: string; readonly failed: boolean } {
  const errors = issues.filter(({ level }) => level === "error").map(lineOf);
  const others = issues.filter(({ level }) => level !== "error").map((issue) => `${issue.level}: ${lineOf(issue)}`);
  const inside = [
    errors.length === 0 ? "" : `      <failure message="${xml(errors[0] ?? "")}">${xml(errors.join("\n"))}</failure>\n`,
    others.length === 0 ? "" : `      <system-out>${xml(others.join("\n"))}</system-out>\n`,
  ].join("");
  const head = `    <testcase name="${xml(rule)}" classname="${xml(stack)}"`;
  return { text: inside === "" ? `${head}/>\n` : `${head}>\n${inside}    </testcase>\n`, failed: errors.length > 0 };
}

const lineOf = ({ text, fix }: Issue): string => [text, fix].filter(Boolean).join(". ");
