import { parse } from "yaml";
import { key } from "./names.ts";
import { fact, part, type Part } from "./part.ts";

export type Json = Readonly<Record<string, unknown>>;
export const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** A mapping from YAML or JSON; `undefined` if the text is not valid. */
export function readYaml(text: string): unknown {
  try {
    return parse(text, { uniqueKeys: false, merge: true, logLevel: "silent", strict: false });
  } catch {
    return undefined;
  }
}

/** One key of a mapping. A boolean value is shown, since it cannot be a secret. */
export const setting = (name: string, value: unknown): Part =>
  part("setting", key(name), value, [fact("value", typeof value === "boolean" ? (value ? "on" : "off") : undefined)]);

/** The keys of a YAML mapping, including nested ones: `ethernets.eth0.dhcp4`. */
export function keyedParts(text: string): Part[] {
  const data = readYaml(text);
  if (!isJson(data)) return [part("text", "", text)];
  return settings(data, "", 4);
}

export function settings(data: Json, prefix: string, depth: number): Part[] {
  return Object.entries(data).flatMap(([name, value]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    if (depth > 1 && isJson(value) && Object.keys(value).length > 0 && key(name) !== "") return settings(value, path, depth - 1);
    return [setting(path, value)];
  });
}
