import { planCreate, settle, type PlannedChange } from "../attributes/plan.ts";
import { shownAs, unsaid, withoutOpen, withUntold } from "../attributes/imported.ts";
import { isEmpty } from "../attributes/equality.ts";
import { asText, isValues, type Value, type Values, valueAt } from "../model/values.ts";
import { importLeftOut } from "./errors.ts";
import type { Host } from "./host.ts";
import type { Context, PlanRequest, PlanResult, Resource } from "./protocol/resource.ts";
import { changesBetween, isImported } from "./resource.ts";

const MOST_NAMED = 10;

/** Attributes that identify the object; a configuration may be about to rename it. */
const NAMES = ["name", "pool"] as const;

/** Whether another attribute, which the configuration sets, implies this one. */
type Implied = (path: readonly string[], existing: Values) => boolean;

/**
 * A resource whose objects can be imported safely. Import guesses a state from what exists, so the state has values that no
 * configuration ever set. Until an apply writes the state, plans therefore compare the configuration with what exists: a different
 * value is a change, and what the configuration leaves open stays.
 */
export function importable(resource: Resource<Host>, noun: string, isImplied: Implied = () => false): Resource<Host> {
  const { table } = resource;

  /** The existing object, in the spelling of the configuration; null if it is gone. */
  async function found(prior: Values, wanted: Values, context: Context<Host>): Promise<Values | null> {
    const names = Object.fromEntries(
      NAMES.filter((name) => name in table.fields).map((name): [string, Value] => [name, prior[name] ?? null]),
    );
    const words: Values = { ...withUntold(table, prior, wanted), ...names };
    const quiet: Context<Host> = { ...context, private: null, warn: () => {}, setPrivate: () => {} };
    const existing = await resource.read(words, quiet);
    return existing && withoutOpen(table, wanted, existing);
  }

  return {
    ...resource,

    async plan(request: PlanRequest, context: Context<Host>): Promise<PlanResult> {
      const { prior, proposed } = request;
      if (prior === null || !isImported(context.private)) return resource.plan(request, context);
      const existing = await found(prior, proposed, context);
      if (existing === null) return resource.plan(request, context);
      const result = await resource.plan({ ...request, prior: existing }, context);
      refuseLosses(changesBetween(table, existing, result.planned), existing, noun);
      const open = unsaid(table, prior, existing).filter((path) => !isImplied(path, existing));
      warnOfUnsaid(open, existing, noun, context);
      context.differs();
      return { ...result, planned: shownAs(table, prior, existing, result.planned) };
    },

    async update(prior, planned, config, context) {
      if (!isImported(context.private)) return resource.update(prior, planned, config, context);
      const wanted = settle(table, planCreate(table, config), planned);
      const existing = await found(prior, wanted, context);
      context.differs();
      return resource.update(existing ?? prior, wanted, config, context);
    },

    async import(id, context) {
      const state = await resource.import(id, context);
      context.setPrivate({ imported: true });
      return state;
    },
  };
}

/** @throws CDKVM_IMPORT_LEFT_OUT if a list in the configuration lacks an item of the object: apply would unplug a disk unasked */
function refuseLosses(changes: readonly PlannedChange[], existing: Values, noun: string): void {
  const lost = changes.filter(({ path, before, after }) => typeof path.at(-1) === "number" && !isEmpty(before) && isEmpty(after));
  const [first] = lost;
  if (first === undefined) return;
  const items = lost.map(({ path, before }) => `${path.filter((step) => typeof step === "string").join(".")} ${keyOf(before)}`.trim());
  throw importLeftOut(first.path.slice(0, -1), noun, asText(existing["name"]), items);
}

/** What identifies a device or an entry to the user. */
function keyOf(item: Value): string {
  if (!isValues(item)) return "";
  const keys = [valueAt(item, "target", "dev"), valueAt(item, "mac", "address"), item["name"], item["mac"], item["ip"], item["address"]];
  return asText(keys.find((key) => typeof key === "string") ?? "");
}

/** Warns of what stays because no configuration sets it; removing it from the configuration before the first change has no effect. */
function warnOfUnsaid(paths: readonly (readonly string[])[], existing: Values, noun: string, { warn }: Context<Host>): void {
  if (paths.length === 0) return;
  const names = paths.map((path) => path.join("."));
  const more = names.length > MOST_NAMED ? `, and ${names.length - MOST_NAMED} more` : "";
  const name = asText(existing["name"]);
  warn({
    summary: `${name} was imported, and keeps what its configuration does not set: ${names.slice(0, MOST_NAMED).join(", ")}${more}`,
    detail: `Apply does not change these attributes of the ${noun}. To manage them, add them to the configuration.`,
  });
}
