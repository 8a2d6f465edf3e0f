import type { ChangeClass, Field, Fields, Table } from "../../model/table.ts";
import { liveWhere, nested, readOnly } from "./page.ts";

/** A change in a test. */
export interface Proven {
  readonly type: string;
  readonly attribute: string;
  readonly change: ChangeClass;
}

export interface Proofs {
  /** Changes with their own test, by its name. */
  readonly cases: readonly (Proven & { readonly name: string; readonly also?: readonly string[] })[];
  /** Changes drawn by the property test. */
  readonly drawn: readonly Proven[];
}

interface Row {
  readonly path: string;
  readonly change: string;
  readonly proof: string;
}

/** A path and those of its enclosing structures, longest first: `a[].b.c`, `a[].b`, `a[]`, `a`. */
function around(path: string): string[] {
  const found: string[] = [];
  for (let here = path; here !== ""; here = here.replace(/(\[\]|\.?[^.[\]]+)$/, "")) found.push(here);
  return found;
}

/** Tests that share only this level prove nothing for each other: `devices` covers unrelated things. */
const isKind = (path: string): boolean => path !== "devices";

/** The tests that prove a class: those of the attribute itself, else of the enclosing structure, else of a neighbour. */
function proofOf(type: string, path: string, change: ChangeClass, { cases, drawn }: Proofs): string {
  const isMeant = (one: Proven): boolean => one.type === type && one.change === change;
  const placesOf = ({ attribute, also = [] }: Proofs["cases"][number]): readonly string[] => [attribute, ...also];
  const draws = (place: string): string[] => (drawn.some((one) => isMeant(one) && one.attribute === place) ? ["*drawn*"] : []);
  const named = (wanted: (attribute: string) => boolean): string[] =>
    cases.filter((one) => isMeant(one) && placesOf(one).some(wanted)).map(({ name }) => name);
  for (const place of around(path)) {
    const found = [...named((attribute) => attribute === place), ...draws(place)];
    if (found.length > 0) return place === path ? found.join("; ") : `as ${found.find((one) => !one.startsWith("*")) ?? found[0]}`;
  }
  for (const place of around(path).filter(isKind)) {
    const [near] = named((attribute) => around(attribute).includes(place));
    if (near !== undefined) return `as ${near}`;
  }
  return "*planned*";
}

/** All attributes of a structure; a uniform structure gets a single row. */
function rowsOf(type: string, fields: Fields, outer: { path: string; change: ChangeClass; hangs: boolean }, proofs: Proofs): Row[] {
  return Object.entries(fields).flatMap(([name, field]): Row[] => {
    if (readOnly(field)) return [];
    const path = `${outer.path}${outer.path === "" ? "" : "."}${name}${field.kind === "list" ? "[]" : ""}`;
    const change = field.change ?? outer.change;
    const hangs = outer.hangs || field.liveWith !== undefined;
    const row = (at: Field): Row => ({
      path,
      change: at.liveWith === undefined && !outer.hangs ? change : "live or restart",
      proof: hangs ? both(type, path, proofs) : proofOf(type, path, change, proofs),
    });
    const inner = nested(field);
    if (inner === undefined || Object.keys(inner).length === 0) return [row(field)];
    const rows = rowsOf(type, inner, { path, change, hangs }, proofs);
    const all = field.kind === "list" ? [row(field), ...rows] : rows;
    const [first] = all;
    if (first !== undefined && all.every((one) => one.change === first.change && one.proof === first.proof))
      return [{ ...first, path: `${path}.*` }];
    return all;
  });
}

const both = (type: string, path: string, proofs: Proofs): string =>
  `live: ${proofOf(type, path, "live", proofs)}; restart: ${proofOf(type, path, "restart", proofs)}`;

/** The attributes whose class depends on values, and on which. */
function conditions(fields: Fields, outer: string): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const path = `${outer}${outer === "" ? "" : "."}${name}${field.kind === "list" ? "[]" : ""}`;
    const text = liveWhere(field);
    return [...(text === "" ? [] : [`- \`${path}\`: ${text}`]), ...conditions(nested(field) ?? {}, path)];
  });
}

/** The effect of changing each attribute, and the tests that prove it. */
export function renderChanges(banner: string, tables: readonly Table[], proofs: Proofs): string {
  const sections = tables.map((table) => {
    const rows = rowsOf(table.type, table.fields, { path: "", change: table.change, hangs: false }, proofs);
    const lines = rows.map(({ path, change, proof }) => `| \`${path}\` | ${change} | ${proof} |`);
    const notes = conditions(table.fields, "");
    const note = notes.length > 0 ? `The class of these attributes depends on values:\n\n${notes.join("\n")}\n\n` : "";
    return `## ${table.type}\n\n${note}| attribute | class | proven by |\n| --- | --- | --- |\n${lines.join("\n")}\n`;
  });
  return `${banner}
# What a change does to a running guest

Each attribute has a class in its table in \`model/\`; the embedded provider applies a change accordingly, and the plan and the review show it.

| class | meaning |
| --- | --- |
| live | changes the running guest, network or volume and its definition; nothing stops |
| restart | changes the definition, then restarts what is running; what is not running stays off |
| replace | deletes the object and creates a new one |
| none | not part of libvirt's definition: how to wait, how to stop, whether to start with the host |

\`x.*\` is everything in \`x\`. \`x[]\` is the list itself: an item is added or removed. If a guest is not running, a change of class
\`restart\` takes effect at its next start. Adding or removing a disk, network card or host device needs a restart if the running guest
has no free port for it; the plan explains why ([VMs](guide/vms.md#stop-start-protect)).

The tests run on real hosts:

| proven by | test |
| --- | --- |
| words | the case of this name in \`test/acceptance/change-cases.test.ts\`: it plans the change with its class, applies it on a real host, checks that the guest's process stays the same if and only if the class is live, compares the running guest and its definition, and plans again without a change |
| as, and words | the case of the enclosing structure, or of another attribute of the same class in that structure |
| *drawn* | generated at random by \`test/acceptance/change-classes.test.ts\`, with the same checks |
| *planned* | only \`test/provider/change-classes.test.ts\`, which plans a change of each attribute: the plan contains the change, with this class |

The pages of the [reference](reference/README.md) say what each attribute means.

${sections.join("\n")}`;
}
