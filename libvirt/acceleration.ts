import type { Libvirt } from "./connection.ts";
import { keyOf, rememberedTrial, rememberTrial } from "./acceleration-memory.ts";
import { isLibvirtError } from "./errors.ts";
import { ListDomains } from "./flags.ts";
import { hostCapabilities, type HostCapabilities } from "./host-capabilities.ts";
import type { KvmEvidence } from "./kvm-evidence.ts";
import { isTrialGuest, type KvmTrial, tryKvm } from "./kvm-trial.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { withKernel } from "./own-kernel.ts";
import { uptimeOf } from "./this-machine.ts";
import { parseXml } from "../model/xml.ts";

export interface AccelerationQuestion {
  /** The guest's architecture. @default the host's */
  readonly arch?: string | undefined;
  /** A kernel on the host that a guest boots there, for a host other than this machine. */
  readonly kernel?: string | undefined;
  /** Kernels of this machine to try. @default the running kernel */
  readonly kernels?: readonly string[];
  /** Try again, ignoring remembered results. */
  readonly retry?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * How new guests of a host run: on KVM if libvirt offers it and it is known to run guests. The evidence is an earlier trial since the
 * host booted, a guest that runs on it, or else a trial now ({@link tryKvm}).
 *
 * @throws LibvirtError, the signal's reason, CDKVM_CONNECTION_LOST
 */
export async function kvmEvidence(libvirt: Libvirt, question: AccelerationQuestion = {}): Promise<KvmEvidence> {
  const host = await hostCapabilities(libvirt);
  const { arch = host.arch, retry = false } = question;
  if (!host.typesFor(arch).has("kvm")) return { works: false, end: "not-offered", arch };
  const key = await keyOf({ libvirt, host });
  const uptime = await uptimeOf(libvirt);
  const where = { libvirt, host, uptime, key };
  const recall = async (): Promise<KvmEvidence | undefined> => (retry ? undefined : await rememberedTrial(where));
  const find = async (): Promise<KvmEvidence> => {
    const guest = retry ? undefined : await runsOnKvm(libvirt);
    if (guest !== undefined) return { works: true, by: "guest", name: guest };
    return await tryThere(libvirt, host, uptime.boot !== undefined, question);
  };
  const known = await recall();
  if (known !== undefined) return known;
  // concurrent trials slow each other down, and one may lose access to its kernel file when libvirt ends the other
  return await oneAtATime(key, async () => (await recall()) ?? (await rememberTrial(where, await find())), question.signal);
}

/** The first guest that runs on KVM. A paused guest does not count: KVM may be the reason for the pause. */
async function runsOnKvm({ domains }: Libvirt): Promise<string | undefined> {
  for (const domain of await domains.list(ListDomains.RUNNING)) {
    if (isTrialGuest(domain)) continue;
    try {
      if (parseXml(await domains.xml(domain)).attributes["type"] === "kvm") return domain.name;
    } catch (error) {
      if (!isLibvirtError(error, "NO_DOMAIN")) throw error; // it is gone by now
    }
  }
  return undefined;
}

/** Uses a kernel of this machine if it is the host, else one that a guest boots there, else the CPU flags. */
async function tryThere(
  libvirt: Libvirt,
  host: HostCapabilities,
  isHere: boolean,
  { arch, kernel, kernels, timeoutMs, signal }: AccelerationQuestion,
): Promise<KvmTrial> {
  const options = { ...(timeoutMs !== undefined && { timeoutMs }), ...(signal && { signal }) };
  return await withKernel(
    async (own) => {
      const other = arch === undefined || arch === host.arch ? kernel : undefined;
      const trial = await tryKvm(libvirt, { ...options, kernel: own ?? other });
      const isTelling = own !== undefined || trial.works || trial.end === "refused" || trial.end === "paused";
      // a guest's own kernel may not write to this console
      return isTelling ? trial : await tryKvm(libvirt, options);
    },
    isHere ? kernels : [],
  );
}
