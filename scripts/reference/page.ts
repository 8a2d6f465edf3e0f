import type { ChangeClass, Field, Fields, Sameness, Table } from "../../model/table.ts";
import { pascalCase } from "../../model/naming.ts";

/** Structures with more attributes than this get their own section; smaller ones are rows of the enclosing structure. */
const SMALL = 5;
/** The same for structures used in several places. */
const TINY = 2;

/** A structure's location: its path in the configuration, its element, and the change class that it passes on. */
interface Place {
  readonly path: string;
  readonly element: string;
  readonly change: ChangeClass;
}

interface Row {
  readonly path: string;
  readonly at: string;
  readonly field: Field;
  readonly change: ChangeClass;
  /** The union alternative that an enclosing small structure is. */
  readonly within: Field | undefined;
}

const same: Readonly<Record<Sameness, string>> = {
  machine: "An alias and the version it stands for are the same.",
  mode: "Leading zeros make no difference.",
  mac: "Letter case and separators make no difference.",
  address: "Spellings of one address are the same.",
  case: "Letter case makes no difference.",
  metadata: "Formatting and prefixes of the XML make no difference.",
  path: "Doubled and trailing slashes make no difference.",
};

/** GitHub's anchor of a heading. */
export const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");

export const nested = (field: Field): Fields | undefined => (field.kind === "group" || field.kind === "list" ? field.fields : undefined);
export const readOnly = (field: Field): boolean => Boolean(field.computed && !field.optional && !field.required);
const step = (name: string, field: Field): string => (field.kind === "list" ? `${name}[]` : name);
const join = (outer: string, inner: string, by: string): string => (outer === "" ? inner : inner === "" ? outer : `${outer}${by}${inner}`);

/** The element that a locator reaches from another. */
const reach = (element: string, at: string): string => (at === "." ? element || "." : element === "." ? at : join(element, at, "/"));

/** The number of attributes in a structure, across all levels. */
const leaves = (fields: Fields): number =>
  Object.values(fields).reduce((sum, field) => sum + leaves(nested(field) ?? {}) + (nested(field) ? 0 : 1), 0);

/** A resource's page: its structures as sections; shared structures appear once. */
export class Page {
  readonly #table: Table;
  readonly #data: boolean;
  readonly #places = new Map<Fields, Place[]>();

  constructor(table: Table, data: boolean) {
    this.#table = table;
    this.#data = data;
    this.#count(table.fields);
    const uses = new Map(this.#uses);
    this.#isSection = (fields) => leaves(fields) > ((uses.get(fields) ?? 0) > 1 ? TINY : SMALL);
    this.#visit(table.fields, { path: "", element: table.element, change: table.change });
  }

  readonly #uses = new Map<Fields, number>();
  #isSection: (fields: Fields) => boolean;

  #count(fields: Fields): void {
    for (const field of Object.values(fields)) {
      const inner = nested(field);
      if (!inner) continue;
      this.#uses.set(inner, (this.#uses.get(inner) ?? 0) + 1);
      this.#count(inner);
    }
  }

