import { actionKind, type Change as RawChange, type Plan, type ResourceChange } from "../engine/plan.ts";
import type { Table } from "../model/table.ts";
import { tableOf } from "../model/tables.ts";
import { HiddenValues } from "../model/hidden.ts";
import { readSecrets, SECRETS_OUTPUT } from "../model/secrets.ts";
import { UNKNOWN } from "../model/values.ts";
import type { Leaf } from "./compare.ts";
import { effectOf, judge } from "./judge.ts";
import type { Effect, Review, ReviewedChange, ReviewedDrift, ReviewedOutput } from "./schema.ts";
import { Masked, SENSITIVE } from "./masked.ts";
import { driftSentences } from "./sentences.ts";
import { runs, subjectOf, Surroundings, type Subject } from "./subject.ts";
import { shownSides, type MaskOptions, type Shown } from "./tree.ts";
import { attributeOf, KNOWN_LATER, plain } from "./values.ts";
import { listed } from "./words/common.ts";

export interface ReviewOptions {
  /** The table of a resource type. @default the tables of cdkvm's own model */
  readonly tableOf?: (type: string) => Table | undefined;
  /** Shows user data and other free texts verbatim, except known secrets. @default false: only their parts are shown */
  readonly showTexts?: boolean;
  /** Who else uses what the plan removes, by the removed object (`network lan`); not in the plan's JSON. @default nobody */
  readonly inUse?: Readonly<Record<string, string>>;
}

/**
 * A plan for human readers: what is destroyed, what stops, what changes and why. Reads only the plan's JSON and queries
 * no host.
 */
export function review(plan: Plan, options: ReviewOptions = {}): Review {
  const tables = options.tableOf ?? tableOf;
  const secrets = secretsOf(plan);
  const expressions = expressionsOf(plan);
  const subject = (resource: ResourceChange): Subject => {
    const table = tables(resource.type);
    const written = expressions(resource);
    const readable = readableTexts(table, written);
    const shown = shownSides(resource.change, table?.fields, { secrets, readable, ...(options.showTexts && { showTexts: true }) });
    return subjectOf(resource, table, shown, (attribute) => mayBeUnknown(written, attribute));
  };
  const managed = plan.resourceChanges.filter((resource) => resource.mode === "managed").map(subject);
  const around = new Surroundings(managed, options.inUse);
  const drifted = plan.resourceDrift
    .filter((resource) => resource.mode === "managed")
    .map(subject)
    .filter((one) => actionKind(one.resource.change) === "delete" || one.difference.leaves.some((leaf) => !leaf.computed));
  const driftedAddresses = new Set(drifted.map((one) => one.resource.address));

  const judged = managed.map((one) => ({ subject: one, effect: effectOf(one, around) }));
  const changes = judged
    .filter(({ subject: one, effect }) => effect !== "none" || isNoteworthy(one))
    .map(({ subject: one, effect }) => reviewed(one, effect, around, driftedAddresses))
    .sort((a, b) => rank(a) - rank(b));
  const healedBy = new Set(
    judged.filter(({ effect }) => effect !== "none" && effect !== "forget").map(({ subject: one }) => one.resource.address),
  );
  const drift = drifted.map((one) => reviewedDrift(one, around, healedBy));
  const outputs = outputsOf(plan, secrets);
  const count = (effect: Effect): number => judged.filter((one) => one.effect === effect).length;
  return withoutSecrets(secrets, {
    formatVersion: 1,
    engineVersion: plan.engineVersion,
    hasChanges: changes.length > 0 || outputs.length > 0,
    errored: plan.errored,
    counts: {
      create: count("create"),
      live: count("live") + count("start"),
      restart: count("restart"),
      stop: count("stop"),
      replace: count("replace"),
      delete: count("delete"),
      update: count("update"),
      recorded: count("recorded"),
      moved: changes.filter((change) => change.movedFrom !== undefined).length,
      imported: changes.filter((change) => change.imported !== undefined).length,
      forgotten: count("forget"),
      drifted: drift.length,
      healed: drift.filter((one) => one.healed).length,
      unchanged: judged.length - changes.length,
    },
    changes,
    warnings: togetherDown(judged),
    drift,
    outputs,
  });
}

/** A secret may occur anywhere: in a name, an address, a key. */
function withoutSecrets<T>(secrets: HiddenValues, value: T): T {
  if (secrets.values.length === 0) return value;
  const hidden = (one: unknown): unknown => {
    if (typeof one === "string") return secrets.hide(one);
    if (Array.isArray(one)) return one.map(hidden);
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, hidden(inner)]));
  };
  return hidden(value) as T;
}

/** Guests that one apply takes down, temporarily or for good, though not necessarily at the same time. */
function togetherDown(judged: readonly { readonly subject: Subject; readonly effect: Effect }[]): string[] {
  const names = judged
    .filter(
      ({ subject: { resource, before }, effect }) =>
        resource.type === "libvirt_domain" && isDownMeanwhile(effect) && runs(before) !== false,
    )
    .map(({ subject: one }) => one.name);
  if (names.length < 2) return [];
  return [
    `${names.length} guests are interrupted by one apply, maybe at the same time: ${listed(names)}; with --parallelism 1 one after the other`,
  ];
}

const isDownMeanwhile = (effect: Effect): boolean => effect === "restart" || effect === "replace";

const isNoteworthy = (subject: Subject): boolean =>
  subject.resource.previous_address !== undefined || subject.resource.change.importing !== undefined;

