/**
 * The vocabulary of the tables: one {@link Fields} record describes one libvirt structure, attribute by attribute.
 *
 * A table is plain data. The typed resource classes, the provider's schema, the XML codec, the plan's change class, the
 * review, the import and the reference docs all read it; attributes are defined nowhere else.
 *
 * A locator (`at`) is relative to the element of the enclosing structure and works in both directions:
 *
 * | locator     | stands for                                                              |
 * | ----------- | ----------------------------------------------------------------------- |
 * | `name`      | the child element `<name>`: its text, its fields, or its mere presence   |
 * | `@type`     | the attribute `type` of the enclosing element                            |
 * | `vcpu/@cpuset` | the attribute `cpuset` of the child element `<vcpu>`                  |
 * | `.`         | the enclosing element: its own text (leaf), or more of its fields (group) |
 * | `""`        | not in libvirt's XML: known only to the provider or the engine           |
 */

/**
 * The effect of changing an attribute on an existing object.
 *
 * - `live`: applied to the running guest, network or volume and to its definition; nothing stops.
 * - `restart`: the definition changes immediately; a running guest is shut down and started.
 * - `replace`: only a new object can have it.
 * - `none`: invisible to libvirt (how to wait, how to shut down); only the state records it.
 */
export type ChangeClass = "live" | "restart" | "replace" | "none";

/** How to compare two spellings; `exact` if absent. */
export type Sameness =
  | "machine" // q35 is pc-q35-7.2: libvirt resolves an alias to its newest version
  | "mode" // file modes: 0755, 755, 00755
  | "mac" // letter case and separators
  | "address" // IPv4 and IPv6 spellings
  | "case" // letter case
  | "metadata" // XML: insignificant white space, attribute order, namespace prefixes
  | "path"; // doubled and trailing slashes

/** Texts at these locators define the kind of their element. What libvirt assigned to one kind does not fit another. */
export const kindAttributes: ReadonlySet<string> = new Set(["@type", "@model", "@mode", "@device", "@bus"]);

/**
 * The content of a free text. It may contain anything, even a secret, so a review tells which parts changed and never shows it.
 *
 * - `user-data`: cloud-init input: `#cloud-config`, a script, an archive
 * - `keyed`: YAML, described by its keys
 * - `ignition`, `script`
 * - `argument`: one argument of a program; `kernel-arguments`: those of a kernel
 * - `value`: opaque; only whether it changed can be told
 */
export type Holds = "user-data" | "keyed" | "ignition" | "script" | "argument" | "kernel-arguments" | "value";

/** A value that libvirt fills in: always, or on a condition; see `meets` in condition.ts. */
export type Filled = string | number | boolean | { readonly is: string | number | boolean; readonly when: string };

export interface FieldOptions {
  /** The configuration must set it; `registry`: only for the registry provider, libvirt does not need it. */
  readonly required?: true | "registry";
  /**
   * libvirt or the provider sets the value; with `optional`, if the configuration does not. `embedded`: the embedded provider
   * chooses it for a new object; existing objects keep their own.
   */
  readonly computed?: true | "embedded";
  /** Also settable, for a computed field. */
  readonly optional?: true;
  /** Never shown in plans, logs or reviews. */
  readonly sensitive?: true;
  /** For a free text: reviews describe its parts, see {@link Holds}. */
  readonly holds?: Holds;
  /** Only in the embedded provider. */
  readonly embedded?: true;
  /** @default inherited from the enclosing field; `restart` at the top of a domain, see each resource */
  readonly change?: ChangeClass;
  /**
   * A `live` attribute that restarts a guest unless the enclosing structure meets one of these conditions, before and after; see
   * `meets` in condition.ts.
   */
  readonly liveWith?: readonly string[];
  readonly same?: Sameness;
  /**
   * libvirt's default, always and everywhere. A state without the attribute does not imply this value: someone else may have
   * set another.
   */
  readonly default?: string | number;
  /**
   * What libvirt writes into the XML if the configuration leaves the attribute open: one of these, or a number or name of its own
   * (`anything`). To remove such a value from the configuration changes nothing, and an import leaves it out. Unlike a `default`, it may
   * depend on the version and on other attributes.
   */
  readonly fills?: readonly Filled[] | "anything";
  /** libvirt gives one to each device: of interest only if the configuration sets it. */
  readonly assigned?: true;
  /** An import shows the attribute even if libvirt would fill it in so: people write it. */
  readonly importShows?: true;
  /** Its meaning in a sentence or two; shown in the reference and in the editor. */
  readonly doc?: string;
}

interface Located extends FieldOptions {
  readonly at: string;
}

export interface TextField extends Located {
  readonly kind: "text";
  /** With `when`: the alternative of a union whose only field is the element's text; see {@link GroupField}. */
  readonly select?: string;
  readonly when?: string;
}

