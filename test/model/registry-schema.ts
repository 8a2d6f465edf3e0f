import { readFileSync } from "node:fs";

/** As `terraform providers schema -json` has it. */
export interface Attribute {
  readonly type?: Type;
  readonly nested_type?: { readonly nesting_mode: "single" | "list" | "set" | "map"; readonly attributes: Attributes };
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
}
export type Type = string | readonly [kind: string, of: Type | Readonly<Record<string, Type>>];
export type Attributes = Readonly<Record<string, Attribute>>;
type Kinds = Readonly<Record<string, Attributes>>;
export interface ProviderSchema {
  readonly provider: Attributes;
  readonly resources: Kinds;
  readonly dataSources: Kinds;
}

/** `string optional computed`, `["set","string"] required`; or the nesting mode, the marks, and the attributes inside. */
type Stored = string | { readonly is: string; readonly has: StoredAttributes };
type StoredAttributes = Readonly<Record<string, Stored>>;

const marksOf = (marks: readonly string[]): Attribute => Object.fromEntries(marks.map((mark) => [mark, true]));

function attributeOf(stored: Stored): Attribute {
  const [type = "", ...marks] = (typeof stored === "string" ? stored : stored.is).split(" ");
  if (typeof stored === "string") return { type: type.startsWith("[") ? (JSON.parse(type) as Type) : type, ...marksOf(marks) };
  return { nested_type: { nesting_mode: type as "single", attributes: attributesOf(stored.has) }, ...marksOf(marks) };
}
const mapped = <A, B>(all: Readonly<Record<string, A>>, of: (one: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(all).map(([name, one]) => [name, of(one)]));
const attributesOf = (all: StoredAttributes): Attributes => mapped(all, attributeOf);

/** The registry provider's schema, from its facts in test/fixtures. */
export function registrySchema(): ProviderSchema {
  const stored = JSON.parse(readFileSync(new URL("../fixtures/registry-provider.json", import.meta.url), "utf8")) as {
    readonly provider: StoredAttributes;
    readonly resources: Readonly<Record<string, StoredAttributes>>;
    readonly dataSources: Readonly<Record<string, StoredAttributes>>;
  };
  return {
    provider: attributesOf(stored.provider),
    resources: mapped(stored.resources, attributesOf),
    dataSources: mapped(stored.dataSources, attributesOf),
  };
}
