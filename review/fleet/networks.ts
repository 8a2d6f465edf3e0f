import type { Judged } from "../judge.ts";
import { registryUpdate } from "../registry.ts";
import { treesAt } from "../tree.ts";
import { runs } from "../subject.ts";
import { foldNames } from "./fold.ts";
import type { FleetReview } from "./schema.ts";
import type { StackPlan } from "./stack-plan.ts";

type NetworkLoss = FleetReview["networkLosses"][number];

/** The running guests that lose a network, or their address on it. */
export function networkLossesOf(stack: StackPlan): NetworkLoss[] {
  const { changes } = stack.judged;
  const where = { stack: stack.name, hosts: [...stack.hosts] };
  const cutOff = stack.review.changes.flatMap(({ findings, name }) =>
    findings.flatMap((one): NetworkLoss[] =>
      one.kind === "network-loss"
        ? [{ ...where, kind: "cut off", networks: one.networks, guests: one.guests ?? [name], text: `${stack.name}: ${one.text}` }]
        : [],
    ),
  );
  const leases = changes.filter(losesDhcp).flatMap((network): NetworkLoss[] => {
    const guests = stack.judged.around
      .guestsIn(network.subject)
      .filter((guest) => runs(guest.before) !== false && runs(guest.after) !== false);
    const names = guests.filter(({ action }) => action !== "delete").map(({ name }) => name);
    if (names.length === 0) return [];
    const text = `${stack.name}: ${foldNames(names)} ${names.length > 1 ? "lose their addresses" : "loses its address"} when the DHCP lease ends: network ${network.subject.name} gives out no more`;
    return [{ ...where, kind: "lease", networks: [`network ${network.subject.name}`], guests: names, text }];
  });
  return [...cutOff, ...leases];
}

/** Whether a network stays and stops giving out addresses. */
function losesDhcp({ subject, effect }: Judged): boolean {
  if (
    subject.resource.type !== "libvirt_network" ||
    subject.action !== "update" ||
    effect === "delete" ||
    registryUpdate(subject) !== undefined
  )
    return false;
  const has = (side: typeof subject.before): boolean => treesAt(side, "ips").some((ip) => ip["dhcp"] !== null && ip["dhcp"] !== undefined);
  return has(subject.before) && !has(subject.after);
}
