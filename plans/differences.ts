import type { PlanManifest, PlannedStackEntry, StateMarkEntry } from "./schema.ts";

/** Something that is not as it was when the plan was made. */
export interface Difference {
  /** Absent for what concerns the whole folder. */
  readonly stack?: string;
  readonly field: "commit" | "cdkvm" | "stack" | "file" | "configuration" | "engine" | "provider" | "schema" | "dependencies" | "state";
  readonly planned: string;
  readonly now: string;
  /** The parts of the configuration that differ. */
  readonly parts?: readonly string[];
}

/** A stack as it is now. */
export interface StackNow extends Pick<PlannedStackEntry, "engine" | "provider" | "schema" | "configuration" | "state" | "dependencies"> {
  /** Of the plan's file; undefined if there is none. */
  readonly sha256: string | undefined;
  /** The parts in which the configuration differs from the plan's. */
  readonly parts: readonly string[];
}

export interface Now {
  readonly cdkvm: string;
  readonly commit: string | undefined;
  /** By name; the program has no other stacks. */
  readonly stacks: ReadonlyMap<string, StackNow>;
}

/** All differences of these stacks of a plan folder, the folder's own first. */
export function differencesOf(manifest: PlanManifest, stacks: readonly PlannedStackEntry[], now: Now): readonly Difference[] {
  const differs = (field: Difference["field"], planned: string, found: string): readonly Difference[] =>
    planned === found ? [] : [{ field, planned, now: found }];
  return [
    ...(manifest.git === undefined ? [] : differs("commit", manifest.git.commit, now.commit ?? "no git repository")),
    ...differs("cdkvm", manifest.cdkvm, now.cdkvm),
    ...stacks.flatMap((stack) => ofStack(stack, now.stacks.get(stack.name)).map((one) => ({ stack: stack.name, ...one }))),
  ];
}

function ofStack(planned: PlannedStackEntry, now: StackNow | undefined): readonly Omit<Difference, "stack">[] {
  if (now === undefined) return [{ field: "stack", planned: planned.name, now: "not in the program" }];
  const rows: readonly (readonly [Difference["field"], string, string])[] = [
    ["file", planned.sha256, now.sha256 ?? "missing"],
    ["configuration", planned.configuration, now.configuration],
    ["engine", wordsOf(planned.engine), wordsOf(now.engine)],
    ["provider", wordsOf(planned.provider), wordsOf(now.provider)],
    ["schema", planned.schema, now.schema],
    ["dependencies", planned.dependencies.toSorted().join(", ") || "none", now.dependencies.toSorted().join(", ") || "none"],
    ["state", stateWords(planned.state), stateWords(now.state)],
  ];
  return rows.flatMap(([field, before, after]) =>
    before === after ? [] : [{ field, planned: before, now: after, ...(field === "configuration" && { parts: now.parts }) }],
  );
}

const wordsOf = (program: { readonly kind: string; readonly version: string } | null): string =>
  program === null ? "none" : `${program.kind} ${program.version}`;

export const stateWords = (state: StateMarkEntry): string => (state === null ? "no state" : `serial ${state.serial} of ${state.lineage}`);
