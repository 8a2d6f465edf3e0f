import type { z } from "zod";
import type { PropPath } from "./schema-at.ts";

/** Why a schema's own check refuses a value. */
export interface Refusal {
  readonly problem: string;
  readonly fix?: string | undefined;
  /** Of the prop, below the checked value. @default the checked value */
  readonly path?: PropPath;
  /** @default the checked value */
  readonly input?: unknown;
  /** The JSON Schema keyword that refuses the same values. @default none does */
  readonly keyword?: string;
}

/** Adds an issue of a schema's own check; `readRefusal` reads it back. */
export function refuse<Value>(context: z.core.ParsePayload<Value>, refusal: Refusal): void {
  const { problem, fix, path = [], keyword } = refusal;
  const input = "input" in refusal ? refusal.input : context.value;
  context.issues.push({ code: "custom", continue: true, input, path: [...path], message: problem, params: { fix, keyword } });
}

/** The problem and fix of an issue that {@link refuse} added; of any other issue, its message. */
export function readRefusal(issue: { readonly message: string; readonly params?: { readonly fix?: string } }): {
  readonly problem: string;
  readonly fix?: string;
} {
  return { problem: issue.message, ...(issue.params?.fix !== undefined && { fix: issue.params.fix }) };
}
