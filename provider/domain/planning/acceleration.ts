import { type KvmEvidence, kvmEvidence } from "../../../libvirt/acceleration.ts";
import { kvmWords } from "../../../libvirt/kvm-words.ts";
import { EMULATED, ON_KVM } from "../../../model/foretold.ts";
import { isValues, type Values, valueAt } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import type { Context } from "../../protocol/resource.ts";

/** What is known of each host, by architecture: many guests ask the same. */
const known = new WeakMap<Host, Map<string, Promise<KvmEvidence>>>();

/**
 * The plan of a new guest, with what its configuration leaves open: KVM or emulation, and the CPU that goes with it. A guest that
 * exists keeps what it has. Which it is, and why, is said once for each host.
 */
export async function withAcceleration(planned: Values, config: Values, context: Context<Host>): Promise<Values> {
  if ((config["type"] ?? null) !== null) return planned;
  const evidence = await evidenceFor(config, context);
  const type = evidence.works ? "kvm" : "qemu";
  const { cpu } = planned;
  const isOpen = isValues(cpu) && cpu["mode"] === null && cpu["model"] === null;
  return { ...planned, type, ...(isOpen && { cpu: { ...cpu, mode: evidence.works ? "host-passthrough" : "maximum" } }) };
}

function evidenceFor(config: Values, { client, signal, warn }: Context<Host>): Promise<KvmEvidence> {
  const [arch, kernel] = ["type_arch", "kernel"].map((name) => {
    const value = valueAt(config, "os", name);
    return typeof value === "string" && value !== "" ? value : undefined;
  });
  const ofHost = known.get(client) ?? new Map<string, Promise<KvmEvidence>>();
  known.set(client, ofHost);
  const key = arch ?? "";
  const asked = ofHost.get(key);
  if (asked !== undefined) return asked;
  const question = { arch, kernel: kernel === undefined || client.makes(kernel) ? undefined : kernel, signal };
  const found = client.libvirt().then((libvirt) => kvmEvidence(libvirt, question));
  ofHost.set(key, found);
  return found.then(
    (evidence) => {
      if (!evidence.works) {
        warn({
          summary: `${EMULATED}${client.uri}: ${kvmWords(evidence)}`,
          detail: 'They are slow. `cdkvm doctor`, run on the host, says how to have KVM; acceleration: "kvm" or "qemu" decides it.',
          path: ["type"],
        });
      } else if (process.env["CDKVM_REVIEWED"]) warn({ summary: `${ON_KVM}${client.uri}: ${kvmWords(evidence)}`, path: ["type"] });
      return evidence;
    },
    (error: unknown) => {
      ofHost.delete(key);
      throw error;
    },
  );
}
