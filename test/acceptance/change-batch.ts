import { setTimeout as delay } from "node:timers/promises";
import { type Diagnostic, EngineError } from "../../engine/diagnostics.ts";
import type { Environment } from "../../engine/environment.ts";
import type { Plan } from "../../engine/plan.ts";
import { Libvirt } from "../../libvirt/connection.ts";
import { DomainXml } from "../../libvirt/flags.ts";
import { review, type ReviewedChange } from "../../review/index.ts";
import type { Host } from "../hosts/host.ts";
import type { Block } from "./change-cases.ts";
import { Workspace } from "./workspace.ts";

/** One resource, as it is configured before and after. */
export interface Entry {
  readonly type: string;
  readonly key: string;
  readonly before: Block;
  readonly after: Block;
}

const nameOf = ({ key }: Entry, { name }: Block): string => (typeof name === "string" ? name : key);

/** A guest as the host has it. */
export interface Facts {
  readonly uuid: string;
  readonly name: string;
  /** Of its QEMU process; empty where it does not run. */
  readonly pid: string;
  readonly live: string;
  readonly inactive: string;
  readonly autostart: boolean;
}

export interface Outcome {
  /** What went wrong at this resource, by step. */
  readonly errors: readonly string[];
  /** `no-op`, `update`, `delete-create`: of the plan right after the first apply, of the change, and of the plan after it. */
  readonly actions: readonly [first: string, change: string, last: string];
  readonly reviewed: ReviewedChange | undefined;
  readonly warnings: readonly string[];
  readonly before: Facts | undefined;
  readonly after: Facts | undefined;
  /** It was missing on the host at some moment of the second apply. */
  readonly vanished: boolean;
}

export const addressOf = ({ type, key }: Pick<Entry, "type" | "key">): string => `${type}.${key}`;

/**
 * Applies all entries as they are before, plans, changes them, plans, applies, and plans again: one stack, one engine, and
 * what became of each.
 */
export async function runBatch(
  host: Host,
  entries: readonly Entry[],
  around: Record<string, Record<string, Block>> = {},
  env: Environment = process.env,
): Promise<ReadonlyMap<string, Outcome>> {
  const work = await Workspace.open(host.uri, env);
  const problems: { step: string; diagnostic: Diagnostic }[] = [];
  const attempt = async <T>(step: string, action: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const found = error.diagnostics.filter(({ severity }) => severity === "error");
      problems.push(...found.map((diagnostic) => ({ step, diagnostic })));
      if (found.every(({ address }) => address === undefined)) throw error;
      return undefined;
    }
  };
  const write = (side: "before" | "after"): Promise<void> => {
    const resources: Record<string, Record<string, Block>> = structuredClone(around);
    for (const entry of entries) (resources[entry.type] ??= {})[entry.key] = entry[side];
    return work.write(resources);
  };
  const planned = async (step: string): Promise<{ plan: Plan | undefined; diagnostics: readonly Diagnostic[] }> => {
    const result = await attempt(step, () => work.engine.plan());
    return { plan: result && (await work.engine.show(result.file)), diagnostics: result?.diagnostics ?? [] };
  };
  const libvirt = await Libvirt.connect(host.uri);
  try {
    await write("before");
    await attempt("apply", () => work.apply());
    const first = await planned("plan without a change");
    const before = await factsOf(host, libvirt);
    await write("after");
    const change = await planned("plan");
    const watch = watchDomains(libvirt, before);
    await attempt("apply of the change", () => work.apply());
    const vanished = await watch.stop();
    const last = await planned("plan after the change");
    const after = await factsOf(host, libvirt);
    const reviewed = change.plan && review(change.plan);
    return new Map(
      entries.map((entry): [string, Outcome] => {
        const address = addressOf(entry);
        const was = before.get(nameOf(entry, entry.before));
        return [
          entry.key,
          {
            errors: problems
              .filter(({ diagnostic }) => diagnostic.address === address || diagnostic.address === undefined)
              .map(({ step, diagnostic }) => `${step}: ${diagnostic.summary}\n${diagnostic.detail}`),
            actions: [actionAt(first.plan, address), actionAt(change.plan, address), actionAt(last.plan, address)],
            reviewed: reviewed?.changes.find((one) => one.address === address),
            warnings: change.diagnostics.filter((one) => one.address === address).map(({ summary }) => summary),
            before: was,
            after: after.get(nameOf(entry, entry.after)),
            vanished: was !== undefined && vanished.has(was.uuid),
          },
        ];
      }),
    );
  } finally {
    await libvirt.close();
    await work.destroy();
    await work.remove();
  }
}

function actionAt(plan: Plan | undefined, address: string): string {
  const found = plan?.resourceChanges.find((one) => one.address === address);
  return found === undefined ? "none" : found.change.actions.join("-");
}

async function factsOf(host: Host, { domains }: Libvirt): Promise<Map<string, Facts>> {
  const script = 'cd /run/libvirt/qemu && for f in *.pid; do [ -e "$f" ] && echo "${f%.pid} $(cat "$f")"; done; true';
  const { stdout } = await host.exec("sh", ["-c", script]);
  const pids = new Map(stdout.trim().split("\n").map((line) => line.split(" ") as [string, string])); // prettier-ignore
  const facts = (await domains.list()).map(async (ref): Promise<[string, Facts]> => {
    const { name, uuid } = ref;
    const [live, inactive, autostart] = await Promise.all([
      domains.xml(ref, DomainXml.SECURE),
      domains.xml(ref, DomainXml.INACTIVE | DomainXml.SECURE),
      domains.autostart(ref),
    ]);
    return [name, { uuid, name, pid: pids.get(name) ?? "", live, inactive, autostart }];
  });
  return new Map(await Promise.all(facts));
}

/** Looks again and again which guests the host has. */
function watchDomains({ domains }: Libvirt, known: ReadonlyMap<string, Facts>): { stop(): Promise<ReadonlySet<string>> } {
  const missing = new Set<string>();
  const ended = new AbortController();
  const watching = (async () => {
    while (!ended.signal.aborted) {
      const there = new Set((await domains.list()).map(({ uuid }) => uuid));
      for (const { uuid } of known.values()) if (!there.has(uuid)) missing.add(uuid);
      await delay(20);
    }
  })();
  return {
    async stop() {
      ended.abort();
      await watching;
      return missing;
    },
  };
}

/** The MAC addresses in a guest's XML, sorted. */
export const macsOf = (xml: string): string[] => [...xml.matchAll(/<mac address='([^']+)'/g)].map((match) => match[1] ?? "").sort();
