import {
  Annotations,
  TerraformDataSource,
  type TerraformMetaArguments,
  TerraformProvider,
  TerraformResource,
  TerraformStack,
} from "#cdktf";
import type { Construct } from "constructs";
import { EMBEDDED_SOURCE } from "../../model/embedded-source.ts";
import { CdkvmError } from "../../model/errors.ts";
import { camelCase } from "../../model/naming.ts";
import type { Table } from "../../model/table.ts";
import { reference, toTerraform } from "./attributes.ts";

type Config = TerraformMetaArguments & Readonly<Record<string, unknown>>;

const meta = new Set(["dependsOn", "count", "provider", "lifecycle", "forEach", "provisioners", "connection"]);

function ownAttributes(config: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !meta.has(name)));
}

/** The libvirt provider of each stack that has another than the embedded one; looked up for every resource. */
const defaults = new WeakMap<TerraformStack, TerraformProvider>();

/** Tells the resources of a stack which provider plans them. */
export function announceProvider(provider: TerraformProvider): void {
  const stack = TerraformStack.of(provider);
  if (provider.alias === undefined || !defaults.has(stack)) defaults.set(stack, provider);
}

/** Whether a resource is planned by another provider than the embedded one. */
function usesAnotherProvider(element: TerraformResource | TerraformDataSource): boolean {
  return isAnother(element.provider ?? defaults.get(TerraformStack.of(element)));
}

const isAnother = (provider: TerraformProvider | undefined): boolean =>
  provider?.terraformProviderSource !== undefined && provider.terraformProviderSource !== EMBEDDED_SOURCE;

/** Whether a stack's resources are planned by another provider than the embedded one, as far as the stack has one yet. */
export const hasAnotherProvider = (stack: TerraformStack): boolean => isAnother(defaults.get(stack));

/** A resource whose attributes a table describes: the base of `Domain`, `Network`, `Pool`, `Volume`, ... */
export abstract class LibvirtResource extends TerraformResource {
  readonly #table: Table;
  readonly #values: Record<string, unknown>;
  readonly #warned = new Set<string>();

  protected constructor(scope: Construct, id: string, table: Table, config: object) {
    const { dependsOn, count, provider, lifecycle, forEach, provisioners, connection } = config as Config;
    super(scope, id, {
      terraformResourceType: table.type,
      terraformGeneratorMetadata: { providerName: "libvirt" },
      ...(dependsOn && { dependsOn }),
      ...(count !== undefined && { count }),
      ...(provider && { provider }),
      ...(lifecycle && { lifecycle }),
      ...(forEach && { forEach }),
      ...(provisioners && { provisioners }),
      ...(connection && { connection }),
    });
    this.#table = table;
    this.#values = ownAttributes(config);
  }

  /** What the configuration says of an attribute, by its TypeScript name; `undefined` where it says nothing. */
  input(name: string): unknown {
    return this.#values[name];
  }

  /** Sets an attribute, by its TypeScript name; `undefined` takes it out. */
  set(name: string, value: unknown): void {
    if (value === undefined) delete this.#values[name];
    else this.#values[name] = value;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    const drop = usesAnotherProvider(this) ? (path: string): void => this.#warnDropped(path) : undefined;
    return toTerraform(this.#table.fields, this.#values, drop);
  }

  #warnDropped(path: string): void {
    if (this.#warned.has(path)) return;
    this.#warned.add(path);
    Annotations.of(this).addWarning(`${this.#table.type}.${path} is left out: only the embedded provider has it`);
  }
}

/** A data source whose attributes a table describes. */
export abstract class LibvirtDataSource extends TerraformDataSource {
  readonly #table: Table;
  readonly #values: Record<string, unknown>;

  protected constructor(scope: Construct, id: string, table: Table, config: object) {
    const { dependsOn, count, provider, lifecycle, forEach } = config as Config;
    super(scope, id, {
      terraformResourceType: table.type,
      terraformGeneratorMetadata: { providerName: "libvirt" },
      ...(dependsOn && { dependsOn }),
      ...(count !== undefined && { count }),
      ...(provider && { provider }),
      ...(lifecycle && { lifecycle }),
      ...(forEach && { forEach }),
    });
    this.#table = table;
    this.#values = ownAttributes(config);
  }

  /** What the configuration says of an attribute, by its TypeScript name; `undefined` where it says nothing. */
  input(name: string): unknown {
    return this.#values[name];
  }

  set(name: string, value: unknown): void {
    if (value === undefined) delete this.#values[name];
    else this.#values[name] = value;
  }

  /** @throws CdkvmError where the stack's provider does not have it */
  protected override synthesizeAttributes(): Record<string, unknown> {
    if (this.#table.embedded === true && usesAnotherProvider(this)) {
      throw new CdkvmError({
        code: "CDKVM_EMBEDDED_ONLY",
        doing: `synthesize ${this.node.path}`,
        problem: `the registry provider has no data source ${this.#table.type}`,
        fix: 'use the embedded provider for this stack, or name what is meant: its name, as "default"',
      });
    }
    return toTerraform(this.#table.fields, this.#values);
  }
}

/**
 * Gives a class what CDKTF's prebuilt providers have for each attribute: `memory` (a token when read), `memoryInput`
 * (what the configuration says), `resetMemory()`, and `putDevices(value)` for nested ones. The types are generated.
 */
export function defineAttributes(prototype: LibvirtResource | LibvirtDataSource, table: Table): void {
  for (const [name, field] of Object.entries(table.fields)) {
    const camel = camelCase(name);
    const pascal = camel.charAt(0).toUpperCase() + camel.slice(1);
    const settable = field.required || field.optional || !field.computed;
    const nested = field.kind === "group" || field.kind === "list";
    Object.defineProperty(prototype, camel, {
      configurable: true,
      get(this: LibvirtResource) {
        return reference(this, name, field);
      },
      ...(settable && !nested
        ? {
            set(this: LibvirtResource, value: unknown) {
              this.set(camel, value);
            },
          }
        : {}),
    });
    if (!settable) continue;
    Object.defineProperty(prototype, `${camel}Input`, {
      configurable: true,
      get(this: LibvirtResource) {
        return this.input(camel);
      },
    });
    if (!field.required)
      Object.defineProperty(prototype, `reset${pascal}`, {
        configurable: true,
        value(this: LibvirtResource) {
          this.set(camel, undefined);
        },
      });
    if (nested)
      Object.defineProperty(prototype, `put${pascal}`, {
        configurable: true,
        value(this: LibvirtResource, value: unknown) {
          this.set(camel, value);
        },
      });
  }
}
