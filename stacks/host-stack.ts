import { join } from "node:path";
import { App, LocalBackend, TerraformBackend, TerraformStack, type IStackSynthesizer } from "#cdktf";
import type { Construct, IConstruct } from "constructs";
import { usualProvider, type Acceleration, type ProviderKind } from "../constructs/host-settings.ts";
import { describeHost, ownPool, type Host } from "../constructs/host.ts";
import { declareMove, type Move } from "../constructs/moved.ts";
import { EMBEDDED_SOURCE, LibvirtProvider } from "../constructs/provider-libvirt/index.ts";
import { StoragePool } from "../constructs/storage-pool.ts";
import type { IStoragePool } from "../constructs/storage.ts";
import { check } from "../model/check.ts";
import { defaultUri } from "../model/host-uri.ts";
import { hostProps } from "../model/props/host.ts";
import { rolloutNeedsEmbedded, stackTwice } from "./errors.ts";
import { writeLauncher } from "./launcher.ts";
import { packageVersion } from "./own-package.ts";
import { localStatePath } from "./local-state.ts";
import { orderGroups, providerRollout, type Rollout } from "./rollout.ts";
import { keepSecrets } from "./secrets.ts";

/** The provider in the registry, and the versions whose attributes the constructs emit. */
const REGISTRY = { source: "dmacvicar/libvirt", version: "~> 0.9.7" } as const;

export interface HostStackProps {
  /**
   * The stack's libvirt connection URI (https://libvirt.org/uri.html): `qemu+ssh://root@kvm1.example.org/system`.
   * @default - LIBVIRT_DEFAULT_URI, else qemu:///system
   */
  readonly uri?: string;
  /**
   * `embedded`: the provider in this package; `registry`: dmacvicar/libvirt, without what only the embedded provider has.
   * @default - CDKVM_PROVIDER, else embedded
   */
  readonly provider?: ProviderKind;
  /**
   * `kvm`: on the host's CPU; `qemu`: emulated, slow, everywhere.
   * @default - CDKVM_ACCELERATION, else the plan decides for each new guest by what the host can do (registry: kvm)
   */
  readonly acceleration?: Acceleration;
  /** Directory of the pool that `pool` creates. @default /var/lib/libvirt/images/<stack> */
  readonly poolPath?: string;
  /** The pool for disks that name none: an existing pool of the host, by name. @default - `pool` creates one */
  readonly defaultPool?: string;
  /**
   * How guests are restarted when a change needs it: a few at a time, each until it is back. Embedded provider only.
   * @default - they restart side by side, as many as the engine changes at once
   */
  readonly rollout?: Rollout;
}

/** The stacks of each program, by their name in cdktf.out: the last part of their path. */
const stacksOf = new WeakMap<IConstruct, Map<string, string>>();

/** Two stacks with one name would share a folder, and the last would silently overwrite the others. */
function refuseTwice(stack: HostStack): void {
  const { root, id, path } = stack.node;
  const others = stacksOf.get(root) ?? new Map<string, string>();
  const other = others.get(id);
  if (other !== undefined) throw stackTwice(path, id, other);
  stacksOf.set(root, others.set(id, path));
}

/**
 * Everything on one KVM host: one stack, one state, planned and applied separately.
 *
 * ```ts
 * const app = new App();
 * const kvm1 = new HostStack(app, "kvm1", { uri: "qemu+ssh://root@kvm1.example.org/system" });
 * new VM(kvm1, "web1", { memory: "2 GiB", disks: [{ size: "20 GiB" }] });
 * app.synth();
 * ```
 */
export class HostStack extends TerraformStack {
  readonly provider: LibvirtProvider;
  readonly host: Host;

  /** @throws CdkvmError that names the invalid prop, its value and the fix */
  constructor(scope: Construct, id: string, props: HostStackProps = {}) {
    super(scope, id);
    refuseTwice(this);
    check(hostProps, props, `HostStack ${this.node.path}`);
    const { uri = defaultUri(), provider = usualProvider(), acceleration, poolPath, defaultPool, rollout } = props;
    if (rollout !== undefined && provider === "registry") throw rolloutNeedsEmbedded(this.node.path);
    this.host = describeHost(this, { uri, provider, ...(acceleration ? { acceleration } : {}) }, () =>
      defaultPool ? StoragePool.existing(this, "default-pool", defaultPool) : ownPool(this, poolPath),
    );
    const source = provider === "registry" ? REGISTRY : { source: EMBEDDED_SOURCE, version: packageVersion() };
    this.provider = new LibvirtProvider(this, "libvirt", { uri, ...source, ...(rollout && { rollout: providerRollout(rollout) }) });
    this.synthesizer = finishing(this.synthesizer, this, { provider, rollout });
  }

  /**
   * The pool for disks that name none. First use creates a pool with the stack's name in
   * /var/lib/libvirt/images/<stack> (for a session URI, in the user's ~/.local/share/libvirt/images).
   */
  get pool(): IStoragePool {
    return this.host.pool;
  }

  /**
   * Declares a construct's old path, so that its objects on the host are kept: its resources move to their new addresses, and
   * whatever is derived from the path (names, MAC addresses, volumes, cloud-init's instance id) keeps using the first one. Keep
   * the call before the construct while that exists.
   *
   * ```ts
   * host.moved({ from: "web1", to: "front1" });
   * new VM(host, "front1", { memory: "2 GiB" });
   * ```
   *
   * @throws CdkvmError if the construct already exists, and at synth if the old path is in use
   */
  moved(move: Move): void {
    declareMove(this, move);
  }

  /** The backend set by the program, else a local state. @internal */
  override ensureBackendExists(): TerraformBackend {
    const given = this.node.findAll().find((one) => TerraformBackend.isBackend(one));
    return given ?? new LocalBackend(this, { path: localStatePath(this) });
  }

  /** Undefined if the provider decides for each new guest. */
  get acceleration(): Acceleration | undefined {
    return this.host.acceleration;
  }
}

/** Orders the rollout, writes the embedded provider's launcher next to cdk.tf.json, where both engines find it, and protects secrets. */
function finishing(
  inner: IStackSynthesizer,
  stack: TerraformStack,
  { provider, rollout }: { readonly provider: ProviderKind; readonly rollout: Rollout | undefined },
): IStackSynthesizer {
  return {
    synthesize(session) {
      if (rollout) orderGroups(stack, rollout);
      inner.synthesize(session);
      const folder = join(session.outdir, App.of(stack).manifest.forStack(stack).workingDirectory);
      if (provider === "embedded") writeLauncher(folder);
      keepSecrets(folder);
    },
  };
}
