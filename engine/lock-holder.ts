import type { Backend } from "./backend.ts";

/** The holder of a state lock. */
export interface Lock {
  /** `root@kvm1`; empty if unknown. */
  readonly who: string;
  /** RFC 3339, or as the engine writes it; empty if unknown. */
  readonly since: string;
  /** `OperationTypeApply`; empty if unknown. */
  readonly operation: string;
  /** How to release it: through the engine, by ending a database session, or by ending a process on this machine. */
  readonly by: { readonly id: string } | { readonly session: number; readonly backend: Backend } | { readonly process: number } | undefined;
}

/** `root@kvm1 since 2026-11-24 04:22:59 (OperationTypeApply)` */
export function lockWords({ who, since, operation, by }: Lock): string {
  const process = by && "process" in by ? `, process ${by.process}` : "";
  const words = [
    `${who || "someone"}${process}`,
    since && `since ${since}`,
    operation && `(${operation.replace(/^OperationType/, "").toLowerCase()})`,
  ];
  return words.filter(Boolean).join(" ");
}
