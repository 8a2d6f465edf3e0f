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
  /** Guests that an update restarts take turns. Only in the provider of this package. @default they restart side by side */
  readonly rollout?: {
    /** Guests that restart at the same time. @default 1 */
    readonly atOnce?: number;
    /** What shows that a guest is back: its guest agent answers, or it has an address. @default agent */
    readonly wait?: "agent" | "ip";
    /** In place of `wait`: a shell command on the machine that applies, run until it exits with 0. */
    readonly command?: string;
    /** Seconds that a guest gets to come back. @default 300 */
    readonly timeout?: number;
    /** Failures from which no further guest restarts. @default 1 */
    readonly abortAfter?: number;
  };
  /** The versions allowed, as `~> 0.9.7`. @default any */
  readonly version?: string;
}

/** The connection of a stack's resources to one libvirt host. */
export class LibvirtProvider extends TerraformProvider {
  static readonly tfResourceType = "libvirt";
  uri: string | undefined;
  readonly #rollout: LibvirtProviderConfig["rollout"];
  #alias: string | undefined;

  constructor(scope: Construct, id: string, config: LibvirtProviderConfig = {}) {
    super(scope, id, {
      terraformResourceType: "libvirt",
      terraformGeneratorMetadata: { providerName: "libvirt", ...(config.version && { providerVersionConstraint: config.version }) },
      terraformProviderSource: config.source ?? EMBEDDED_SOURCE,
    });
    this.uri = config.uri;
    this.#rollout = config.rollout;
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
    const { atOnce, wait, command, timeout, abortAfter } = this.#rollout ?? {};
    const rollout = this.#rollout && { at_once: atOnce, wait, command, timeout, abort_after: abortAfter };
    return { uri: this.uri, rollout, alias: this.#alias };
  }
}
