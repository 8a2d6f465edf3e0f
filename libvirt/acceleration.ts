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
  /** A kernel on the host that a guest boots there, for a host that is not this machine. */
  readonly kernel?: string | undefined;
  /** Kernels of this machine to try. @default the one that runs */
  readonly kernels?: readonly string[];
  /** Try once more, whatever is remembered. */
  readonly anew?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * How new guests of a host run: on KVM where libvirt offers it and it is known to run guests. That is known from an earlier trial
 * since the host started, from a guest that runs on it, or else from a trial now ({@link tryKvm}).
 *
 * @throws LibvirtError, the signal's reason, CDKVM_CONNECTION_LOST
 */
export async function kvmEvidence(libvirt: Libvirt, question: AccelerationQuestion = {}): Promise<KvmEvidence> {
  const host = await hostCapabilities(libvirt);
  const { arch = host.arch, anew = false } = question;
  if (!host.typesFor(arch).has("kvm")) return { works: false, end: "not-offered", arch };
  const key = await keyOf({ libvirt, host });
  const uptime = await uptimeOf(libvirt);
  const where = { libvirt, host, uptime, key };
  const recall = async (): Promise<KvmEvidence | undefined> => (anew ? undefined : await rememberedTrial(where));
  const find = async (): Promise<KvmEvidence> => {
    const guest = anew ? undefined : await runsOnKvm(libvirt);
    if (guest !== undefined) return { works: true, by: "guest", name: guest };
    return await tryThere(libvirt, host, uptime.boot !== undefined, question);
  };
  const known = await recall();
  if (known !== undefined) return known;
  // two trials at once slow each other, and libvirt may take a kernel's file from one as the other ends
  return await oneAtATime(key, async () => (await recall()) ?? (await rememberTrial(where, await find())), question.signal);
}

/** The first guest that runs on KVM. One that is paused may be so because KVM does not work. */
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

/** With a kernel of this machine where the host is this machine, else with one that a guest boots there, else by the processor. */
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
      // a guest's own kernel need not speak on this console
      return isTelling ? trial : await tryKvm(libvirt, options);
    },
    isHere ? kernels : [],
  );
}
