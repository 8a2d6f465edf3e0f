import { oneLine } from "../../escape.ts";
import { CHECKS, type Issue, issuesOf } from "./issues.ts";
import { fingerprints, type Report } from "./report.ts";

const LEVELS = { error: "error", warning: "warning", waived: "warning", note: "note" } as const;

/** Of one result; GitHub reads ten locations at most. */
const MOST_PLACES = 100;

/** SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function renderSarif({ fleet, file }: Report): string {
  const issues = issuesOf(fleet);
  const prints = fingerprints(issues);
  const about = new Map<string, string>(CHECKS.map((check) => [check.name, check.about]));
  const rules = [...new Set(issues.map(({ rule }) => rule))];
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "cdkvm",
            ...(fleet.made?.cdkvm !== undefined && { version: fleet.made.cdkvm }),
            rules: rules.map((id) => ({ id, shortDescription: { text: about.get(id) ?? `Rule ${id} of the policy` } })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: issues.map((issue) => ({
          ruleId: issue.rule,
          ruleIndex: rules.indexOf(issue.rule),
          level: LEVELS[issue.level],
          message: { text: message([issue.text, issue.fix].filter(Boolean).join(". ")) },
          locations: [locationOf(issue, file)],
          partialFingerprints: { "cdkvm/v1": prints.get(issue) ?? "" },
          ...(issue.waiver && { suppressions: [{ kind: "external", status: "accepted", justification: waivedBy(issue.waiver) }] }),
        })),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

const locationOf = ({ places }: Issue, file: string): object => ({
  physicalLocation: { artifactLocation: { uri: encodeURI(file) }, region: { startLine: 1 } },
  ...(places.length > 0 && {
    logicalLocations: places.slice(0, MOST_PLACES).map(({ stack, address }) => ({
      fullyQualifiedName: oneLine(address === undefined ? stack : `${stack}/${address}`),
      kind: "resource",
    })),
  }),
});

/** Brackets would be a link: section 3.11.6. */
const message = (text: string): string => oneLine(text).replaceAll(/[[\]\\]/g, "\\$&");

const waivedBy = ({ reason, owner, expires }: NonNullable<Issue["waiver"]>): string =>
  oneLine(`${reason} (owner: ${owner}, until ${expires})`);
