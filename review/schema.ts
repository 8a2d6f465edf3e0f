import { z } from "zod";
import { openJsonSchema } from "../model/open-schema.ts";
import { policySchema } from "./policy-schema.ts";
import { rolloutSchema } from "./rollout-schema.ts";

/**
 * The review as data. Within `formatVersion` 1, fields are only added; texts are for humans and their wording may change in
 * any version. It contains no secrets: such values read `(sensitive)`, unknown ones `(known after apply)`.
 */
const scalar = z.union([z.null(), z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))]);

/** The most dangerous first. */
export const effects = ["replace", "delete", "restart", "stop", "update", "start", "live", "create", "recorded", "forget", "none"] as const;

const attribute = z.strictObject({
  path: z.string().describe("Place of the attribute: `devices.disks[vda].driver.cache`."),
  before: scalar,
  after: scalar,
  change: z.enum(["live", "restart", "replace", "none"]).optional().describe("The effect of changing it; absent if no table has it."),
  sensitive: z.literal(true).optional().describe("The values are hidden."),
  unknown: z.literal(true).optional().describe("`after` is known only after apply."),
  text: z.literal(true).optional().describe("Several lines: best shown as a diff."),
  changes: z.array(z.string()).optional().describe("What changed in a hidden text, in words: `user added: ops2, sudo: all`."),
});

const names = z.array(z.string());
const removal = z.enum(["delete", "replace"]);
const worded = {
  text: z.string().describe("In words, with what follows."),
  consequence: z.string().optional().describe("What follows, in words: `its data is lost`, `it is running`."),
};
/** Beyond the state's own guests. */
export const usedBy = z
  .strictObject({ object: z.string(), users: z.string() })
  .optional()
  .describe("Who else uses it, outside this state: `network lan`, `web9 (interface, it runs)`.");

const dataLoss = z.strictObject({
  kind: z.literal("data-loss"),
  ...worded,
  effect: removal,
  lost: names.describe("`data`, `storage`, `TPM state`, `UEFI variables`."),
  size: z.string().optional().describe("Of a volume."),
  disks: names.describe("The disks that a volume is: `disk vda of web1`."),
  overlays: names.describe("Volumes on top of it that become unreadable."),
  usedBy,
});

const interruption = z.strictObject({
  kind: z.literal("interruption"),
  ...worded,
  effect: z.enum(["restart", "stop", "delete", "replace"]),
  causes: z
    .array(z.strictObject({ name: z.string(), before: z.string().optional(), after: z.string().optional() }))
    .describe("What requires a restart: `memory`, `disk vda cache`."),
  running: z.literal(true).optional().describe("A guest that is running."),
  down: z.literal(true).optional().describe("A guest that is not known to be off: it goes down."),
  keeps: names.describe("What stays of it: `storage`."),
  guests: names.describe("Guests without network meanwhile."),
});

const networkLoss = z.strictObject({
  kind: z.literal("network-loss"),
  ...worded,
  networks: names.describe("`network lan`, `bridge br0`."),
  guests: names.optional().describe("Running guests that lose it; absent if the guest itself is what changes."),
  isolated: z.literal(true).optional().describe("The guest has no other network."),
  usedBy,
});

const finding = z.discriminatedUnion("kind", [dataLoss, interruption, networkLoss]);

const change = z.strictObject({
  address: z.string().describe("Terraform's address."),
  type: z.string().describe("Terraform's resource type."),
  name: z.string().describe("The name of the guest, volume or network."),
  noun: z.string().describe("`guest`, `volume`, `pool`, `network`, `cloud-init disk`; else the resource type."),
  effect: z
    .enum(effects)
    .describe(
      "What happens to it. `recorded`: only the state changes; `update`: the effect is unknown, no table has it; `none`: it is moved or imported.",
    ),
  movedFrom: z.string().optional().describe("Its address before a rename."),
  imported: z.string().optional().describe("The id it is imported by."),
  destroysData: z.string().optional().describe("What data is lost, in words; absent if none is."),
  interrupts: z.string().optional().describe("What stops meanwhile, in words; absent if nothing does."),
  losesNetwork: z.string().optional().describe("Which running guest loses which network, in words."),
  consequences: z
    .array(z.string())
    .optional()
    .describe("What follows for data and for others, each once: `its data is lost`, `it is running`."),
  findings: z.array(finding).describe("The same losses and interruptions as data, the most dangerous first."),
  sentences: z.array(z.string()).describe("The change in plain words."),
  reasons: z.array(z.string()).describe("Why it is replaced or deleted; or what the registry provider makes of its update."),
  disposable: z.literal(true).optional().describe("The configuration alone recreates it: a cloud-init disk, its copy in a pool."),
  drifted: z.literal(true).optional().describe("It was changed outside cdkvm, and the plan corrects it."),
  attributes: z.array(attribute),
});

const drift = z.strictObject({
  address: z.string(),
  type: z.string(),
  name: z.string(),
  noun: z.string(),
  gone: z.literal(true).optional().describe("It does not exist any more."),
  healed: z.boolean().describe("The plan corrects it."),
  sentences: z.array(z.string()),
  attributes: z.array(attribute),
});

const output = z.strictObject({
  name: z.string(),
  action: z.enum(["create", "update", "delete"]),
  before: scalar,
  after: scalar,
  sensitive: z.literal(true).optional(),
  unknown: z.literal(true).optional(),
});

const count = z.int().min(0);

export const reviewSchema = z.strictObject({
  formatVersion: z.literal(1),
  engineVersion: z.string(),
  hasChanges: z.boolean().describe("Whether apply has anything to do."),
  errored: z.boolean().describe("The plan ended in an error, so the review is incomplete."),
  counts: z.strictObject({
    create: count,
    live: count.describe("Updated without an interruption, starts included."),
    restart: count,
    stop: count,
    replace: count,
    delete: count,
    update: count.describe("Updated; no table says whether that interrupts anything."),
    recorded: count.describe("Only the state changes."),
    moved: count,
    imported: count,
    forgotten: count,
    drifted: count.describe("Changed outside cdkvm."),
    healed: count.describe("Of these, corrected by this plan."),
    unchanged: count,
  }),
  changes: z.array(change).describe("The most dangerous first."),
  warnings: z.array(z.string()).describe("About the plan as a whole: several guests that go down."),
  rollout: rolloutSchema.optional().describe("How running guests restart in turns; absent if none restarts, or without a rollout."),
  drift: z.array(drift),
  outputs: z.array(output),
  policy: policySchema.optional().describe("What the policy says about it; absent if none applies."),
});

export type Effect = (typeof effects)[number];
export type Review = z.infer<typeof reviewSchema>;
export type ReviewedChange = z.infer<typeof change>;
export type ReviewedFinding = z.infer<typeof finding>;
type Unworded<T> = T extends unknown ? Omit<T, keyof typeof worded> : never;
/** What a change destroys, interrupts or cuts off; words/findings.ts words it. */
export type Finding = Unworded<ReviewedFinding>;
export type ReviewedAttribute = z.infer<typeof attribute>;
export type ReviewedDrift = z.infer<typeof drift>;
export type ReviewedOutput = z.infer<typeof output>;
export const reviewedAttributeSchema = attribute;

/** JSON Schema (draft 2020-12) of what `cdkvm review --json` prints. */
export const reviewJsonSchema = (): Record<string, unknown> => openJsonSchema(reviewSchema, "cdkvm review of one plan");
