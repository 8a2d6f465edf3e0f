import { actionKind, type Plan, type ResourceChange } from "../engine/plan.ts";
import type { HiddenValues } from "../model/hidden.ts";
import type { ChangeClass, Table } from "../model/table.ts";
import { tableOf } from "../model/tables.ts";
import { compare } from "./compare.ts";
import { expressionsOf, mayBeUnknown, readableTexts, referencesIn, secretsOf } from "./configuration.ts";
import { kindOf } from "./kinds/index.ts";
import { removalOf, type Interruption, type ResourceKind, type Update } from "./kinds/kind.ts";
import { type Phrase, phrasesOf, wished } from "./phrase.ts";
import { asRegistryApplies, registryUpdate } from "./registry.ts";
import type { Effect, Finding } from "./schema.ts";
import type { Subject } from "./subject.ts";
import { Surroundings } from "./surroundings.ts";
import { shownSides, textAt } from "./tree.ts";
import { phraseName } from "./words/phrases.ts";

/** What a plan does to one resource, before it is worded. */
export interface Judged {
  readonly subject: Subject;
  readonly kind: ResourceKind;
  readonly effect: Effect;
  readonly power: Update["power"];
  /** It is made again from the configuration alone. */
  readonly disposable: boolean;
  /** The most dangerous first. */
  readonly findings: readonly Finding[];
  /** What changes; of a replacement, what requires it. */
  readonly phrases: readonly Phrase[];
  /** Of a new one. */
  readonly summary: string;
  /** The same without what is its own: its volumes' names, its addresses, what is usual. */
  readonly likeness: string;
}

export interface ReviewOptions {
  /** The table of a resource type. @default the tables of cdkvm's own model */
  readonly tableOf?: (type: string) => Table | undefined;
  /** Shows user data and other free texts verbatim, except known secrets. @default false: only their parts are shown */
  readonly showTexts?: boolean;
  /** How many things apply does at once. @default not known */
  readonly parallelism?: number | undefined;
  /** Who else uses what the plan removes, by the removed object (`network lan`); not in the plan's JSON. @default nobody */
  readonly inUse?: Readonly<Record<string, string>>;
}

/** A plan as data. A fleet's review puts several of these together before anything is worded. */
export interface JudgedPlan {
  readonly changes: readonly Judged[];
  /** Changes made outside cdkvm. */
  readonly drift: readonly Judged[];
  readonly secrets: HiddenValues;
  readonly around: Surroundings;
  /** Whether free texts are in it verbatim. */
  readonly showsTexts: boolean;
}

export function judgePlan(plan: Plan, options: ReviewOptions = {}): JudgedPlan {
  const tables = options.tableOf ?? tableOf;
  const secrets = secretsOf(plan);
  const expressions = expressionsOf(plan);
  const subjectOf = (resource: ResourceChange): Subject => {
    const table = tables(resource.type);
    const written = expressions(resource);
    const readable = readableTexts(table, written);
    const { before, after } = shownSides(resource.change, table?.fields, { secrets, readable, showTexts: options.showTexts === true });
    const replacing = (resource.change.replace_paths ?? []).map((path) => path.filter((step) => typeof step === "string").join("."));
    const action = actionKind(resource.change);
    const difference = compare(before, after, table, { replacing, mayConfigure: (attribute) => mayBeUnknown(written, attribute) });
    const update = registryUpdate({ resource, action });
    const index = resource.index === undefined ? "" : `[${resource.index}]`;
    return {
      resource,
      table,
      action,
      name: textAt(after, "name") ?? textAt(before, "name") ?? `${resource.name}${index}`,
      before,
      after,
      references: resource.type === "libvirt_volume" ? referencesIn(written?.["create"]) : [],
      difference: update === undefined ? difference : asRegistryApplies(difference, update),
    };
  };
  const subjects = (all: readonly ResourceChange[]): Subject[] => all.filter(({ mode }) => mode === "managed").map(subjectOf);
  const managed = subjects(plan.resourceChanges);
  const around = new Surroundings(options.inUse);
  for (const one of managed) kindOf(one.resource.type).relate?.(one, around);
  const isDrift = ({ action, difference }: Subject): boolean => action === "delete" || wished(difference.leaves).length > 0;
  const judged = (all: readonly Subject[]): Judged[] => all.map((one) => judge(one, around));
  return {
    changes: judged(managed),
    drift: judged(subjects(plan.resourceDrift).filter(isDrift)),
    secrets,
    around,
    showsTexts: options.showTexts === true,
  };
}

