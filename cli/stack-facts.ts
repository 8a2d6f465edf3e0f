import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Engine, lockedProviders, type StateMark, stateOfPlan } from "../engine/index.ts";
import { EMBEDDED_SOURCE } from "../model/embedded-source.ts";
import { defaultUri } from "../model/host-uri.ts";
import { recordOf } from "../model/records.ts";
import { configurationDigest, type StackNow, type StateMarkEntry } from "../plans/index.ts";
import type { Stack } from "./stack.ts";

/** What a plan depends on besides the state. */
export interface StackFacts extends Pick<StackNow, "engine" | "provider" | "configuration" | "dependencies"> {
  readonly hosts: readonly string[];
  /** Whether it has guests, networks and the like in its configuration. */
  readonly usesLibvirt: boolean;
  /** The configuration itself. */
  readonly text: string;
}

/** @param engine that has initialized the stack */
export async function factsOf({ folder, dependencies }: Stack, { kind, version }: Engine): Promise<StackFacts> {
  const text = await readFile(join(folder, "cdk.tf.json"), "utf8");
  const configuration = recordOf(JSON.parse(text));
  const providers = [recordOf(configuration["provider"])["libvirt"] ?? []].flat();
  const required = recordOf(recordOf(recordOf(configuration["terraform"])["required_providers"])["libvirt"]);
  return {
    text,
    hosts: providers.map((one) => {
      const { uri } = recordOf(one);
      return typeof uri === "string" ? uri : defaultUri();
    }),
    engine: { kind, version },
    provider: await providerOf(folder, required),
    configuration: configurationDigest(text),
    dependencies: [...dependencies],
    usesLibvirt: Object.keys({ ...recordOf(configuration["resource"]), ...recordOf(configuration["data"]) }).some((type) =>
      type.startsWith("libvirt_"),
    ),
  };
}

async function providerOf(folder: string, { source, version }: Readonly<Record<string, unknown>>): Promise<StackFacts["provider"]> {
  if (typeof source !== "string") return null;
  const locked = (await lockedProviders(folder)).find(({ address }) => address === source || address.endsWith(`/${source}`));
  return {
    kind: source === EMBEDDED_SOURCE ? "embedded" : "registry",
    version: locked?.version ?? (typeof version === "string" ? version : ""),
  };
}

export const markOf = (state: Partial<StateMark> | undefined): StateMarkEntry =>
  state?.lineage ? { lineage: state.lineage, serial: state.serial ?? 0 } : null;

/** The state that a saved plan was made from; the stored one if the plan is encrypted. */
export async function stateBehind(plan: string, engine: Engine): Promise<StateMarkEntry> {
  const made = await stateOfPlan(plan);
  return markOf(made === "unreadable" ? await engine.statePull() : made);
}
