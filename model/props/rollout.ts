import { z } from "zod";
import { duration } from "./shared.ts";

const guests = z
  .string()
  .min(1)
  .meta({ description: "A guest's name, or a pattern with * and ?.", examples: ["web1", "web-*"] });

export const rolloutProps = z
  .strictObject({
    groups: z
      .array(z.union([guests, z.array(guests).min(1)]))
      .min(1)
      .optional()
      .meta({ description: "Guests in the order in which they change; those that no group names come last. Default: all in one group." }),
    atOnce: z.int().min(1).optional().meta({ description: "Guests that restart at the same time. Default: 1." }),
    wait: z
      .union([
        z.enum(["agent", "ip"]),
        z.strictObject({
          command: z.string().min(1).meta({
            description: "A shell command on the machine that applies, run until it exits with 0. CDKVM_GUEST and CDKVM_HOST say for whom.",
          }),
        }),
      ])
      .optional()
      .meta({
        description:
          "What shows that a restarted guest is back: its guest agent answers, it has an address, or a command succeeds. Default: agent.",
      }),
    timeout: duration("How long a guest may take to come back. Default: 5 min.").optional(),
    abortAfter: z.int().min(1).optional().meta({ description: "Failures after which no further guest restarts. Default: 1." }),
  })
  .meta({
    id: "Rollout",
    description: "Guests that an apply restarts take turns. Embedded provider only. Default: they restart side by side.",
  });
