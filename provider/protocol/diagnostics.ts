import type { AttributePath } from "../../model/values.ts";
import { CdkvmError, messageOf } from "../../model/errors.ts";
import type { Message } from "./messages.ts";
import { DiagnosticsError, type Diagnostic } from "./resource.ts";
import { ValueError } from "./values.ts";

/** `Diagnostic.Severity` of the protocol. */
const severities = { error: 1, warning: 2 } as const;

/**
 * The diagnostics that an engine shows for a thrown value.
 *
 * @param doing what the provider was asked to do, for errors that do not say it: `create libvirt_domain`
 */
export function diagnosticsOf(error: unknown, doing: string): readonly Diagnostic[] {
  if (error instanceof DiagnosticsError) return error.diagnostics;
  if (error instanceof CdkvmError) return [{ severity: "error", summary: oneLine(error.details.problem), detail: error.explain() }];
  if (error instanceof ValueError)
    return [{ severity: "error", summary: oneLine(error.message), detail: `while: ${doing}`, path: error.path }];
  const summary = oneLine(messageOf(error)) || "The provider failed without a message";
  return [{ severity: "error", summary, detail: [`while: ${doing}`, ...causesOf(error)].join("\n") }];
}

function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  for (let cause = error instanceof Error ? error.cause : undefined; cause !== undefined && causes.length < 5;) {
    causes.push(`caused by: ${messageOf(cause)}`);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}

const oneLine = (text: string): string => text.trim().split("\n", 1)[0] ?? "";

export function encodeDiagnostics(diagnostics: readonly Diagnostic[]): Message<"Diagnostic">[] {
  return diagnostics.map(({ severity, summary, detail, path }) => ({
    severity: severities[severity],
    summary,
    ...(detail === undefined ? {} : { detail }),
    ...(path === undefined || path.length === 0 ? {} : { attribute: encodePath(path) }),
  }));
}

export function encodePath(path: AttributePath): Message<"AttributePath"> {
  return { steps: path.map((step) => (typeof step === "number" ? { element_key_int: step } : { attribute_name: step })) };
}
