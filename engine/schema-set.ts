import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { EMBEDDED_SOURCE } from "../model/embedded-source.ts";
import { isRecord, type JsonRecord, recordOf } from "../model/records.ts";
import { dataSources, resources } from "../model/tables.ts";
import { listOf, Needs } from "./schema-needs.ts";

const CONFIGURATION = "cdk.tf.json";

/** What an engine reads as configuration. https://opentofu.org/docs/language/files/ */
const isConfiguration = (name: string): boolean => /\.(tf|tofu)(\.json)?$/.test(name);

/** Blocks whose resources are not in this file, or whose objects have their own attributes. */
const OPEN_BLOCKS = ["module", "import"] as const;

/**
 * The attributes that a folder's configuration has and refers to; undefined if that is unknown: modules, imports, files other than
 * `cdk.tf.json`, another provider.
 */
export async function configurationNeeds(folder: string): Promise<Needs | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter(isConfiguration);
  if (names.length !== 1 || names[0] !== CONFIGURATION) return undefined;
  return needsOf(recordOf(JSON.parse(await readFile(join(folder, CONFIGURATION), "utf8"))));
}

export function needsOf(configuration: JsonRecord): Needs | undefined {
  if (OPEN_BLOCKS.some((name) => configuration[name] !== undefined)) return undefined;
  const { required_providers: providers, encryption } = recordOf(configuration["terraform"]);
  if (recordOf(recordOf(providers)["libvirt"])["source"] !== EMBEDDED_SOURCE || encryption !== undefined) return undefined;
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
  // a check block may have a data source of its own
  for (const check of Object.values(recordOf(configuration["check"])))
    for (const data of listOf(recordOf(check)["data"])) for (const type of Object.keys(data)) needs.addDataSource(type);
  needs.addReferences(configuration);
  return needs;
}
