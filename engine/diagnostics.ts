import { stripVTControlCharacters } from "node:util";
import { CdkvmError, type ErrorDetails } from "../model/errors.ts";

/** https://developer.hashicorp.com/terraform/internals/machine-readable-ui#diagnostic */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  /** "" when there is none. */
  readonly detail: string;
  /** The resource it is about. */
  readonly address?: string;
  readonly range?: { readonly filename: string; readonly start: Position; readonly end: Position };
  /** The configuration around it; values in it that are sensitive are already masked by the engine. */
  readonly snippet?: { readonly context: string | null; readonly code: string };
}

export interface Position {
  readonly line: number;
  readonly column: number;
  readonly byte: number;
}

/** What an engine said when it failed. `diagnostics` are its own, errors and warnings. */
export class EngineError extends CdkvmError {
  readonly diagnostics: readonly Diagnostic[];
  /** null when a signal ended it. */
  readonly exitCode: number | null;

  constructor(details: ErrorDetails, diagnostics: readonly Diagnostic[], exitCode: number | null) {
    super(details);
    this.name = "EngineError";
    this.diagnostics = diagnostics;
    this.exitCode = exitCode;
  }
}

/** An engine's text for a person without colours and without the frame it draws around messages. */
export const plainText = (text: string): string => stripVTControlCharacters(text).replaceAll(/^(?:[╷╵]|│ ?)/gm, "");

/** Reads the `Error: ...` and `Warning: ...` blocks that commands without `-json` print. */
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

/** A diagnostic as a person reads it: summary, where, detail. A provider does not know the address, and writes ADDRESS for it. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const where = [diagnostic.address, diagnostic.range && `${diagnostic.range.filename}:${diagnostic.range.start.line}`]
    .filter(Boolean)
    .join(", ");
  const { address, detail } = diagnostic;
  return [`${diagnostic.summary}${where && ` (${where})`}`, address === undefined ? detail : detail.replaceAll(/\bADDRESS\b/g, address)]
    .filter(Boolean)
    .join("\n");
}

/** What holds a state lock, from the lock's own record in the diagnostic. */
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
