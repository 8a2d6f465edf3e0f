import type { Diagnostic } from "./diagnostics.ts";

/** https://developer.hashicorp.com/terraform/internals/machine-readable-ui */
export interface ResourceAddress {
  readonly addr: string;
  readonly module: string;
  readonly resource: string;
  readonly implied_provider: string;
  readonly resource_type: string;
  readonly resource_name: string;
  readonly resource_key: string | number | null;
}

export type EventAction =
  | "noop"
  | "no-op"
  | "create"
  | "read"
  | "update"
  | "replace"
  | "delete"
  | "move"
  | "import"
  | "remove"
  | "forget"
  | "open"
  | "renew"
  | "close";

interface Message {
  readonly level: "trace" | "debug" | "info" | "warn" | "error";
  /** The engine's message. */
  readonly message: string;
  /** RFC 3339. */
  readonly timestamp: string;
}

export interface Hook {
  readonly resource: ResourceAddress;
  readonly action: EventAction;
  readonly id_key?: string;
  readonly id_value?: string;
  readonly elapsed_seconds?: number;
}

export interface PlannedChange {
  readonly resource: ResourceAddress;
  readonly previous_resource?: ResourceAddress;
  readonly action: EventAction;
  readonly reason?: string;
}

export interface ChangeSummary {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
  readonly import: number;
  /** Only in OpenTofu. */
  readonly forget?: number;
  readonly operation: "plan" | "apply" | "destroy";
}

export interface OutputEvent {
  readonly sensitive: boolean;
  readonly action?: EventAction;
  readonly type?: unknown;
  readonly value?: unknown;
}

export type EngineEvent = Message &
  (
    | { readonly type: "version"; readonly ui: string; readonly terraform?: string; readonly tofu?: string }
    | { readonly type: "log" }
    | { readonly type: "diagnostic"; readonly diagnostic: Diagnostic }
    | { readonly type: "planned_change" | "resource_drift"; readonly change: PlannedChange }
    | { readonly type: "change_summary"; readonly changes: ChangeSummary }
    | { readonly type: "outputs"; readonly outputs: Readonly<Record<string, OutputEvent>> }
    | { readonly type: "apply_start" | "apply_progress" | "apply_complete" | "apply_errored"; readonly hook: Hook }
    | {
        readonly type:
          | "refresh_start"
          | "refresh_complete"
          | "ephemeral_op_start"
          | "ephemeral_op_progress"
          | "ephemeral_op_complete"
          | "ephemeral_op_errored";
        readonly hook: Hook;
      }
    | {
        readonly type: "provision_start" | "provision_progress" | "provision_complete" | "provision_errored";
        readonly hook: { readonly resource: ResourceAddress; readonly provisioner: string; readonly output?: string };
      }
    /** An event type unknown to this version, or a line that is not an event. */
    | { readonly type: "other"; readonly raw: unknown }
  );

/** The required property of each type; a line without it is not such an event. */
const carries: Readonly<Record<string, string | undefined>> = {
  version: "ui",
  log: "@message",
  diagnostic: "diagnostic",
  planned_change: "change",
  resource_drift: "change",
  change_summary: "changes",
  outputs: "outputs",
  ...Object.fromEntries(
    ["apply", "refresh", "provision", "ephemeral_op"].flatMap((kind) =>
      ["start", "progress", "complete", "errored"].map((step) => [`${kind}_${step}`, "hook"]),
    ),
  ),
};

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Parses one line of an engine's `-json` output. Never throws: unknown lines become `other`. */
export function parseEvent(line: string): EngineEvent {
  const raw = parseObject(line);
  if (!raw) return { type: "other", raw: line, level: "info", message: line, timestamp: "" };
  const base = {
    level: (raw["@level"] ?? "info") as Message["level"],
    message: text(raw["@message"]),
    timestamp: text(raw["@timestamp"]),
  };
  const type = typeof raw["type"] === "string" ? raw["type"] : "log";
  const field = carries[type];
  if (field === undefined || raw[field] === undefined) return { ...base, type: "other", raw };
  const rest = Object.fromEntries(Object.entries(raw).filter(([key]) => !key.startsWith("@")));
  if (type === "diagnostic") {
    const diagnostic = raw["diagnostic"] as Partial<Diagnostic>;
    return {
      ...base,
      type,
      diagnostic: {
        ...diagnostic,
        severity: diagnostic.severity ?? "error",
        summary: diagnostic.summary ?? base.message,
        detail: diagnostic.detail ?? "",
      },
    };
  }
  return { ...base, ...rest, type } as EngineEvent;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
