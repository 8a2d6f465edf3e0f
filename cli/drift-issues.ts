import { type Drift, driftMarkdown, type HealedStack } from "../drift/index.ts";
import { type Forge, type StickyIssue, stickIssues } from "../forge/index.ts";
import { printable } from "./print.ts";
import type { Terminal } from "./terminal.ts";

const LABEL = { name: "cdkvm-drift", color: "fbca04", description: "A host differs from what was applied" };

/** One issue for each stack with drift. What was not checked keeps its issue: nobody knows whether the drift is gone. */
export async function driftIssues(
  terminal: Terminal,
  forge: Forge,
  { stacks, hosts }: Drift,
  healed: readonly HealedStack[],
): Promise<void> {
  const wanted = stacks.flatMap((one): StickyIssue[] => {
    const on = hosts.filter((host) => host.stacks.includes(one.stack));
    if (one.error !== undefined || on.some(({ error }) => error !== undefined)) return [];
    const gone = new Set(healed.find(({ stack }) => stack === one.stack)?.healed);
    const text = driftMarkdown({ ...one, changed: (one.changed ?? []).filter(({ address }) => !gone.has(address)) }, on);
    return [
      {
        name: `drift of ${one.stack}`,
        title: printable(`Drift of ${one.stack}`, false),
        text: text === undefined ? undefined : printable(text, false),
        over: "The drift is gone.",
      },
    ];
  });
  const done = await stickIssues(forge, LABEL, wanted);
  for (const [index, { title }] of wanted.entries()) if (done[index] !== "none") terminal.say(`issue "${title}" ${done[index]}`);
}
