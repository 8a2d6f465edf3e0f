import type { Fields, Table } from "../../model/table.ts";
import type { Attributes, ProviderSchema, Type } from "./registry-schema.ts";

/** Attributes of every resource that the engine itself has. */
const meta = new Set(["//", "lifecycle", "depends_on", "provider", "count", "for_each", "provisioner", "connection"]);
const isExpression = (value: unknown): boolean => typeof value === "string" && value.includes("${");
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Attributes that only the embedded provider has: `libvirt_volume.create.content.checksum`. */
export function embeddedPaths(tables: readonly Table[]): ReadonlySet<string> {
  const under = (fields: Fields, path: string): string[] =>
    Object.entries(fields).flatMap(([name, field]) => {
      const here = `${path}.${name}`;
      if (field.embedded === true) return [here];
      return "fields" in field ? under(field.fields, here) : [];
    });
  return new Set(tables.flatMap((table) => under(table.fields, table.type)));
}

/** Why a provider with this schema would refuse a configuration; one line each. `allowed` it may have besides. */
export function refusals(configuration: object, schema: ProviderSchema, allowed: ReadonlySet<string>): string[] {
  const found: string[] = [];

  const typed = (type: Type, value: unknown, at: string): void => {
    if (isExpression(value)) return;
    if (typeof type === "string") {
      const right = type === "bool" ? typeof value === "boolean" : typeof value === type;
      if (!right) found.push(`${at}: ${JSON.stringify(value)} is no ${type}`);
      return;
    }
    const [kind, of] = type;
    if (kind === "list" || kind === "set") {
      if (!Array.isArray(value)) found.push(`${at} is no ${kind}`);
      else for (const [index, one] of value.entries()) typed(of as Type, one, `${at}[${index}]`);
    } else if (!isObject(value)) found.push(`${at} is no ${kind}`);
    else
      for (const [key, one] of Object.entries(value))
        typed(kind === "map" ? (of as Type) : ((of as Record<string, Type>)[key] ?? "nothing"), one, `${at}.${key}`);
  };

  /** @param path without addresses and indices, as `allowed` has it */
  const nested = (attributes: Attributes, value: unknown, at: string, path: string): void => {
    if (isExpression(value)) return;
    if (!isObject(value)) {
      found.push(`${at} is no object`);
      return;
    }
    for (const [name, { required }] of Object.entries(attributes))
      if (required === true && (value[name] ?? null) === null) found.push(`${at}.${name} is missing`);
    for (const [name, item] of Object.entries(value)) {
      const attribute = attributes[name];
      const here = `${at}.${name}`;
      const place = `${path}.${name}`;
      if (attribute === undefined) {
        if (!allowed.has(place)) found.push(`${here} is unknown`);
      } else if (attribute.required !== true && attribute.optional !== true) found.push(`${here} cannot be set`);
      else if (attribute.nested_type === undefined) typed(attribute.type ?? "nothing", item, here);
      else if (!isExpression(item)) {
        const { nesting_mode: mode, attributes: inner } = attribute.nested_type;
        if (mode === "single") nested(inner, item, here, place);
        else if (!Array.isArray(item)) found.push(`${here} is no ${mode}`);
        else for (const [index, one] of item.entries()) nested(inner, one, `${here}[${index}]`, place);
      }
    }
  };

  const blocks = (kinds: unknown, known: Readonly<Record<string, Attributes>>): void => {
    for (const [type, all] of Object.entries((kinds ?? {}) as Readonly<Record<string, object>>)) {
      const kind = known[type];
      if (!kind) found.push(`${type} is unknown`);
      else
        for (const [name, config] of Object.entries(all)) {
          const own = Object.fromEntries(Object.entries(config as object).filter(([key]) => !meta.has(key)));
          nested(kind, own, `${type}.${name}`, type);
        }
    }
  };

  const { resource, data, provider } = configuration as { resource?: unknown; data?: unknown; provider?: { libvirt?: readonly object[] } };
  blocks(resource, schema.resources);
  blocks(data, schema.dataSources);
  for (const block of provider?.libvirt ?? []) nested(schema.provider, block, "provider", "provider");
  return found;
}
