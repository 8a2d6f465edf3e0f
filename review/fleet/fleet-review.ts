import type { Plan } from "../../engine/plan.ts";
import type { HostFacts } from "../../model/host-facts.ts";
import { downAtOnce } from "../at-once.ts";
import { withoutSecrets } from "../configuration.ts";
import { type JudgedPlan, judgePlan, type ReviewOptions } from "../judge.ts";
import { registryUpdate } from "../registry.ts";
import { reviewOf } from "../review.ts";
import { isOfRegistry } from "../rollout.ts";
import { capacityOf } from "./capacity.ts";
import { fullPoolsOf, poolCapacityOf } from "./pool-capacity.ts";
import { downOf } from "./down.ts";
import { groupsOf } from "./groups.ts";
import { linesOf } from "./lines.ts";
import { networkLossesOf } from "./networks.ts";
import { renamesOf } from "./renames.ts";
import type { FleetReview } from "./schema.ts";
import type { StackPlan } from "./stack-plan.ts";
import { topologyOf } from "./topology/topology.ts";
import type { WriteXml } from "./xml-diff.ts";

/** What a fleet's review is made of. */
export interface FleetPart extends ReviewOptions {
  readonly stack: string;
  /** The hosts' URIs. @default those of the plan's provider blocks */
  readonly hosts?: readonly string[];
  readonly plan: Plan;
  /** The stacks that are applied before it. @default none */
  readonly dependencies?: readonly string[] | undefined;
  /** The plan as these options judge it. @default it is judged here */
  readonly judged?: JudgedPlan;
}

export interface FleetReviewOptions extends Partial<Pick<FleetReview, "title" | "made">> {
  /** What each host has, by its URI. @default not known */
  readonly hosts?: Readonly<Record<string, HostFacts>>;
  /** Stacks that have no plan. */
  readonly missing?: readonly string[];
  /** Shows how the libvirt XML of guests changes. @default it is not shown */
  readonly writeXml?: WriteXml;
}

/** One document about several stacks: what is lost and what goes down, then all changes by cause. Contacts no host. */
export function fleetReview(parts: readonly FleetPart[], options: FleetReviewOptions = {}): FleetReview {
  const stacks = parts.map(stackPlanOf);
  const groups = groupsOf(stacks.flatMap(linesOf), options.writeXml);
  const down = downOf(groups);
  const { title, made, hosts = {}, missing = [] } = options;
  const result: FleetReview = {
    formatVersion: 1,
    kind: "fleet",
    ...(title !== undefined && { title }),
    ...(made !== undefined && { made }),
    hasChanges: stacks.some(({ review }) => review.hasChanges),
    stacks: stacks.map(({ name, hosts, provider, review }) => ({ name, hosts: [...hosts], provider, review })),
    counts: summed(stacks),
    byHost: hostsOf(stacks).map((host) => {
      const here = stacks.filter(({ hosts }) => hosts.includes(host));
      return { host, stacks: here.map(({ name }) => name), counts: summed(here) };
    }),
    losses: stacks.flatMap(lossesOf),
    down,
    atOnce: downAtOnce(stacks),
    rollouts: stacks.flatMap(({ name: stack, hosts, review: { rollout } }) =>
      rollout === undefined ? [] : [{ stack, hosts: [...hosts], ...rollout, text: `${stack}: ${rollout.text}` }],
    ),
    networkLosses: stacks.flatMap(networkLossesOf),
    capacity: [...capacityOf(stacks, hosts), ...poolCapacityOf(stacks, hosts)],
    failures: [
      ...missing.map((stack) => ({ stack, hosts: [], text: `${stack}: has no plan, so the others are not applied either` })),
      ...stacks.flatMap(failuresOf),
      ...fullPoolsOf(stacks, hosts),
    ],
    renames: renamesOf(stacks),
    groups: groups.map(({ data }) => data),
    topology: topologyOf(stacks),
  };
  return stacks.reduce((hidden, { judged }) => withoutSecrets(judged.secrets, hidden), result);
}

function stackPlanOf({ stack, hosts, plan, judged: known, dependencies = [], ...options }: FleetPart): StackPlan {
  const judged = known ?? judgePlan(plan, options);
  return {
    name: stack,
    hosts: hosts ?? urisOf(plan),
    dependencies,
    provider: isOfRegistry(plan) ? "registry" : "embedded",
    judged,
    review: reviewOf(plan, judged, options),
  };
}

/** The URIs of the plan's provider blocks, if they are constants. */
function urisOf({ configuration }: Plan): readonly string[] {
  const configs = Object.values(
    (configuration["provider_config"] ?? {}) as Record<string, { expressions?: Record<string, { constant_value?: unknown }> }>,
  );
  const uris = configs.map(({ expressions }) => expressions?.["uri"]?.constant_value);
  return [...new Set(uris.filter((uri) => typeof uri === "string"))];
}

const hostsOf = (stacks: readonly StackPlan[]): readonly string[] => [...new Set(stacks.flatMap(({ hosts }) => hosts))];

function summed(stacks: readonly StackPlan[]): FleetReview["counts"] {
  const [first, ...others] = stacks.map(({ review }) => review.counts);
  if (first === undefined) throw new Error("a fleet's review needs a plan");
  const names = Object.keys(first) as (keyof FleetReview["counts"])[];
  return others.reduce(
    (sum, one) => Object.fromEntries(names.map((name) => [name, sum[name] + one[name]])) as FleetReview["counts"],
    first,
  );
}

const lossesOf = ({ name: stack, hosts, review }: StackPlan): FleetReview["losses"] =>
  review.changes.flatMap(({ findings, noun, name, address }) =>
    findings.flatMap((one) =>
      one.kind === "data-loss"
        ? [
            {
              stack,
              hosts: [...hosts],
              noun,
              name,
              address,
              effect: one.effect,
              lost: one.lost,
              ...(one.size && { size: one.size }),
              ...(one.overlays.length > 0 && { overlays: one.overlays }),
              ...(one.usedBy && { usedBy: one.usedBy }),
              text: `${stack}: ${one.text}`,
            },
          ]
        : [],
    ),
  );

/** What the registry provider refuses, and plans that have failed already. */
function failuresOf({ name: stack, hosts, judged, review }: StackPlan): FleetReview["failures"] {
  const where = { stack, hosts: [...hosts] };
  const partial = review.errored ? [{ ...where, text: `${stack}: the plan ended in an error, so this review is incomplete` }] : [];
  const refused = judged.changes.filter(({ subject }) => registryUpdate(subject) === "fails");
  return [
    ...partial,
    ...refused.map(({ kind, subject: { resource, name } }) => ({
      ...where,
      address: resource.address,
      name,
      text: `${stack}: ${kind.noun} ${name} cannot be updated: the registry provider fails at apply`,
    })),
  ];
}
