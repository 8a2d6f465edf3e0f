import { fleetSchema, type FleetData } from "./schema.ts";
import { isObject } from "../model/records.ts";
import type { PropPath } from "../model/schema-at.ts";

interface Issue {
  readonly code: string;
  readonly path: PropPath;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
}

/**
 * The data without structurally invalid parts, so that the rest of a faulty file is checked too. Strings may still be
 * invalid. Undefined if nothing useful remains.
 */
export function usable(data: unknown): FleetData | undefined {
  const copy = structuredClone(data);
  for (let round = 0; round < 20; round++) {
    const result = fleetSchema.safeParse(copy);
    const wrong = result.success ? [] : (result.error.issues as readonly Issue[]).flatMap(structural);
    if (wrong.length === 0) return copy as FleetData;
    for (const { path, keys } of wrong) {
      const steps = (keys ?? [undefined]).map((key) => (key === undefined ? path : [...path, key]));
      if (!steps.every((step) => remove(copy, step))) return undefined;
    }
  }
  return undefined;
}

/** The paths with structural errors in an issue; for a union, those within the structurally matching alternative. */
function structural(issue: Issue): Issue[] {
  if (issue.code === "custom") return [];
  const within = issue.errors?.find((branch) => branch.every(({ path, keys }) => path.length > 0 || keys !== undefined));
  if (!within) return [issue];
  return within.flatMap(structural).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Removes a value or, if missing, the object that lacks it; removes whole lists, so that other items keep their indexes. */
function remove(root: unknown, path: PropPath): boolean {
  let last = path.length - 1;
  const parents: unknown[] = [root];
  for (const step of path) {
    const parent = parents.at(-1);
    parents.push(isObject(parent) ? parent[step] : undefined);
  }
  while (last >= 0 && (parents[last + 1] === undefined || typeof path[last] === "number")) last--;
  const parent = parents[last];
  const key = path[last];
  if (last < 0 || key === undefined || !isObject(parent) || (last === 0 && key === "hosts")) return false;
  delete parent[key];
  return true;
}
