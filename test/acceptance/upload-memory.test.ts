import { randomBytes } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "vitest";
import { Libvirt } from "../../libvirt/connection.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";

/** `npm run test:memory` sends 40. */
const SIZE_GIB = Number(process.env["CDKVM_UPLOAD_GIB"] ?? 2);
const MiB = 1024 * 1024;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const used = (): number => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

describeWithHosts("an upload", () => {
  test(
    `of ${SIZE_GIB} GiB, most of it holes, keeps nothing of what it has sent`,
    { timeout: 60_000 + SIZE_GIB * 30_000 },
    async ({ host }) => {
      await using libvirt = await Libvirt.connect(host.uri);
      await host.virsh("pool-create-as", "images", "dir", "--target", "/var/lib/libvirt/images");
      const pool = await libvirt.pools.lookupByName("images");
      const size = SIZE_GIB * 1024 * MiB;
      const volume = await libvirt.volumes.create(
        pool,
        `<volume><name>v</name><capacity>${size}</capacity><allocation>0</allocation></volume>`,
      );
      // as many pauses for room as a test of the suite has time for, at any size
      const chunk = Buffer.concat([randomBytes(64 * 1024), Buffer.alloc((SIZE_GIB / 2) * 192 * 1024)]);
      const samples: number[] = [];
      const total = Math.floor(size / chunk.length);
      function* chunks(): Generator<Uint8Array> {
        for (let i = 0; i < total; i++) {
          if (i % Math.floor(total / 20) === 0) samples.push(used());
          yield chunk;
        }
      }
      const sent = await libvirt.volumes.upload(volume, chunks(), { sparse: true });
      expect(sent).toBe(total * chunk.length);
      const [from = 0, to = 0] = [samples[2], samples.at(-1)];
      if (SIZE_GIB > 2) console.info(`MiB in use on the way: ${samples.map((one) => (one / MiB).toFixed(1)).join(" ")}`);
      expect((to - from) / MiB).toBeLessThan(2);
      await libvirt.volumes.delete(volume);
    },
  );
});
