import { z } from "zod";

/** What a policy says about a plan, as data. The room policy fills it in. */

const waiver = z.strictObject({
  reason: z.string(),
  owner: z.string().describe("Who answers for it."),
  expires: z.string().describe("The last day that it applies, as `2026-12-31`."),
});

const verdict = z.strictObject({
  rule: z.string(),
  severity: z
    .enum(["error", "warning", "waived"])
    .describe("`error`: the plan must not be applied; `waived`: it breaks the rule, and a waiver allows it."),
  stack: z.string().optional().describe("Absent if it concerns several stacks, or the plan names none."),
  resource: z.string().describe("Terraform's address; what spans resources has a name of its own: `host kvm1`, `group web`, `fleet`."),
  name: z.string().describe("The name of the guest, volume, host or group."),
  message: z.string(),
  fix: z.string(),
  waiver: waiver.optional(),
});

export const policySchema = z.strictObject({
  verdicts: z.array(verdict).describe("Errors first, then warnings, then what is waived."),
  skipped: z.array(z.strictObject({ rule: z.string(), what: z.string() })).describe("What could not be judged, and why."),
  unusedWaivers: z
    .array(z.strictObject({ rule: z.string(), match: z.string(), line: z.int() }))
    .describe("Waivers that nothing in the plan needs."),
});

export type Severity = "error" | "warning";
export type PolicyResult = z.infer<typeof policySchema>;
export type Verdict = PolicyResult["verdicts"][number];
