import { badFormatVersion, notAnObject, notJson, unsupportedFormat } from "./errors.ts";

/**
 * Parses one of the engine's JSON documents and checks its `format_version`. Minor versions only add properties, so unknown
 * ones are ignored; another major version is an error.
 * https://developer.hashicorp.com/terraform/internals/json-format#format-versions
 */
export function parseFormat(text: string, name: string, majors: readonly number[]): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notJson(name, cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notAnObject(name);
  const document = value as Record<string, unknown>;
  const version = document["format_version"];
  const major = typeof version === "string" && /^\d+\.\d+$/.test(version) ? Number.parseInt(version, 10) : undefined;
  if (major === undefined) throw badFormatVersion(name, version);
  if (!majors.includes(major)) throw unsupportedFormat(name, String(version), majors);
  return document;
}

/** A list in a document; empty if absent or null, because the engine omits empty lists. */
export const listOf = <T>(document: Record<string, unknown>, name: string): readonly T[] =>
  Array.isArray(document[name]) ? (document[name] as T[]) : [];

/** A map in a document; empty if absent or null. */
export function mapOf<T>(document: Record<string, unknown>, name: string): Readonly<Record<string, T>> {
  const value = document[name];
  return typeof value === "object" && value !== null ? (value as Record<string, T>) : {};
}
