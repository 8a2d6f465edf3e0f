import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Stack } from "./stack.ts";

type Settings = Readonly<Record<string, unknown>>;

interface Configuration {
  readonly terraform?: { readonly backend?: Readonly<Record<string, Settings>> };
  readonly data?: {
    readonly terraform_remote_state?: Readonly<Record<string, { readonly backend?: string; readonly config?: Settings }>>;
  };
}

/** Where a state is stored. */
interface Backend {
  readonly type: string;
  readonly settings: Settings;
}

/** Makes stacks that read another stack's state through a data source depend on that stack, which CDKTF does not do. */
export function withRemoteStates(stacks: readonly Stack[]): readonly Stack[] {
  const read = stacks.map((stack) => ({
    stack,
    configuration: JSON.parse(readFileSync(join(stack.folder, "cdk.tf.json"), "utf8")) as Configuration,
  }));
  const needs = new Map(stacks.map((stack) => [stack.name, new Set(stack.dependencies)]));
  for (const { stack, configuration } of read)
    for (const { backend = "", config = {} } of Object.values(configuration.data?.terraform_remote_state ?? {}))
      for (const other of read) {
        const kept = Object.entries(other.configuration.terraform?.backend ?? {})[0];
        if (other.stack === stack || !kept || reaches(needs, other.stack.name, stack.name)) continue;
        const mine = resolveBackend(stack, { type: backend, settings: config });
        if (isSame(mine, resolveBackend(other.stack, { type: kept[0], settings: kept[1] }))) needs.get(stack.name)?.add(other.stack.name);
      }
  return stacks.map((stack) => ({ ...stack, dependencies: [...(needs.get(stack.name) ?? [])] }));
}

/** Whether a stack needs another, even indirectly. */
const reaches = (needs: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean =>
  from === to || [...(needs.get(from) ?? [])].some((one) => reaches(needs, one, to));

const resolveBackend = ({ folder }: Stack, { type, settings }: Backend): Backend =>
  type === "local" && typeof settings["path"] === "string"
    ? { type, settings: { path: resolve(folder, settings["path"]) } }
    : { type, settings };

/** Settings that only one side has concern credentials, not the location. */
function isSame(one: Backend, other: Backend): boolean {
  const shared = Object.keys(one.settings).filter((key) => other.settings[key] !== undefined);
  return (
    one.type === other.type &&
    shared.length > 0 &&
    shared.every((key) => JSON.stringify(one.settings[key]) === JSON.stringify(other.settings[key]))
  );
}
