import { TerraformProvider } from "#cdktf";
import type { Construct } from "constructs";
import { EMBEDDED_SOURCE } from "../../model/embedded-source.ts";
import { announceProvider } from "./element.ts";

/** https://libvirt.org/uri.html */
export interface LibvirtProviderConfig {
  /**
   * The host's libvirt URI: `qemu:///system`, `qemu+ssh://user@host/system`, ...
   * @default LIBVIRT_DEFAULT_URI of the environment that plans, else qemu:///system
   */
  readonly uri?: string;
  /** Tells several providers of a stack apart. */
  readonly alias?: string;
  /**
   * Where the engine finds the provider.
   * @default the provider of this package, `terraform.local/cdkvm/libvirt`
   */
  readonly source?: string;
  /** The versions allowed, as `~> 0.9.7`. @default any */
  readonly version?: string;
}

/** The connection of a stack's resources to one libvirt host. */
export class LibvirtProvider extends TerraformProvider {
  static readonly tfResourceType = "libvirt";
  uri: string | undefined;
  #alias: string | undefined;

  constructor(scope: Construct, id: string, config: LibvirtProviderConfig = {}) {
    super(scope, id, {
      terraformResourceType: "libvirt",
      terraformGeneratorMetadata: { providerName: "libvirt", ...(config.version && { providerVersionConstraint: config.version }) },
      terraformProviderSource: config.source ?? EMBEDDED_SOURCE,
    });
    this.uri = config.uri;
    this.#alias = config.alias;
    announceProvider(this);
  }

  override get alias(): string | undefined {
    return this.#alias;
  }

  override set alias(value: string | undefined) {
    this.#alias = value;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { uri: this.uri, alias: this.#alias };
  }
}