  #visit(fields: Fields, place: Place): void {
    const places = this.#places.get(fields);
    if (places) places.push(place);
    else this.#places.set(fields, [place]);
    for (const { path, at, field, change } of this.#rows(fields, place.change)) {
      const inner = nested(field);
      if (inner) this.#visit(inner, { path: join(place.path, path, "."), element: reach(place.element, at), change });
    }
  }

  /** A structure's attributes, including those of small structures inside it. */
  #rows(fields: Fields, inherited: ChangeClass, outer = "", outerAt = "", within?: Field): Row[] {
    return Object.entries(fields).flatMap(([name, field]) => {
      const change = field.change ?? inherited;
      const path = join(outer, step(name, field), ".");
      const at = field.at === "" ? "" : reach(outerAt, field.at);
      const inner = nested(field);
      const row = { path, at, field, change, within };
      if (!inner) return [row];
      return this.#isSection(inner) ? [row] : this.#rows(inner, change, path, at, "select" in field ? field : within);
    });
  }

  #title(fields: Fields): string {
    return this.#places.get(fields)?.[0]?.path ?? "";
  }

  /** @throws Error if two sections have the same anchor */
  render(banner: string): string {
    const { type, doc, fields } = this.#table;
    const className = (this.#data ? "DataLibvirt" : "") + pascalCase(type.replace(/^libvirt_/, ""));
    const sections = [...this.#places.keys()].filter((one) => one !== fields);
    const anchors = sections.map((one) => slug(this.#title(one)));
    const twice = anchors.find((one, index) => anchors.indexOf(one) !== index);
    if (twice !== undefined) throw new Error(`${type}: two sections have the anchor #${twice}`);
    return [
      banner,
      `# ${type}\n\n${link(doc)}\n`,
      `In TypeScript: \`${className}\` of \`cdkvm/provider-libvirt\`, with names in camel case. ${this.#data ? "" : "The terms are explained in the [reference](README.md)."}\n`,
      ...(sections.length > 0 ? [`Structures: ${this.#contents(sections)}.\n`] : []),
      `## Attributes\n\n${this.#rowsTable(fields)}`,
      ...sections.map((one) => this.#section(one)),
    ]
      .join("\n")
      .replace(/ +\n/g, "\n");
  }

  /** Links to the outer structures, which link to the inner ones. */
  #contents(sections: readonly Fields[]): string {
    const titles = sections.map((one) => this.#title(one)).filter((title) => title.split(".").length <= 2);
    return titles.map((title) => `[\`${title}\`](#${slug(title)})`).join(", ");
  }

  #section(fields: Fields): string {
    const [first, ...others] = this.#places.get(fields) ?? [];
    const element = first && first.element !== "" ? `Element \`${first.element}\`.` : "";
    const also = others.map((one) => `\`${one.path}\`${one.change === first?.change ? "" : ` (${one.change})`}`);
    const shared = also.length > 0 ? ` The same structure is used at ${also.join(", ")}.` : "";
    return `## ${first?.path}\n\n${(element + shared).trim()}\n\n${this.#rowsTable(fields)}`;
  }

  #rowsTable(fields: Fields): string {
    const places = this.#places.get(fields) ?? [];
    const [rows = [], ...others] = places.map((place) => this.#rows(fields, place.change));
    const xml = this.#table.element !== "";
    const head = ["attribute", "type", ...(this.#data ? [] : ["change"]), ...(xml ? ["XML"] : []), "meaning"];
    const lines = rows.map(({ path, at, field, change, within }, index) => {
      const varies = others.some((other) => other[index]?.change !== change);
      const inner = nested(field);
      const name = inner ? `[\`${path}\`](#${slug(this.#title(inner))})` : `\`${path}\``;
      const cells = [
        name,
        typeOf(field),
        ...(this.#data ? [] : [readOnly(field) ? "" : varies ? "inherited" : change]),
        ...(xml ? [locator(at, within && at !== "." ? within : field)] : []),
        meaning(field),
      ];
      return `| ${cells.join(" | ")} |`;
    });
    return [`| ${head.join(" | ")} |`, `| ${head.map(() => "---").join(" | ")} |`, ...lines, ""].join("\n");
  }
}

const link = (text: string): string => text.replace(/https:\/\/\S+[^\s.,]/g, (url) => `<${url}>`);

function typeOf(field: Field): string {
  const kinds = { text: "string", integer: "number", boolean: "bool", texts: "strings", group: "object", list: "objects" } as const;
  return [
    kinds[field.kind],
    ...(field.required === true ? ["**required**"] : []),
    ...(readOnly(field) ? ["read-only"] : field.computed ? ["computed when absent"] : []),
    ...(field.sensitive ? ["sensitive"] : []),
    ...(field.embedded ? ["embedded only"] : []),
  ].join(", ");
}

function locator(at: string, field: Field): string {
  if (at === "") return "";
  if (!("select" in field) || field.select === undefined) return `\`${at}\``;
  return `${at === "." ? "" : `\`${at}\` `}where \`${field.select}\` is ${field.when === "" ? "absent" : `\`${field.when ?? ""}\``}`;
}

function meaning(field: Field): string {
  const unit =
    field.kind === "integer" && field.unit !== undefined
      ? `In \`${field.unit}\`${field.unitDefault === undefined ? "" : `, ${field.unitDefault} without one`}.`
      : "";
  const unitNote = field.doc?.includes(`\`${(field.kind === "integer" && field.unit) || "-"}\``) ? "" : unit;
  const spelled = field.kind === "boolean" && field.spelled ? `\`${field.spelled.join("` or `")}\` in the XML.` : "";
  const standard = field.default === undefined || field.doc?.includes("Default") === true ? "" : `Default \`${field.default}\`.`;
  return [link(field.doc ?? ""), standard, unitNote, spelled, field.same ? same[field.same] : "", liveWhere(field)]
    .filter(Boolean)
    .join(" ")
    .replaceAll("|", "\\|");
}

/** If the class depends on values: `Live where `device` is `cdrom`, else a restart.` */
export function liveWhere({ liveWith }: Field): string {
  if (liveWith === undefined) return "";
  const conditions = liveWith.map((one) => {
    const [path, wanted] = one.split("=");
    return wanted === undefined ? `\`${path}\` is set` : `\`${path}\` is \`${wanted}\``;
  });
  return `Changes live where ${conditions.join(" or ")} before and after the change; otherwise a running guest restarts.`;
}
