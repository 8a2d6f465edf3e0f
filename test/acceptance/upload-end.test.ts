import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { Libvirt } from "../../libvirt/connection.ts";
import type { PoolRef } from "../../libvirt/refs.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

const MiB = 1024 * 1024;
/** `npm run test:uploads` makes 500. */
const UPLOADS = Number(process.env["CDKVM_UPLOADS"] ?? 200);

async function poolOn(host: Host, lv: Libvirt, name: string, size: string): Promise<PoolRef> {
  const path = `/var/lib/libvirt/${name}`;
  await host.exec("sh", ["-c", `mkdir -p ${path} && mount -t tmpfs -o size=${size} none ${path}`]);
  await host.virsh("pool-create-as", name, "dir", "--target", path);
  return lv.pools.lookupByName(name);
}

describeWithHosts("the end of a transfer", () => {
  for (const sparse of [false, true]) {
    test(
      `each of ${UPLOADS / 2} ${sparse ? "sparse" : "plain"} uploads into a full pool ends in an error`,
      { timeout: 20_000 + UPLOADS * 500 },
      async ({ host }) => {
        await using lv = await Libvirt.connect(host.uri);
        const pool = await poolOn(host, lv, `full-${sparse}`, "1m");
        const blocks = [randomBytes(MiB), Buffer.alloc(MiB), randomBytes(MiB)];
        const short = [...blocks.slice(0, 2), randomBytes(100_000)]; // one message that does not fit
        const ends: string[] = [];
        for (let i = 0; i < UPLOADS / 2; i++) {
          const volume = await lv.volumes.create(
            pool,
            `<volume><name>v</name><capacity>${8 * MiB}</capacity><allocation>0</allocation></volume>`,
          );
          ends.push(
            await lv.volumes.upload(volume, i % 2 === 0 ? blocks : short, { sparse }).then(
              () => "success",
              (error: Error & { code?: unknown }) => (error.code === "CDKVM_UPLOAD_LOST" ? "lost" : error.message.replace(/.*: /, "")),
            ),
          );
          await lv.volumes.delete(volume);
        }
        const count = Object.fromEntries([...new Set(ends)].map((end) => [end, ends.filter((one) => one === end).length]));
        if (UPLOADS > 200) console.info(sparse ? "sparse" : "plain", count);
        expect(count["success"] ?? 0).toBe(0);
        expect(
          Object.keys(count).filter((end) => end !== "lost" && end !== "No space left on device" && end !== "Bad file descriptor"),
        ).toEqual([]);
        await host.virsh("pool-destroy", `full-${sparse}`);
      },
    );
  }

  test("a download whose last read fails is an error, not a short file", { timeout: 60_000 }, async ({ host }) => {
    await using lv = await Libvirt.connect(host.uri);
    const pool = await poolOn(host, lv, "unreadable", "1m");
    const volume = await lv.volumes.create(pool, `<volume><name>v</name><capacity>4096</capacity></volume>`);
    // The memory of process 1 can be read as far as it is mapped; reading beyond is EIO.
    const maps = (await host.exec("cat", ["/proc/1/maps"])).stdout;
    const [from, to] = maps.split("\n").find((line) => line.includes("[heap]"))?.split(" ")[0]?.split("-").map((hex) => Number(`0x${hex}`)) ?? []; // prettier-ignore
    await host.exec("ln", ["-sf", "/proc/1/mem", "/var/lib/libvirt/unreadable/v"]);
    const read = async (): Promise<number> => {
      let bytes = 0;
      for await (const chunk of lv.volumes.download(volume, { offset: from ?? 0 })) bytes += chunk.length;
      return bytes;
    };
    expect((to ?? 0) - (from ?? 0)).toBeGreaterThan(4096);
    await expect(read()).rejects.toThrow(/Input\/output error|Bad file descriptor/);
    await host.exec("rm", ["/var/lib/libvirt/unreadable/v"]);
    await host.virsh("pool-destroy", "unreadable");
  });
});
