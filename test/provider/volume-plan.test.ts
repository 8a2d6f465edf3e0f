import { setTimeout as delay } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { Values } from "../../model/values.ts";
import type { Host } from "../../provider/host.ts";
import type { Context } from "../../provider/protocol/resource.ts";
import { HostUsers } from "../../provider/users/host-users.ts";
import type { Inventory } from "../../provider/users/inventory.ts";
import { planVolumeRemoval } from "../../provider/users/volume-plan.ts";

const GUEST = "8a1d1c1e-6a2f-4c4b-9a54-1f1d2b3c4d5e";
const volume: Values = { pool: "vols", name: "data.raw", path: "/vols/data.raw" };
const guest: Values = {
  name: "web1",
  devices: { disks: [{ source: { volume: { pool: "vols", volume: "data.raw" } }, target: { dev: "vda" } }] },
};

/** A running guest has the volume; the engine has shown it, and neither read nor planned it, or has not come to it. */
function planning(isShown: boolean): { users: HostUsers; planned: Promise<void> } {
  const users = new HostUsers(() => Promise.reject(new Error("no host is needed")));
  const user = { guest: { name: "web1", uuid: GUEST, id: 1 }, use: { kind: "disk", dev: "vda" }, runs: true };
  vi.spyOn(users, "inventory").mockResolvedValue({ ofVolume: () => [user] } as unknown as Inventory);
  vi.spyOn(users, "overlaysOn").mockResolvedValue([]);
  const context = {
    client: { users },
    private: null,
    setPrivate: () => {},
    isStored: () => true,
    isShown: () => isShown,
  } as unknown as Context<Host>;
  return { users, planned: planVolumeRemoval(volume, "replaced", context) };
}

test("a volume's plan waits for a guest that the engine has announced, however late it plans it", async () => {
  const { users, planned } = planning(true);
  const settled = vi.fn<() => void>();
  planned.then(settled, settled);
  await delay(50);
  expect(settled).not.toHaveBeenCalled();
  users.leave(GUEST, guest);
  await expect(planned).rejects.toThrow(/web1 has a disk on volume data\.raw in pool vols, which this plan recreates while the guest runs/);
});

test("a volume's plan does not wait for a guest that the engine has not reached: it refers to the volume", async () => {
  await expect(planning(false).planned).resolves.toBeUndefined();
});
