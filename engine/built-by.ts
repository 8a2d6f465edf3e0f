import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "./diagnostics.ts";

interface Notes {
  /** The construct's path: `kvm1/web1/Default`. */
  readonly metadata?: { readonly path?: string };
  /** Its position in the fleet file: `fleet.yaml:12`. */
  readonly place?: string;
}

interface Configuration {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, { readonly "//"?: Notes }>>>>;
}

/** Adds to diagnostics what the user wrote for their resources: the construct, or the fleet file position. */
export function withBuilders(diagnostics: readonly Diagnostic[], folder: string): readonly Diagnostic[] {
  if (!diagnostics.some(({ address }) => address !== undefined)) return diagnostics;
  const { resource = {} } = readConfiguration(folder);
  return diagnostics.map((one) => {
    const [type = "", name = ""] = one.address?.replace(/\[.*$/, "").split(".") ?? [];
    const { place, metadata } = resource[type]?.[name]?.["//"] ?? {};
    const builtBy = place ?? metadata?.path?.replace(/\/(Default|Resource)$/, "");
    return builtBy === undefined ? one : { ...one, builtBy };
  });
}

/** The synthesized configuration; empty if unreadable, because an error is already being reported. */
function readConfiguration(folder: string): Configuration {
  try {
    return JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as Configuration;
  } catch {
    return {};
  }
}
