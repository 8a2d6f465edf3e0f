import { readFileSync } from "node:fs";
import { isList, isValues, type Value, type Values, valueAt } from "../../model/values.ts";
import type { Resource } from "./resource.ts";

/** State objects, by {@link Resource.idOf}, known before the engine shows them one by one. */
export interface StoredBefore {
  readonly ids: readonly unknown[];
  /** Whether these are all objects of the state. */
  readonly whole: boolean;
}

/**
 * - Objects listed in the file that CDKVM_STATE_OBJECTS names: `[{ "type": "libvirt_domain", "attributes": { "uuid": "..." } }]`.
 * - Else those of a state next to the configuration, which may not be the one that the engine was told to use.
 */
export function storedBefore(resources: readonly Pick<Resource<never>, "table" | "idOf">[]): StoredBefore {
  const idsOf = (objects: readonly Value[]): unknown[] =>
    objects.filter(isValues).flatMap(({ type, attributes }) => {
      const idOf = resources.find(({ table }) => table.type === type)?.idOf;
      return idOf === undefined || !isValues(attributes) ? [] : [idOf(attributes)];
    });
  const told = process.env["CDKVM_STATE_OBJECTS"];
  if (!told) return { ids: idsOf(localState()), whole: false };
  const objects = read(told);
  return { ids: isList(objects) ? idsOf(objects) : [], whole: isList(objects) };
}

/** The objects of a local state file. https://developer.hashicorp.com/terraform/language/backend/local */
function localState(): readonly Values[] {
  const backend = valueAt(asValues(read(`${process.env["TF_DATA_DIR"] || ".terraform"}/terraform.tfstate`)), "backend");
  if (isValues(backend) && backend["type"] !== "local") return [];
  const path = isValues(backend) ? valueAt(backend, "config", "path") : null;
  const resources = asValues(read(typeof path === "string" ? path : "terraform.tfstate"))["resources"];
  return (isList(resources) ? resources.filter(isValues) : []).flatMap(({ type = null, instances = null }) =>
    (isList(instances) ? instances.filter(isValues) : []).map(({ attributes = null }) => ({ type, attributes })),
  );
}

const asValues = (value: Value): Values => (isValues(value) ? value : {});

/** null if the file is missing or not JSON. */
function read(path: string): Value {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Value;
  } catch {
    return null;
  }
}