export interface IntegerField extends Located {
  readonly kind: "integer";
  /** The sibling field with this number's unit; 1024 with unit MiB is 1 with unit GiB. */
  readonly unit?: string;
  /** The unit if that sibling is not set: `KiB` for memory, `bytes` for storage. */
  readonly unitDefault?: string;
  /** Hexadecimal in the XML, with at least this many digits: 4 is `0x0000`. @default decimal */
  readonly hexDigits?: 1 | 2 | 4;
}

/** A boolean. `presence`: the empty element means true; else two spellings, such as `yes`/`no`; neither: not in the XML. */
export interface BooleanField extends Located {
  readonly kind: "boolean";
  readonly presence?: true;
  readonly spelled?: readonly [yes: string, no: string];
  /** With `when`: true selects a union alternative that has no fields; see {@link GroupField}. */
  readonly select?: string;
  readonly when?: string;
}

/** A repeated element whose text is the value. */
export interface TextsField extends Located {
  readonly kind: "texts";
  /** An unordered set in the schema. */
  readonly set?: true;
}

/** A nested structure. */
export interface GroupField extends Located {
  readonly kind: "group";
  readonly fields: Fields;
  /**
   * The group is one alternative of a union: it applies if the locator `select` (relative to the element that encloses the
   * group; `../@type` reaches one element further out) has the value `when`. Several locators and values are separated by
   * blanks: `@mode @type` is `subsystem pci`. An empty `when` means an absent attribute. An alternative can apply even if its
   * element is missing: `<serial type="pty"/>` has the source `{ pty: {} }`.
   */
  readonly select?: string;
  readonly when?: string;
}

/** A repeated nested structure. */
export interface ListField extends Located {
  readonly kind: "list";
  readonly fields: Fields;
  /**
   * Paths inside an item that identify it; `@variant` is the chosen alternative. A part not set in the configuration matches
   * any value. Items without a key are matched by content, then by kind, then by position.
   */
  readonly key?: readonly string[];
  /** With `when`: the list is one alternative of a union; see {@link GroupField}. */
  readonly select?: string;
  readonly when?: string;
  /**
   * Elements missing from the configuration: `drift` adds them to the state (if the configuration has no such list at all,
   * only if the list has a `key`: libvirt fills many lists itself), `ignored` leaves them to libvirt.
   */
  readonly extras?: "drift" | "ignored";
  /** libvirt ignores the order. */
  readonly unordered?: true;
}

export type Field = TextField | IntegerField | BooleanField | TextsField | GroupField | ListField;
export type Fields = { readonly [name: string]: Field };

/** A Terraform resource or data source. */
export interface Table {
  /** The Terraform type: `libvirt_domain`. */
  readonly type: string;
  /** The root element of libvirt's XML; `""` if the resource has none. */
  readonly element: string;
  readonly doc: string;
  /** The change class of a field that neither sets nor inherits one. */
  readonly change: ChangeClass;
  /** Only in the embedded provider. */
  readonly embedded?: true;
  readonly fields: Fields;
}

type Options<F extends Field> = Omit<F, "kind" | "at" | "fields">;

export const text = (at: string, options: Options<TextField> = {}): TextField => ({ kind: "text", at, ...options });
export const integer = (at: string, options: Options<IntegerField> = {}): IntegerField => ({ kind: "integer", at, ...options });
export const texts = (at: string, options: Options<TextsField> = {}): TextsField => ({ kind: "texts", at, ...options });
/** A boolean that is not in the XML. */
export const boolean = (options: Omit<Options<BooleanField>, "presence" | "spelled"> = {}): BooleanField => ({
  kind: "boolean",
  at: "",
  ...options,
});
/** An empty element that means true. */
export const presence = (at: string, options: Options<BooleanField> = {}): BooleanField => ({
  kind: "boolean",
  at,
  presence: true,
  ...options,
});
/** `yes` or `no` in the XML, a boolean in the configuration. */
export const yesNo = (at: string, options: Options<BooleanField> = {}): BooleanField => ({
  kind: "boolean",
  at,
  spelled: ["yes", "no"],
  ...options,
});
/** `on` or `off` in the XML, a boolean in the configuration. */
export const onOff = (at: string, options: Options<BooleanField> = {}): BooleanField => ({
  kind: "boolean",
  at,
  spelled: ["on", "off"],
  ...options,
});
export const group = (at: string, fields: Fields, options: Options<GroupField> = {}): GroupField => ({
  kind: "group",
  at,
  fields,
  ...options,
});
export const list = (at: string, fields: Fields, options: Options<ListField> = {}): ListField => ({ kind: "list", at, fields, ...options });
/** One alternative of a union: its fields are on the enclosing element, identified by `select` and `when`. */
export const variant = (select: string, when: string, fields: Fields, options: Options<GroupField> = {}): GroupField => ({
  kind: "group",
  at: ".",
  select,
  when,
  fields,
  ...options,
});
/** An alternative without fields: `true` selects it. */
export const choice = (select: string, when: string, options: Options<BooleanField> = {}): BooleanField => ({
  kind: "boolean",
  at: ".",
  select,
  when,
  ...options,
});

export const table = (definition: Table): Table => definition;
