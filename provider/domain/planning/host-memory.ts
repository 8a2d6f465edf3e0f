import type { Libvirt } from "../../../libvirt/connection.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import { ByteSize } from "../../../model/bytes.ts";
import type { Values } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import type { Diagnostic } from "../../protocol/resource.ts";
import { kibOf } from "../kib.ts";
import { diagnosticOf } from "./finding.ts";
import { moreThanHost } from "./host-findings.ts";

/** The host's memory in KiB, including hot-plugged memory; an older libvirt reports only what the host started with. */
async function totalOf({ node }: Libvirt): Promise<number> {
  try {
    const total = (await node.memoryStats()).get("total");
    if (total !== undefined) return total;
  } catch (error) {
    if (!isLibvirtError(error, "NO_SUPPORT", "OPERATION_UNSUPPORTED")) throw error;
  }
  return (await node.info()).memory;
}

/** A guest with more memory than its host, which may never start. Overcommitment by several guests is not checked. */
export async function beyondHost(host: Host, config: Values): Promise<readonly Diagnostic[]> {
  const kib = kibOf(config, "memory");
  const source = config["memory_backing"];
  // memory backed by a file is limited by that file
  if (kib === undefined || (typeof source === "object" && source !== null && "memory_source" in source && source["memory_source"] !== null))
    return [];
  const total = await host.once.ask("memory", async () => totalOf(await host.libvirt()));
  if (kib <= total) return [];
  return [diagnosticOf(moreThanHost(words(kib), words(total), config["running"] === true))];
}

/** To a tenth of a GiB for large amounts, for messages. */
function words(kib: number): string {
  const gib = Math.floor((kib / 1024 ** 2) * 10) / 10;
  return gib >= 1 ? `${gib} GiB` : ByteSize.of(`${kib} KiB`).toString();
}
