import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { EMBEDDED_SOURCE } from "../model/embedded-source.ts";
import type { SchemaSet } from "../model/schema-set.ts";
import { dataSources, resources } from "../model/tables.ts";
import { readBackend } from "./backend.ts";
import { localPath } from "./local-state.ts";
import { isRecord, Needs, recordOf } from "./schema-needs.ts";

const CONFIGURATION = "cdk.tf.json";

/** What an engine reads as configuration. https://opentofu.org/docs/language/files/ */
const isConfiguration = (name: string): boolean => /\.(tf|tofu)(\.json)?$/.test(name);

/** Blocks whose resources are not in this file, or whose objects bring attributes of their own. */
const OPEN_BLOCKS = ["module", "import"] as const;

/**
 * The attributes that a stack's configuration has, refers to, or has in a local state. A state elsewhere is left to the provider,
 * which sees what it holds, and refuses what the set lacks.
 *
 * @returns undefined if all attributes are needed: modules, imports, files besides `cdk.tf.json`, or another provider
 */
export async function schemaSetOf(folder: string, dataFolder: string): Promise<SchemaSet | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter(isConfiguration);
  if (names.length !== 1 || names[0] !== CONFIGURATION) return undefined;
  const configuration = recordOf(JSON.parse(await readFile(join(folder, CONFIGURATION), "utf8")));
  const needs = needsOf(configuration);
  if (needs === undefined) return undefined;
  if ((await readBackend(dataFolder)).type === "local") {
    const state = await readFile(resolve(folder, await localPath(dataFolder)), "utf8").catch(() => undefined);
    if (state !== undefined && state !== "") needs.addState(recordOf(JSON.parse(state)));
  }
  return needs.set;
}

/** The attributes that a configuration has and refers to; undefined if they cannot be told from it. */
export function needsOf(configuration: Readonly<Record<string, unknown>>): Needs | undefined {
  if (OPEN_BLOCKS.some((name) => configuration[name] !== undefined)) return undefined;
  const { libvirt } = recordOf(recordOf(configuration["terraform"])["required_providers"]);
  if (recordOf(libvirt)["source"] !== EMBEDDED_SOURCE) return undefined;
  const needs = new Needs(new Map(resources.map((one) => [one.type, one.fields])), new Set(dataSources.map(({ type }) => type)));
  for (const mode of ["resource", "data"] as const) {
    const types = configuration[mode] ?? {};
    if (!isRecord(types)) return undefined;
    for (const [type, blocks] of Object.entries(types)) {
      if (!isRecord(blocks)) return undefined;
      for (const block of Object.values(blocks)) {
        if (!isRecord(block)) return undefined;
        if (mode === "data") needs.addDataSource(type);
        else needs.addResource(type, block);
      }
    }
  }
  needs.addReferences(configuration);
  return needs;
}