function judge(subject: Subject, around: Surroundings): Judged {
  const kind = kindOf(subject.resource.type);
  const power = kind.power?.(subject);
  const effect = effectOf(subject, kind, power, around);
  const disposable = kind.isDisposable?.(subject, around) === true;
  const { phrases: ofKind = ({ difference }: Subject): Phrase[] => phrasesOf(difference) } = kind;
  const phrases = ofKind(effect === "replace" ? narrowed(subject) : subject, around).map((phrase) => ({
    ...phrase,
    change: inPlace(phrase.change, kind),
  }));
  const removal = removalOf(effect);
  const loss = removal === undefined || disposable ? undefined : kind.dataLoss?.(subject, removal, around);
  const network = kind.networkLoss?.(subject, effect, around);
  const findings: Finding[] = [
    ...(removal === undefined || loss === undefined ? [] : [{ kind: "data-loss" as const, effect: removal, ...loss }]),
    ...interruptions(subject, kind, effect, phrases, around),
    ...(network === undefined ? [] : [{ kind: "network-loss" as const, ...network }]),
  ];
  const summaryOf = (brief: boolean): string => (effect === "create" ? (kind.summary?.(subject.after, around, brief) ?? "") : "");
  return { subject, kind, effect, power, disposable, findings, phrases, summary: summaryOf(false), likeness: summaryOf(true) };
}

function interruptions(
  subject: Subject,
  kind: ResourceKind,
  effect: Effect,
  phrases: readonly Phrase[],
  around: Surroundings,
): Interruption[] {
  if (effect !== "restart" && effect !== "stop" && effect !== "delete" && effect !== "replace") return [];
  const more = kind.interruption?.(subject, effect, around);
  if (more === undefined && effect !== "restart" && effect !== "stop") return [];
  const causes = phrases
    .filter(({ change }) => effect === "restart" && change === "restart")
    .map((phrase) => ({ name: phraseName(phrase), before: phrase.before, after: phrase.after }));
  return [{ kind: "interruption", effect, causes, keeps: [], guests: [], ...more }];
}

/** The class of a change in an update, which replaces nothing. */
const inPlace = (change: ChangeClass | undefined, { forced }: ResourceKind): ChangeClass | undefined =>
  change === "replace" ? (forced ?? "none") : change;

/** The effect of a change, from the class that the table gives each attribute. */
function effectOf(subject: Subject, kind: ResourceKind, power: Update["power"], around: Surroundings): Effect {
  const { action, table, difference } = subject;
  if (action === "read" || action === "no-op") return "none";
  if (action !== "update") return action;
  const registry = registryUpdate(subject);
  if (!table || registry === "fails") return "update";
  const requested = wished(difference.leaves);
  const changed = [...requested.filter((leaf) => leaf.kind !== "running"), ...difference.items];
  const classes = new Set(changed.map(({ change }) => inPlace(change, kind)));
  if (registry === "restart") classes.add("restart"); // even if only values change that the provider itself determines
  const special = kind.updateEffect?.(subject, { classes, power }, around);
  if (special !== undefined) return special;
  if (classes.has("restart") && kind.updateEffect === undefined) return "restart";
  return classes.has("live") || requested.length === 0 ? "live" : "recorded";
}

/** The attributes that force a replacement. */
function narrowed(subject: Subject): Subject {
  const roots = new Set((subject.resource.change.replace_paths ?? []).map((path) => String(path[0] ?? "")));
  const keep = <T extends { readonly kind: string }>(all: readonly T[]): T[] =>
    all.filter(({ kind }) => roots.has(kind.split(".")[0] ?? ""));
  const { leaves, own, items, pairs } = subject.difference;
  return { ...subject, difference: { leaves: keep(leaves), own: keep(own), items: keep(items), pairs: keep(pairs) } };
}
