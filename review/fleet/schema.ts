import { z } from "zod";
import { openJsonSchema } from "../../model/open-schema.ts";
import { policySchema } from "../policy-schema.ts";
import { rolloutFields } from "../rollout-schema.ts";
import { effects, reviewSchema, usedBy } from "../schema.ts";
import { topologySchema } from "./topology/schema.ts";

/**
 * The review of a fleet as data: several stacks in one document. Within `formatVersion` 1, fields are only added; each `text` is for
 * people, and its wording may change in any version. It contains no secrets.
 */
const names = z.array(z.string());
const count = z.int().min(0);
const text = z.string().describe("In words.");
const where = { stack: z.string(), hosts: names.describe("The stack's hosts, by their URIs.") };

const member = z.strictObject({ ...where, address: z.string().describe("Terraform's address."), name: z.string() });

const group = z.strictObject({
  effect: z.enum(effects),
  noun: z.string().describe("`guest`, `volume`, `pool`, `network`, `cloud-init disk`; else the resource type."),
  causes: z
    .array(z.strictObject({ name: z.string(), before: z.string().optional(), after: z.string().optional() }))
    .describe("What changes: `memory`, `disk vda cache`. Of several, marks such as `<name>` stand for what is each one's own."),
  reasons: names.describe("Why they are replaced or deleted."),
  members: z.array(member).min(1),
  parts: z.array(member).describe("What belongs to them: the volumes and the cloud-init disk of a new guest."),
  xml: z.string().optional().describe("How the libvirt XML of the first member changes, as a unified diff."),
  sentence: z.string().describe("In words, without the stacks' names."),
  text,
});

const loss = z.strictObject({
  ...where,
  noun: z.string(),
  name: z.string(),
  address: z.string(),
  effect: z.enum(["delete", "replace"]),
  lost: names.describe("`data`, `storage`, `TPM state`, `UEFI variables`."),
  size: z.string().optional(),
  overlays: names.optional().describe("Volumes on top of it that become unreadable."),
  usedBy,
  text,
});

const down = z.strictObject({
  how: z.enum(["restart", "stop", "delete", "replace"]),
  guests: z.array(member).min(1),
  seconds: z
    .int()
    .min(0)
    .optional()
    .describe("How long a guest may take to shut down before it is turned off; absent if it is turned off at once, or that is not known."),
  causes: group.shape.causes,
  text,
});

const rollout = z.strictObject({ ...where, ...rolloutFields });

const networkLoss = z.strictObject({
  ...where,
  networks: names.describe("`network lan`, `bridge br0`."),
  guests: names.describe("Running guests that lose it."),
  kind: z.enum(["cut off", "lease"]).describe("`lease`: they lose their address when their DHCP lease ends."),
  text,
});

const capacity = z.strictObject({
  host: z.string(),
  resource: z.enum(["memory", "CPUs", "disk"]),
  pools: names.optional().describe("Of `disk`: the pool; several if they seem to be on one filesystem."),
  has: z.number().describe("Bytes of memory or of the pool, or the number of CPUs."),
  free: z.number().optional().describe("Of `disk`: bytes free when the plan was made."),
  before: z
    .number()
    .describe("Asked for by the host's guests, running or not, before the plan. Of `disk`: what the pool's volumes may grow to."),
  after: z.number(),
  over: z.boolean().describe("The plan asks for more than the host has, and for more than before."),
  text,
});

const failure = z.strictObject({
  ...where,
  address: z.string().optional(),
  name: z.string().optional().describe("The name of the volume or pool."),
  text,
});

const rename = z.strictObject({
  kind: z.enum(["renamed", "moved"]).describe("`moved`: to another stack; its disks do not follow."),
  noun: z.string(),
  from: member,
  to: member,
  text,
});

export const fleetReviewSchema = z.strictObject({
  formatVersion: z.literal(1),
  kind: z.literal("fleet"),
  title: z.string().optional(),
  made: z
    .strictObject({
      commit: z.string().optional(),
      dirty: z.boolean().optional(),
      at: z.string().optional().describe("ISO 8601."),
      by: z.string().optional(),
      cdkvm: z.string().optional(),
    })
    .optional()
    .describe("When and from what the plans were made."),
  hasChanges: z.boolean(),
  stacks: z.array(z.strictObject({ name: z.string(), hosts: names, provider: z.enum(["embedded", "registry"]), review: reviewSchema })),
  counts: reviewSchema.shape.counts.describe("Of all stacks."),
  byHost: z.array(z.strictObject({ host: z.string(), stacks: names, counts: reviewSchema.shape.counts })),
  losses: z.array(loss),
  down: z.array(down),
  atOnce: count.describe(
    "Guests that one apply has down, possibly at the same time: those of a rollout until they are back, failures aside.",
  ),
  rollouts: z.array(rollout).describe("How running guests restart in turns; of stacks that have a rollout and restart any."),
  networkLosses: z.array(networkLoss),
  capacity: z.array(capacity).describe("Only hosts whose size is known, and pools with volumes that change."),
  failures: z.array(failure).describe("What will fail at apply, or has failed."),
  renames: z.array(rename),
  policy: policySchema.optional().describe("What the policy says; absent without one."),
  groups: z.array(group).describe("All changes, those with the same effect and cause together; the most dangerous first."),
  topology: topologySchema.optional().describe("What hangs on what."),
});

export type FleetReview = z.infer<typeof fleetReviewSchema>;
export type FleetGroup = z.infer<typeof group>;
export type FleetMember = z.infer<typeof member>;

/** JSON Schema (draft 2020-12) of what `cdkvm review FOLDER --json` prints. */
export const fleetReviewJsonSchema = (): Record<string, unknown> => openJsonSchema(fleetReviewSchema, "cdkvm review of a plan folder");
