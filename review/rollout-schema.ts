import { z } from "zod";

const names = z.array(z.string());

/** How the guests of one stack restart in turns, as data. */
export const rolloutFields = {
  atOnce: z
    .int()
    .min(1)
    .describe("Guests that restart at the same time: what the rollout says, or fewer if apply does fewer things at once."),
  wait: z
    .enum(["agent", "ip", "command"])
    .describe("What shows that a guest is back: its guest agent answers, it has an address, or the rollout's command succeeds."),
  timeout: z.int().min(1).describe("Seconds that a guest gets to come back."),
  abortAfter: z.int().min(1).describe("Failures after which no further guest restarts."),
  steps: z.array(names.min(1)).describe("Guests that restart, step after step; those of a step in turns of `atOnce`."),
  aside: z
    .array(z.strictObject({ name: z.string(), because: z.enum(["replaced", "disk recreated"]) }))
    .describe("Guests that go down without a turn."),
  behind: names.describe("Guests that change without a restart, after a step: groups order all changes."),
  text: z.string().describe("In words."),
};

export const rolloutSchema = z.strictObject(rolloutFields);

export type ReviewedRollout = z.infer<typeof rolloutSchema>;
