import type { KvmEvidence } from "../../../libvirt/kvm-evidence.ts";
import { kvmEvidence } from "../../../libvirt/acceleration.ts";
import { kvmWords } from "../../../libvirt/kvm-words.ts";
import { EMULATED, ON_KVM } from "../../../model/plan-warnings.ts";
import { isValues, type Values, valueAt } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import { isReviewed } from "../../reviewed.ts";
import type { Context } from "../../protocol/resource.ts";

/**
 * Fills in what the configuration of a new guest leaves open: KVM or emulation, and the matching CPU. An existing guest keeps what it
 * has. The choice and its reason are reported once per host.
 */
export async function withAcceleration(planned: Values, config: Values, context: Context<Host>): Promise<Values> {
  if ((config["type"] ?? null) !== null) return planned;
  const evidence = await evidenceFor(config, context);
  const type = evidence.works ? "kvm" : "qemu";
  const { cpu } = planned;
  const isOpen = isValues(cpu) && cpu["mode"] === null && cpu["model"] === null;
  return { ...planned, type, ...(isOpen && { cpu: { ...cpu, mode: evidence.works ? "host-passthrough" : "maximum" } }) };
}

async function evidenceFor(config: Values, { client, signal, warn }: Context<Host>): Promise<KvmEvidence> {
  const [arch, kernel] = ["type_arch", "kernel"].map((name) => {
    const value = valueAt(config, "os", name);
    return typeof value === "string" && value !== "" ? value : undefined;
  });
  const question = { arch, kernel: kernel === undefined || client.ledger.makes(kernel) ? undefined : kernel, signal };
  return client.once.ask(`acceleration ${arch ?? ""}`, async () => {
    const evidence = await kvmEvidence(await client.libvirt(), question);
    if (!evidence.works) {
      warn({
        summary: EMULATED.format(client.uri, kvmWords(evidence)),
        detail: 'They are slow. `cdkvm doctor`, run on the host, says how to get KVM; acceleration: "kvm" or "qemu" sets it.',
        path: ["type"],
      });
    } else if (isReviewed()) warn({ summary: ON_KVM.format(client.uri, kvmWords(evidence)), path: ["type"] });
    return evidence;
  });
}
