import { parsePlan, type Plan } from "../engine/index.ts";
import type { JsonRecord } from "../model/records.ts";
import { factsOf, type StackSubject } from "../policy/index.ts";
import { review } from "../review/index.ts";
import { changesOf } from "./changes.ts";
import { movesOf, resourcesOf } from "./resources.ts";
import type { Synthesized, SynthesizedStack } from "./synth.ts";

/**
 * What apply would do, by the tables that the provider plans with: to hosts on which `before` was applied, unchanged since, and
 * whose guests run unless they are configured not to. Default: empty hosts.
 *
 * Neither an engine nor a host takes part. So it does not know what is refused (names and addresses that are taken, what the host or its
 * QEMU cannot do), what changed outside, the content of images, whether guests run on KVM, or whether a running guest has no free slot
 * for a new device; there a real plan may restart a guest where this one says live. Expressions other than plain
 * references are compared as text.
 */
export function planOf(after: Synthesized, before?: Synthesized): readonly StackSubject[] {
  const names = [...new Set([...after.stacks, ...(before?.stacks ?? [])].map(({ name }) => name))];
  return names.map((name) => {
    const named = (of: Synthesized | undefined): SynthesizedStack | undefined => of?.stacks.find((one) => one.name === name);
    const plan = planStack(named(after), named(before));
    return { stack: name, review: review(plan), facts: factsOf(plan) };
  });
}

function planStack(after: SynthesizedStack | undefined, before: SynthesizedStack | undefined): Plan {
  const moves = after === undefined ? new Map<string, string>() : movesOf(after);
  const old = new Map((before === undefined ? [] : resourcesOf(before, moves)).map((one) => [one.address, one]));
  const now = new Map((after === undefined ? [] : resourcesOf(after)).map((one) => [one.address, one]));
  const changes = changesOf(old, now);
  const configured = after ?? before;
  return parsePlan(
    JSON.stringify({
      format_version: "1.2",
      resource_changes: changes,
      planned_values: {},
      configuration: {
        provider_config: providersOf(configured),
        root_module: {
          resources: [...now.values()].map(({ address, dependsOn, written }) => ({
            address,
            depends_on: dependsOn,
            expressions: expressionsOf(written),
          })),
        },
      },
    }),
  );
}

const providersOf = (stack: SynthesizedStack | undefined): JsonRecord => {
  const { libvirt = [] } = (stack?.configuration["provider"] ?? {}) as { libvirt?: readonly JsonRecord[] };
  return Object.fromEntries(
    libvirt.map(({ alias, uri, rollout }) => [
      typeof alias === "string" ? `libvirt.${alias}` : "libvirt",
      {
        name: "libvirt",
        expressions: { uri: { constant_value: uri }, ...(rollout !== undefined && { rollout: { constant_value: rollout } }) },
      },
    ]),
  );
};

const expressionsOf = (written: JsonRecord): JsonRecord =>
  Object.fromEntries(
    Object.entries(written).map(([name, value]) => [
      name,
      JSON.stringify(value).includes("${") ? { references: ["resource"] } : { constant_value: value },
    ]),
  );
