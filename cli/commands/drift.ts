import { defineCommand } from "citty";
import { type Drift, driftCounts, type DriftOfHost } from "../../drift/index.ts";
import { type CheckedStack, driftOfStacks } from "../drift-of-stacks.ts";
import { CHANGES, DONE, FAILED } from "../exit.ts";
import { driftIssues } from "../drift-issues.ts";
import { forgeOf, forgeOptions } from "../forge-options.ts";
import { heal } from "../heal.ts";
import { positive, seconds, shared } from "../options.ts";
import { printData } from "../print.ts";
import { openSession } from "../session.ts";
import { showDrift } from "../show-drift.ts";
import { StackRun } from "../stack-run.ts";
import { autoApproveWithoutHeal } from "../usage-errors.ts";

/** What no state has on a stack's hosts, apart from what is usual. */
const unmanagedOn = (hosts: readonly DriftOfHost[], stack: string): number =>
  hosts
    .filter(({ stacks }) => stacks.includes(stack))
    .reduce((sum, { unmanaged = [] }) => sum + unmanaged.filter((one) => !one.usual).length, 0);

export default defineCommand({
  meta: { name: "drift", description: "Show what was changed outside cdkvm, what is not yet applied, and what no state has" },
  args: {
    stacks: shared.stacks,
    app: shared.app,
    stack: shared.stack,
    output: shared.output,
    heal: { type: "boolean", description: "Correct what can be corrected while everything runs; nothing restarts" },
    "auto-approve": shared["auto-approve"],
    issues: { type: "boolean", description: "Open, update or close an issue for each stack on the forge" },
    ...forgeOptions,
    parallelism: shared.parallelism,
    "lock-timeout": shared["lock-timeout"],
    json: shared.json,
    "detailed-exitcode": { type: "boolean", description: "Exit with 2 if there is drift, or something unmanaged" },
    untrusted: shared.untrusted,
    color: shared.color,
  },
  async run({ args }) {
    if (args["auto-approve"] && !args.heal) throw autoApproveWithoutHeal();
    const options = { parallelism: positive("parallelism", args.parallelism), lockTimeout: seconds("lock-timeout", args["lock-timeout"]) };
    const forge = args.issues ? forgeOf(args).forge : undefined; // before anything takes long
    const session = await openSession(args);
    const { terminal, stacks } = session;
    const run = new StackRun<CheckedStack>(terminal, stacks, { command: "drift", json: args.json === true });
    const hosts = await driftOfStacks(session, run, options);
    const drift: Drift = { formatVersion: 1, stacks: run.data((one) => one.drift), hosts: [...hosts] };
    if (!args.json) showDrift(terminal, drift);
    const checked = run.values();
    const healed = args.heal ? await heal(terminal, run, checked, { ...options, approve: args["auto-approve"] === true }) : undefined;
    if (forge) await driftIssues(terminal, forge, drift, healed ?? []);
    const data: Drift = healed === undefined ? drift : { ...drift, heal: [...healed] };
    if (args.json) printData(data);
    const healedIn = (name: string): number => healed?.find((one) => one.stack === name)?.healed.length ?? 0;
    const code = run.end(
      args.json
        ? undefined
        : ({ plan: { stack }, drift: { changed, pending } }) =>
            driftCounts({
              changed: changed.length,
              healed: healedIn(stack.name),
              pending: pending.length,
              unmanaged: unmanagedOn(hosts, stack.name),
            }),
    );
    const isDeclined = args.heal === true && healed === undefined;
    if (isDeclined) terminal.say("Nothing was changed.");
    if (code !== DONE || isDeclined || hosts.some(({ error }) => error !== undefined)) return FAILED;
    const gone = (healed ?? []).reduce((sum, one) => sum + one.healed.length, 0);
    const left = checked.reduce((sum, one) => sum + one.drift.changed.length, 0) - gone;
    const unmanaged = hosts.some((host) => (host.unmanaged ?? []).some(({ usual }) => !usual));
    return args["detailed-exitcode"] && (left > 0 || unmanaged) ? CHANGES : DONE;
  },
});
