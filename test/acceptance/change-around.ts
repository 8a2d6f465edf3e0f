import type { Host } from "../hosts/host.ts";
import type { Entry } from "./change-batch.ts";

/** What the drawn guests stand on. */
export const around = {
  libvirt_network: { one: { name: "one", bridge: { name: "one0" } }, two: { name: "two", bridge: { name: "two0" } } },
  libvirt_pool: { vols: { name: "vols", type: "dir", target: { path: "/var/lib/libvirt/vols" } } },
};

/** The files that the drawn disks name. */
export async function makeDisks(host: Host, batch: readonly Pick<Entry, "key">[]): Promise<void> {
  const keys = batch.map(({ key }) => key).join(" ");
  await host.exec("sh", ["-c", `cd /var/lib/libvirt/images && for k in ${keys}; do for i in a b c d e; do truncate -s 8M $k-$i.raw; done; done`]); // prettier-ignore
}
