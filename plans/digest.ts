import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isRecord } from "../model/records.ts";

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

export const fileDigest = async (path: string): Promise<string> => sha256(await readFile(path));

/** Of data whose keys may be in any order. */
export const dataDigest = (data: unknown): string => sha256(JSON.stringify(sorted(data)));

/** Of a `cdk.tf.json`; two that mean the same to an engine have the same. */
export const configurationDigest = (text: string): string => dataDigest(withoutComments(JSON.parse(text)));

/** Without `//`, which engines ignore. */
export function withoutComments(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(withoutComments);
  if (!isRecord(data)) return data;
  return Object.fromEntries(Object.entries(data).flatMap(([key, value]) => (key === "//" ? [] : [[key, withoutComments(value)]])));
}

function sorted(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(sorted);
  if (!isRecord(data)) return data;
  return Object.fromEntries(
    Object.keys(data)
      .toSorted()
      .map((key) => [key, sorted(data[key])]),
  );
}
