import { expect, test, vi } from "vitest";
import type { Libvirt } from "../../../libvirt/connection.ts";
import type { Values } from "../../../model/values.ts";
import { Host } from "../../../provider/host.ts";
import { refuseOverlap } from "../../../provider/network/overlap.ts";
import type { Context } from "../../../provider/protocol/resource.ts";

const lan = (address: string): Values => ({ name: "lan", active: true, ips: [{ address, prefix: 24 }] });

test("the host's networks are read once for all planned networks", async () => {
  const networks = {
    list: vi.fn<() => Promise<unknown>>().mockResolvedValue([{ name: "theirs", uuid: "1" }]),
    xml: vi.fn<() => Promise<unknown>>().mockResolvedValue("<network><ip address='10.0.7.1' netmask='255.255.255.0'/></network>"),
    isActive: vi.fn<() => Promise<unknown>>().mockResolvedValue(true),
  };
  const client = new Host("test:///default", new AbortController().signal);
  vi.spyOn(client, "libvirt").mockResolvedValue({ networks } as unknown as Libvirt);
  const context = { client, knowsState: true, isStored: () => false } as unknown as Context<Host>;
  await refuseOverlap(lan("10.0.1.1"), "", context);
  await refuseOverlap(lan("10.0.2.1"), "", context);
  await expect(refuseOverlap(lan("10.0.7.129"), "", context)).rejects.toThrow(
    "10.0.7.0/24 overlaps 10.0.7.0/24 of the network theirs on this host, which is not in this state",
  );
  expect(networks.list).toHaveBeenCalledOnce();
  expect(networks.xml).toHaveBeenCalledOnce();
});
