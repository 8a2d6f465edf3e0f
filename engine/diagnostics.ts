import { stripVTControlCharacters } from "node:util";
import { CdkvmError, type ErrorDetails, readExplained } from "../model/errors.ts";

/** https://developer.hashicorp.com/terraform/internals/machine-readable-ui#diagnostic */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  /** "" if there is none. */
  readonly detail: string;
  /** The resource it concerns. */
  readonly address?: string;
  /** What the user wrote for it: the construct's path, or the position in the fleet file. */
  readonly builtBy?: string;
  readonly range?: { readonly filename: string; readonly start: Position; readonly end: Position };
  /** The configuration around it; the engine has already masked sensitive values in it. */
  readonly snippet?: { readonly context: string | null; readonly code: string };
}

export interface Position {
  readonly line: number;
  readonly column: number;
  readonly byte: number;
}

/** An error that cdkvm's provider returned to the engine. */
export interface Cause extends ErrorDetails {
  /** The resource it concerns. */
  readonly address?: string;
  /** What the user wrote for it: the construct's path, or the position in the fleet file. */
  readonly builtBy?: string;
  /** All known locations: `libvirt_domain.web1, kvm1/web1, cdk.tf.json:12`; empty if none are known. */
  readonly where: string;
}

/** A failed engine run. `diagnostics` are the engine's errors and warnings. */
export class EngineError extends CdkvmError {
  readonly diagnostics: readonly Diagnostic[];
  /** The errors that come from cdkvm's provider. */
  readonly causes: readonly Cause[];
  /** null if a signal ended it. */
  readonly exitCode: number | null;

  constructor(details: ErrorDetails, diagnostics: readonly Diagnostic[], exitCode: number | null) {
    super(details);
    this.name = "EngineError";
    this.diagnostics = diagnostics;
    this.causes = diagnostics.flatMap((one) => causeOf(one) ?? []);
    this.exitCode = exitCode;
  }
}

/** The error in a diagnostic from cdkvm's provider. */
export function causeOf(diagnostic: Diagnostic): Cause | undefined {
  const { severity, detail, address, builtBy } = diagnostic;
  const details = severity === "error" ? readExplained(withAddress(detail, address)) : undefined;
  return (
    details && {
      ...details,
      ...(address !== undefined && { address }),
      ...(builtBy !== undefined && { builtBy }),
      where: whereIs(diagnostic),
    }
  );
}

const whereIs = ({ address, builtBy, range }: Diagnostic): string =>
  [address, builtBy, range && `${range.filename}:${range.start.line}`].filter(Boolean).join(", ");

/** A provider does not know a resource's address and writes ADDRESS instead. */
const withAddress = (text: string, address: string | undefined): string =>
  address === undefined ? text : text.replaceAll(/\bADDRESS\b/g, address);

/** An engine's text without colors and without the frame around messages. */
export const plainText = (text: string): string => stripVTControlCharacters(text).replaceAll(/^(?:[╷╵]|│ ?)/gm, "");

/** Parses the `Error: ...` and `Warning: ...` blocks that commands print without `-json`. */
export function parseDiagnostics(text: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const block of plainText(text).split(/^(?=(?:Error|Warning): )/m)) {
    const [, severity, summary = "", detail = ""] = /^(Error|Warning): ([^\n]*)\n?([\s\S]*)$/.exec(block) ?? [];
    if (severity === undefined) continue;
    const address = /^ {2}with ([^\n]+),$/m.exec(detail)?.[1];
    found.push({
      severity: severity === "Error" ? "error" : "warning",
      summary: summary.trim(),
      detail: detail.trim(),
      ...(address === undefined ? {} : { address }),
    });
  }
  return found;
}

/** A diagnostic as text: summary, location, detail. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const where = whereIs(diagnostic);
  return [`${diagnostic.summary}${where && ` (${where})`}`, withAddress(diagnostic.detail, diagnostic.address)].filter(Boolean).join("\n");
}

/** The holder of a state lock, from the lock info in the diagnostic. */
export interface StateLock {
  readonly id: string;
  readonly path: string;
  readonly operation: string;
  readonly who: string;
  readonly created: string;
}

/** https://developer.hashicorp.com/terraform/language/state/locking */
export function readLock(detail: string): StateLock | undefined {
  const field = (name: string): string => new RegExp(`^\\s*${name}:[ \\t]*(.*)$`, "m").exec(detail)?.[1]?.trim() ?? "";
  const id = field("ID");
  return id === "" ? undefined : { id, path: field("Path"), operation: field("Operation"), who: field("Who"), created: field("Created") };
}
