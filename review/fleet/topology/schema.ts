import { z } from "zod";
import { effects } from "../../schema.ts";

const names = z.array(z.string());

const node = z.strictObject({
  id: z.string(),
  kind: z.enum(["guest", "network", "bridge", "interface", "pool"]).describe("`interface`: a network interface of the host."),
  place: z.string().describe("The host's URI; of a plan without one, the stack's name."),
  stacks: names.describe("Empty for what no plan manages."),
  names: names.min(1).describe("Guests that are connected and changed alike stand in one node."),
  effect: z.enum(effects).optional().describe("Absent if it does not change."),
});

const link = z.strictObject({
  from: z.string(),
  to: z.string(),
  change: z.enum(["added", "removed"]).optional(),
});

const reach = z.strictObject({
  place: z.string(),
  kind: z.enum(["network", "pool"]),
  name: z.string(),
  effect: z.enum(effects),
  guests: names.min(1).describe("Guests that are on it before the plan."),
  text: z.string().describe("In words."),
});

/** What hangs on what: guests, and the networks and pools of their hosts. */
export const topologySchema = z.strictObject({
  nodes: z.array(node),
  links: z.array(link),
  reach: z.array(reach).describe("The guests on each network and pool that changes."),
});

export type Topology = z.infer<typeof topologySchema>;
export type TopologyNode = z.infer<typeof node>;
export type TopologyLink = z.infer<typeof link>;
