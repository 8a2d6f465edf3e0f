import type { PolicyResult, Verdict } from "../policy-schema.ts";

/** `delete: volume data is deleted`, `warning: ...`, `waived: delete: ... (reason; owner: team-a, until 2026-12-31)` */
export function verdictText({ rule, severity, message, waiver }: Verdict): string {
  if (severity === "error") return `${rule}: ${message}`;
  if (severity === "warning" || waiver === undefined) return `${severity}: ${rule}: ${message}`;
  return `waived: ${rule}: ${message} (${waiver.reason}; owner: ${waiver.owner}, until ${waiver.expires})`;
}

/** What a policy could not judge, and which waivers nothing needs. */
export const policyNotes = ({ skipped, unusedWaivers }: PolicyResult): string[] => [
  ...skipped.map(({ rule, what }) => `not judged: ${rule}: ${what}`),
  ...unusedWaivers.map(
    ({ rule, match, line }) => `warning: the waiver of ${rule} for ${match} (line ${line}) matches nothing; remove it when it has served`,
  ),
];
