import { oneLine } from "../../escape.ts";
import { type Issue, issuesOf } from "./issues.ts";
import { fingerprints, type Report } from "./report.ts";

const SEVERITIES: Readonly<Record<Issue["level"], string>> = { error: "critical", warning: "major", note: "info", waived: "info" };

/** GitLab's code quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
export function renderCodeQuality({ fleet, file }: Report): string {
  const issues = issuesOf(fleet);
  const prints = fingerprints(issues);
  const list = issues.map((issue) => ({
    description: oneLine([issue.level === "waived" ? `Waived: ${issue.text}` : issue.text, issue.fix].filter(Boolean).join(". ")),
    check_name: issue.rule,
    fingerprint: prints.get(issue),
    severity: SEVERITIES[issue.level],
    location: { path: file, lines: { begin: 1 } },
  }));
  return `${JSON.stringify(list, null, 2)}\n`;
}
