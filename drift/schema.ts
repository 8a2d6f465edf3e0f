import { z } from "zod";
import { openJsonSchema } from "../model/open-schema.ts";
import { effects, reviewedAttributeSchema } from "../review/index.ts";

/**
 * The drift of a project as data. Within `formatVersion` 1, fields are only added; texts are for humans and their wording may
 * change in any version. It contains no secrets.
 */
const names = z.array(z.string());

/** What happened to an object. */
export const happenings = ["gone", "stopped", "started", "edited"] as const;

/** Who could have done it; only what the data supports. */
export const suspects = ["libvirt-client", "host-files", "guest", "guest-crash", "libvirtd", "host-restart", "libvirtd-restart"] as const;

const happened = z.strictObject({
  what: z.enum(happenings),
  by: z
    .array(z.enum(suspects))
    .describe(
      "Who could have done it. `libvirt-client`: virsh, virt-manager or another client; `host-files`: somebody in the host's file system; " +
        "`guest`: from inside; `libvirtd`: it turned the guest off itself; `host-restart`, `libvirtd-restart`: libvirt no longer knows.",
    ),
  reason: z.string().optional().describe("The reason that libvirt gives for a guest's state: `destroyed`, `shutdown`, `crashed`."),
});

const changed = z.strictObject({
  address: z.string().describe("Terraform's address."),
  noun: z.string().describe("`guest`, `volume`, `pool`, `network`; else the resource type."),
  name: z.string(),
  happened: z.array(happened),
  sentences: z.array(z.string()).describe("In plain words."),
  attributes: z.array(reviewedAttributeSchema).describe("`before`: as applied last; `after`: as it is now."),
  apply: z.enum(effects).describe("What apply does about it; `none`: it leaves it as it is."),
  heals: z.boolean().describe("`--heal` corrects it: apply does so while everything runs, and does nothing else to the object."),
});

const pending = z.strictObject({
  address: z.string(),
  noun: z.string(),
  name: z.string(),
  effect: z.enum(effects).describe("What apply does to it, what it corrects included."),
  sentences: z.array(z.string()).describe("In plain words; none for an object that was also changed outside cdkvm."),
  attributes: z.array(reviewedAttributeSchema),
});

const unmanaged = z.strictObject({
  kind: z.enum(["guest", "network", "pool", "volume"]),
  name: z.string(),
  pool: z.string().optional().describe("Of a volume."),
  usual: z.literal(true).optional().describe("libvirt and its tools create it: the network `default`, the pool `default`."),
});

const error = z.looseObject({ code: z.string().optional(), problem: z.string() });

const stack = z.strictObject({
  stack: z.string(),
  changed: z.array(changed).optional().describe("Changed outside cdkvm."),
  pending: z.array(pending).optional().describe("In the configuration, not yet applied."),
  error: error.optional().describe("It was not checked."),
});

const host = z.strictObject({
  uri: z.string(),
  stacks: names.describe("The stacks that are on it."),
  unmanaged: z.array(unmanaged).optional().describe("What no state of this project has."),
  error: error.optional().describe("It was not checked."),
});

const healed = z.strictObject({
  stack: z.string(),
  healed: names.describe("Addresses."),
  refused: z.array(z.strictObject({ address: z.string(), noun: z.string(), name: z.string(), why: z.string() })),
});

export const driftSchema = z.strictObject({
  formatVersion: z.literal(1),
  stacks: z.array(stack),
  hosts: z.array(host),
  heal: z.array(healed).optional().describe("With `--heal`."),
});

/** JSON Schema (draft 2020-12) of what `cdkvm drift --json` prints. */
export const driftJsonSchema = (): Record<string, unknown> => openJsonSchema(driftSchema, "cdkvm drift");

export type Drift = z.infer<typeof driftSchema>;
export type DriftOfStack = z.infer<typeof stack>;
export type DriftOfHost = z.infer<typeof host>;
export type Changed = z.infer<typeof changed>;
export type Happened = z.infer<typeof happened>;
export type Pending = z.infer<typeof pending>;
export type Suspect = (typeof suspects)[number];
export type Unmanaged = z.infer<typeof unmanaged>;
export type HealedStack = z.infer<typeof healed>;
