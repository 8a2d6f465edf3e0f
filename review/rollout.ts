import { isRegistryProvider } from "../model/registry-provider.ts";
import type { Plan } from "../engine/plan.ts";
import { isRecord, recordOf } from "../model/records.ts";
import { type RolloutSettings, rolloutSettings } from "../model/rollout.ts";
import type { Values } from "../model/values.ts";
import type { Judged } from "./judge.ts";
import { orderIn } from "./order.ts";
import type { ReviewedRollout } from "./rollout-schema.ts";
import type { Effect } from "./schema.ts";
import { rolloutWords } from "./words/rollout.ts";

/** Whether a plan is made with the registry's provider, which has no rollout. */
export const isOfRegistry = ({ resourceChanges }: Plan): boolean =>
  resourceChanges.some(({ provider_name: name }) => isRegistryProvider(name));

/**
 * How the running guests that a plan restarts take turns. Undefined if there are none or they take none.
 *
 * @param parallelism how many things apply does at once, if that is known
 */
export function rolloutOf(plan: Plan, judged: readonly Judged[], parallelism = Infinity): ReviewedRollout | undefined {
  const settings = isOfRegistry(plan) ? undefined : settingsIn(plan);
  if (settings === undefined) return undefined;
  const guests = judged.filter(({ subject }) => subject.resource.type === "libvirt_domain");
  const restarted = guests.filter((one) => goesDownBy("restart", one));
  if (restarted.length === 0) return undefined;
  const inTurns = restarted.filter((one) => !losesDisk(one));
  const earlier = orderIn(plan, inTurns.map(addressOf));
  const { atOnce, wait, timeout, abortAfter } = settings;
  const rollout = {
    atOnce: Math.min(atOnce, parallelism),
    wait: typeof wait === "object" ? ("command" as const) : wait,
    timeout,
    abortAfter,
    steps: stepsOf(inTurns, earlier).map((step) => step.map(nameOf)),
    aside: [
      ...restarted.filter(losesDisk).map((one) => ({ name: nameOf(one), because: "disk recreated" as const })),
      ...guests.filter((one) => goesDownBy("replace", one)).map((one) => ({ name: nameOf(one), because: "replaced" as const })),
    ],
    behind: guests.filter((one) => QUIET.has(one.effect) && earlier(addressOf(one)) !== 0n).map(nameOf),
  };
  return { ...rollout, text: rolloutWords(rollout) };
}

const QUIET: ReadonlySet<Effect> = new Set(["create", "start", "live", "stop", "update"]);

const nameOf = ({ subject }: Judged): string => subject.name;

const addressOf = ({ subject: { resource } }: Judged): string =>
  `${resource.module_address === undefined ? "" : `${resource.module_address}.`}${resource.type}.${resource.name}`;

const goesDownBy = (effect: Effect, judged: Judged): boolean =>
  judged.effect === effect && judged.findings.some((one) => one.kind === "interruption" && one.down === true);

/** It is shut down before its disk's volume is deleted, whoever's turn it is. */
const losesDisk = ({ phrases }: Judged): boolean => phrases.some(({ kind }) => kind === "recreated");

const NUMBERS = ["at_once", "timeout", "abort_after"];

/** What the provider's block says; undefined if it has no rollout, or its numbers come from elsewhere. */
function settingsIn({ configuration }: Plan): RolloutSettings | undefined {
  const blocks = Object.values(recordOf(configuration["provider_config"]))
    .map(recordOf)
    .filter(({ name }) => name === "libvirt");
  const [block, ...others] = blocks;
  if (block === undefined || others.length > 0) return undefined; // a plan's guests do not say of which block they are
  const written = recordOf(recordOf(block["expressions"])["rollout"])["constant_value"];
  if (!isRecord(written)) return undefined;
  const rollout = Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name, NUMBERS.includes(name) ? numeric(value) : value]),
  );
  return NUMBERS.some((name) => typeof rollout[name] === "string") ? undefined : rolloutSettings({ rollout: rollout as Values });
}

/** An engine takes digits for a number. */
const numeric = (value: unknown): unknown => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value);

/** As many steps as the engine keeps apart: each guest of a step comes after all those of the steps before. */
function stepsOf(guests: readonly Judged[], earlier: (address: string) => bigint): Judged[][] {
  const ranked = guests.map((one, index) => ({ one, bit: 1n << BigInt(index), before: earlier(addressOf(one)) }));
  const sorted = ranked.toSorted((a, b) => ones(a.before) - ones(b.before));
  const common: bigint[] = [];
  for (const { before } of sorted.toReversed()) common.unshift(before & (common[0] ?? before));
  const steps: Judged[][] = [];
  let done = 0n;
  for (const [index, { one, bit }] of sorted.entries()) {
    const isNext = index === 0 || ((common[index] ?? 0n) & done) === done;
    if (isNext) steps.push([one]);
    else steps.at(-1)?.push(one);
    done |= bit;
  }
  return steps;
}

const ones = (set: bigint): number => set.toString(2).replaceAll("0", "").length;
