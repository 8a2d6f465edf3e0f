import { stripVTControlCharacters } from "node:util";
import { CdkvmError, type ErrorDetails, readExplained } from "../model/errors.ts";

/** https://developer.hashicorp.com/terraform/internals/machine-readable-ui#diagnostic */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  /** "" when there is none. */
  readonly detail: string;
  /** The resource it is about. */
  readonly address?: string;
  /** What the user wrote for it: the construct's path, or the place in the fleet file. */
  readonly builtBy?: string;
  readonly range?: { readonly filename: string; readonly start: Position; readonly end: Position };
  /** The configuration around it; values in it that are sensitive are already masked by the engine. */
  readonly snippet?: { readonly context: string | null; readonly code: string };
}

export interface Position {
  readonly line: number;
  readonly column: number;
  readonly byte: number;
}

/** An error that cdkvm's own provider gave to the engine. */
export interface Cause extends ErrorDetails {
  /** The resource it is about. */
  readonly address?: string;
  /** What the user wrote for it: the construct's path, or the place in the fleet file. */
  readonly builtBy?: string;
  /** All that says where it is: `libvirt_domain.web1, kvm1/web1, cdk.tf.json:12`; empty where nothing does. */
  readonly where: string;
}

/** What an engine said when it failed. `diagnostics` are its own, errors and warnings. */
export class EngineError extends CdkvmError {
  readonly diagnostics: readonly Diagnostic[];
  /** Those of its errors that cdkvm's own provider gave it. */
  readonly causes: readonly Cause[];
  /** null when a signal ended it. */
  readonly exitCode: number | null;

  constructor(details: ErrorDetails, diagnostics: readonly Diagnostic[], exitCode: number | null) {
    super(details);
    this.name = "EngineError";
    this.diagnostics = diagnostics;
    this.causes = diagnostics.flatMap((one) => causeOf(one) ?? []);
    this.exitCode = exitCode;
  }
}

/** The error that a diagnostic carries where cdkvm's own provider made it. */
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

/** A provider does not know the address of what it works on, and writes ADDRESS for it. */
const withAddress = (text: string, address: string | undefined): string =>
  address === undefined ? text : text.replaceAll(/\bADDRESS\b/g, address);

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

/** A diagnostic as a person reads it: summary, where, detail. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const where = whereIs(diagnostic);
  return [`${diagnostic.summary}${where && ` (${where})`}`, withAddress(diagnostic.detail, diagnostic.address)].filter(Boolean).join("\n");
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