function reviewed(subject: Subject, effect: Effect, around: Surroundings, drifted: ReadonlySet<string>): ReviewedChange {
  const { resource } = subject;
  const moved = resource.previous_address;
  const imported = resource.change.importing;
  return {
    address: resource.deposed === undefined ? resource.address : `${resource.address} (deposed ${resource.deposed})`,
    type: resource.type,
    name: subject.name,
    noun: subject.noun,
    effect,
    ...(moved !== undefined && moved !== resource.address ? { movedFrom: moved } : {}),
    ...(imported === undefined ? {} : { imported: imported.id ?? KNOWN_LATER }),
    ...judge(subject, effect, around),
    ...(drifted.has(resource.address) && effect !== "none" ? { drifted: true as const } : {}),
    attributes: subject.difference.leaves.filter((leaf) => !isForegone(leaf, effect)).map(attributeOf),
  };
}

/** Values that the provider determines are not shown, except for a replacement, where they differ from the old object's. */
const isForegone = (leaf: Leaf, effect: Effect): boolean => leaf.computed && leaf.after === UNKNOWN && effect !== "replace";

function reviewedDrift(subject: Subject, around: Surroundings, healed: ReadonlySet<string>): ReviewedDrift {
  const gone = actionKind(subject.resource.change) === "delete";
  return {
    address: subject.resource.address,
    type: subject.resource.type,
    name: subject.name,
    noun: subject.noun,
    ...(gone ? { gone: true as const } : {}),
    healed: healed.has(subject.resource.address),
    sentences: driftSentences(subject, around, gone),
    attributes: gone ? [] : subject.difference.leaves.filter((leaf) => !leaf.computed).map(attributeOf),
  };
}

const ORDER: readonly Effect[] = [
  "replace",
  "delete",
  "restart",
  "stop",
  "update",
  "start",
  "live",
  "create",
  "recorded",
  "forget",
  "none",
];

const rank = (change: ReviewedChange): number =>
  (change.destroysData === undefined ? 100 : 0) + (change.disposable ? 50 : 0) + ORDER.indexOf(change.effect);

function outputsOf(plan: Plan, secrets: HiddenValues): ReviewedOutput[] {
  return Object.entries(plan.outputChanges).flatMap(([name, change]) => {
    const action = actionKind(change);
    if (action !== "create" && action !== "update" && action !== "delete") return [];
    const { before, after } = shownSides(
      { ...change, before: { [name]: change.before }, after: { [name]: change.after }, ...wrapped(name, change) },
      undefined,
      { secrets },
    );
    const b = inner(before, name);
    const a = inner(after, name);
    return [
      {
        name,
        action,
        before: b instanceof Masked ? SENSITIVE : plain(b),
        after: a instanceof Masked ? SENSITIVE : plain(a),
        ...(b instanceof Masked || a instanceof Masked ? { sensitive: true as const } : {}),
        ...(a === UNKNOWN ? { unknown: true as const } : {}),
      },
    ];
  });
}

const wrapped = (name: string, change: RawChange): Pick<RawChange, "after_unknown" | "before_sensitive" | "after_sensitive"> => ({
  after_unknown: { [name]: change.after_unknown ?? false },
  before_sensitive: { [name]: change.before_sensitive ?? false },
  after_sensitive: { [name]: change.after_sensitive ?? false },
});

const inner = (side: Shown, name: string): Shown =>
  typeof side === "object" && side !== null && name in side ? ((side as Record<string, Shown>)[name] ?? null) : null;

/**
 * Values hidden wherever they occur: those that the program marked, now and when the state was written, and variables that the
 * configuration declares sensitive.
 */
function secretsOf(plan: Plan): HiddenValues {
  const marked = plan.outputChanges[SECRETS_OUTPUT];
  return new HiddenValues([...readSecrets(marked?.before), ...readSecrets(marked?.after), ...secretVariables(plan)]);
}

function secretVariables(plan: Plan): string[] {
  const root = recordOf(plan.configuration["root_module"]);
  const variables = recordOf(root["variables"]);
  return Object.keys(variables).flatMap((name) => {
    const value = plan.variables[name]?.value;
    return recordOf(variables[name])["sensitive"] === true && typeof value === "string" && value !== "" ? [value] : [];
  });
}

type Expressions = Readonly<Record<string, unknown>> | undefined;

/** What the configuration assigns to each attribute of a resource; `undefined` if the plan does not show it. */
function expressionsOf(plan: Plan): (resource: ResourceChange) => Expressions {
  const root = recordOf(plan.configuration["root_module"]);
  const resources = Array.isArray(root["resources"]) ? root["resources"].map(recordOf) : [];
  const byAddress = new Map(resources.map((resource) => [resource["address"], recordOf(resource["expressions"])]));
  return (resource) => (resource.module_address === undefined ? byAddress.get(`${resource.type}.${resource.name}`) : undefined);
}

/** Whether the configuration assigns an attribute a value that is not fully constant. */
const mayBeUnknown = (written: Expressions, attribute: string): boolean =>
  written === undefined || (written[attribute] !== undefined && !isConstant(written[attribute]));

const isConstant = (expression: unknown): boolean => recordOf(expression)["constant_value"] !== undefined;

/**
 * Texts whose parts may be shown although their schema hides them: constants of the configuration, and those built from variables
 * alone. Anything from elsewhere may be an unknown secret.
 */
function readableTexts(table: Table | undefined, written: Expressions): MaskOptions["readable"] & {} {
  const texts = Object.entries(table?.fields ?? {}).flatMap(([name, { holds }]) => (holds === undefined ? [] : [name]));
  return new Set(texts.filter((name) => typeof recordOf(written?.[name])["constant_value"] === "string" || isOfVariables(written?.[name])));
}

function isOfVariables(expression: unknown): boolean {
  const references = recordOf(expression)["references"];
  return Array.isArray(references) && references.every((one) => typeof one === "string" && one.startsWith("var."));
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
