import { CdkvmError } from "../model/errors.ts";

/**
 * Parses one of the engine's JSON documents and checks its `format_version`. Minor versions only add properties, so unknown
 * ones are ignored; another major version is an error.
 * https://developer.hashicorp.com/terraform/internals/json-format#format-versions
 */
export function parseFormat(text: string, what: string, majors: readonly number[]): Record<string, unknown> {
  const doing = `read the engine's ${what} JSON`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CdkvmError({
      code: "CDKVM_ENGINE_OUTPUT",
      doing,
      problem: "it is not JSON",
      fix: "run the same command by hand and look at what it prints",
      cause,
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new CdkvmError({ code: "CDKVM_ENGINE_OUTPUT", doing, problem: "it is not an object" });
  }
  const document = value as Record<string, unknown>;
  const version = document["format_version"];
  const major = typeof version === "string" && /^\d+\.\d+$/.test(version) ? Number.parseInt(version, 10) : undefined;
  if (major === undefined)
    throw new CdkvmError({ code: "CDKVM_ENGINE_OUTPUT", doing, problem: `its format_version is ${JSON.stringify(version)}` });
  if (!majors.includes(major)) {
    throw new CdkvmError({
      code: "CDKVM_ENGINE_TOO_NEW",
      doing,
      problem: `its format_version is ${String(version)}; this cdkvm knows ${majors.map((known) => `${known}.x`).join(", ")}`,
      fix: "use a newer cdkvm, or an older engine (CDKVM_ENGINE)",
    });
  }
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
