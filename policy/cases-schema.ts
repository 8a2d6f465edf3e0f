import { z } from "zod";

const expected = z.strictObject({
  rule: z.string(),
  name: z.string().optional().meta({ description: "The name or the address; * stands for any run of characters. Default: any." }),
  severity: z.enum(["error", "warning"]).optional().meta({ description: "Default: any." }),
  stack: z.string().optional().meta({ description: "Default: any." }),
});

export const casesSchema = z
  .strictObject({
    cases: z.array(
      z.strictObject({
        name: z.string().min(1).meta({ description: "What the case shows, as a sentence." }),
        plan: z.union([z.string(), z.record(z.string(), z.string())]).meta({
          description: "A plan's JSON (tofu show -json) or a review's (cdkvm review --json), relative to this file; or one for each stack.",
        }),
        now: z.iso.datetime({ offset: true }).optional().meta({ description: "When it is applied. Default: now." }),
        expect: z.array(expected).nullable().meta({ description: "All verdicts, in any order. []: none." }),
      }),
    ),
  })
  .meta({ title: "cdkvm policy tests" });

export type ExpectedVerdict = z.output<typeof expected>;
