import { z } from "zod";
import { hostFacts } from "../model/host-facts.ts";

/** The version of {@link manifestSchema}: it only ever adds fields. */
export const FORMAT_VERSION = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A plan's file, in the manifest's own folder. */
const file = z
  .string()
  .regex(/^[^/\\]+\.tfplan$/)
  .meta({ description: "The saved plan, in the manifest's folder." });
const count = z.int().min(0);

export const stateMark = z
  .object({ lineage: z.string(), serial: count })
  .nullable()
  .meta({ description: "The state that the plan was made from; null if there was none." });

const plannedStack = z.object({
  name: z.string(),
  file,
  sha256: sha256.meta({ description: "Of the saved plan." }),
  hosts: z.array(z.string()).meta({ description: "The libvirt URIs of its hosts." }),
  engine: z.object({ kind: z.enum(["tofu", "terraform"]), version: z.string() }),
  provider: z
    .object({ kind: z.enum(["embedded", "registry"]), version: z.string() })
    .nullable()
    .meta({ description: "The libvirt provider; null for a stack without one." }),
  schema: z
    .union([z.literal("full"), sha256])
    .meta({ description: "The provider's attributes that the plan was made with: all, or a set's digest." }),
  configuration: sha256.meta({ description: "Of the synthesized configuration, its keys sorted, without CDKTF's comments." }),
  state: stateMark,
  dependencies: z.array(z.string()).meta({ description: "The stacks that come before it; when everything is destroyed, after it." }),
  changes: z.boolean().meta({ description: "Whether applying the plan changes anything." }),
  targets: z
    .array(z.string())
    .optional()
    .meta({ description: "The addresses that the plan is limited to. Default: none, the plan is of all." }),
});

export const manifestSchema = z
  .object({
    formatVersion: z.literal(FORMAT_VERSION),
    id: z.uuid().meta({ description: "Of the run of `cdkvm plan`." }),
    cdkvm: z.string().meta({ description: "The version of cdkvm." }),
    by: z.string().meta({ description: "Who planned: user@host." }),
    at: z.iso.datetime().meta({ description: "When." }),
    git: z
      .object({ commit: z.string(), dirty: z.boolean().meta({ description: "Whether tracked files differed from the commit." }) })
      .optional()
      .meta({ description: "Absent outside a git repository." }),
    mode: z.enum(["apply", "destroy", "refresh-only"]),
    parallelism: z.int().min(1).optional().meta({ description: "Resources at once, per stack. Default: the engine's own." }),
    lockTimeout: count.meta({ description: "Seconds to wait for a locked state." }),
    stacks: z.array(plannedStack),
    missing: z.array(z.object({ name: z.string(), file })).meta({
      description: "The stacks that have no plan, because theirs failed or the run was interrupted. Such a folder is not applied.",
    }),
    hosts: z.record(z.string(), hostFacts).meta({ description: "What the hosts have, by URI; without those that could not be asked." }),
  })
  .meta({ title: "cdkvm plan folder", description: "manifest.json in a folder that `cdkvm plan --out FOLDER/` writes." });

export type PlanManifest = z.output<typeof manifestSchema>;
export type PlannedStackEntry = z.output<typeof plannedStack>;
export type StateMarkEntry = z.output<typeof stateMark>;

/** JSON Schema (2020-12) of the manifest. */
export const manifestJsonSchema = (): Record<string, unknown> => z.toJSONSchema(manifestSchema, { io: "input", target: "draft-2020-12" });
