import type { PlanManifest, PlannedStackEntry } from "../../plans/index.ts";

const digest = (sign: string): string => sign.repeat(64);

export const stackEntry = (more: Partial<PlannedStackEntry> = {}): PlannedStackEntry => ({
  name: "kvm1",
  file: "kvm1.tfplan",
  sha256: digest("a"),
  hosts: ["qemu:///system"],
  engine: { kind: "tofu", version: "1.12.6" },
  provider: { kind: "embedded", version: "0.1.0" },
  schema: digest("b"),
  configuration: digest("c"),
  state: { lineage: "one", serial: 4 },
  dependencies: ["kvm0"],
  changes: true,
  ...more,
});

/** A manifest with one stack. */
export const manifestOf = (more: Partial<PlanManifest> = {}): PlanManifest => ({
  formatVersion: 1,
  id: "6f1f2a53-8c4b-4a52-8a39-0b1f7a3f8b11",
  cdkvm: "0.1.0",
  by: "me@here",
  at: "2026-01-02T03:04:05.678Z",
  git: { commit: "f".repeat(40), dirty: false },
  mode: "apply",
  lockTimeout: 30,
  stacks: [stackEntry()],
  missing: [],
  hosts: {},
  ...more,
});
