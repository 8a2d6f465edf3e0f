import { existsSync } from "node:fs";
import { configurationOfPlan, type Engine, schemaIn } from "../engine/index.ts";
import { changedParts, dataDigest, fileDigest, type StackNow } from "../plans/index.ts";
import { factsOf, markOf } from "./stack-facts.ts";
import type { Stack } from "./stack.ts";

/** What a plan of the stack is compared with. @param plan the saved plan's path */
export async function stackNow(stack: Stack, engine: Engine, plan: string): Promise<StackNow> {
  const { text, engine: program, provider, configuration, dependencies } = await factsOf(stack, engine);
  const schema = await schemaIn(plan);
  const sha256 = existsSync(plan) ? await fileDigest(plan) : undefined;
  const before = sha256 === undefined ? text : await configurationOfPlan(plan).catch(() => text); // another file: its checksum says so
  return {
    sha256,
    engine: program,
    provider,
    schema: schema === undefined ? "full" : dataDigest(schema),
    configuration,
    dependencies: [...dependencies],
    state: markOf(await engine.statePull()),
    parts: changedParts(before, text),
  };
}
