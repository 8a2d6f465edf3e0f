import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;
const POOL = "/var/lib/libvirt/vols";
const sha = (algorithm: "sha256" | "sha512", bytes: Uint8Array): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
const qcow2 = { format: { type: "qcow2" } };
const raw = { format: { type: "raw" } };

describeWithHosts("the content of a volume", () => {
  let work: Workspace;
  const folder = mkdtempSync(join(tmpdir(), "cdkvm-content-"));
  const [one, two] = [randomBytes(300_000), randomBytes(400_000)];
  const file = (name: string): string => join(folder, name);
  const there = (host: Host, name: string): string => join(host.dir, "lib/vols", name);
  const digest = async (host: Host, name: string): Promise<string> =>
    `sha256:${(await host.exec("sha256sum", [`${POOL}/${name}`])).stdout.slice(0, 64)}`;

  beforeAll(() => {
    process.env["XDG_STATE_HOME"] = file("state");
    process.env["XDG_CACHE_HOME"] = file("cache");
    writeFileSync(file("one.raw"), one);
    writeFileSync(file("mirror.raw"), one);
    writeFileSync(file("two.raw"), two);
  });
  afterAll(() => {
    delete process.env["XDG_STATE_HOME"];
    delete process.env["XDG_CACHE_HOME"];
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
    await host.exec("mkdir", ["-p", POOL]);
    await host.virsh("pool-create-as", "vols", "dir", "--target", POOL);
  });
  afterEach<{ host: Host }>(async ({ host }) => {
    await work.remove();
    await host.exec("sh", ["-c", `virsh -q pool-destroy vols; rm -rf ${POOL}`]);
  });

  const image = (content: Block | null, more: Block = {}): Block => ({
    image: { pool: "vols", name: "image.raw", target: raw, ...(content === null ? {} : { create: { content } }), ...more },
  });
  const overlays: Block = {
    disk: {
      pool: "vols",
      name: "disk.qcow2",
      target: qcow2,
      capacity: 1,
      capacity_unit: "MiB",
      backing_store: { path: "${libvirt_volume.image.path}", ...raw },
    },
    snapshot: {
      pool: "vols",
      name: "snapshot.qcow2",
      target: qcow2,
      capacity: 1,
      capacity_unit: "MiB",
      backing_store: { path: "${libvirt_volume.disk.path}", ...qcow2 },
    },
  };
  const write = (...parts: Block[]): Promise<void> => work.write({ libvirt_volume: Object.assign({}, ...parts) as Record<string, Block> });
  const lost = (name: string): string => `The data of volume ${name} will be lost`;

  test("other content replaces the volume and all volumes that it backs, and the plan says so", { timeout: 180_000 }, async ({ host }) => {
    await write(image({ url: file("one.raw") }), overlays);
    await work.apply();
    await host.exec("qemu-io", ["-f", "qcow2", "-c", "write -P 7 0 64k", `${POOL}/disk.qcow2`]);
    const all = ["delete-create libvirt_volume.disk", "delete-create libvirt_volume.image", "delete-create libvirt_volume.snapshot"];

    await write(image({ url: `file://${file("two.raw")}` }), overlays);
    const plan = await work.plan();
    expect(plan.actions.sort()).toEqual(all);
    expect(plan.warnings.sort()).toEqual([lost("disk.qcow2"), lost("image.raw"), lost("snapshot.qcow2")]);
    await work.apply();
    expect(await digest(host, "image.raw")).toBe(sha("sha256", two));
    // what the guest had written is gone, and not left on other content
    await host
      .exec("qemu-io", ["-f", "qcow2", "-r", "-c", "read -P 7 0 64k", `${POOL}/disk.qcow2`], { mayFail: true })
      .then(({ stdout }) => {
        expect(stdout).toContain("Pattern verification failed");
      });
    expect((await work.plan()).actions).toEqual([]);

    // A checksum of other content, at the same URL: the file there was renewed.
    writeFileSync(file("two.raw"), one);
    await write(image({ url: `file://${file("two.raw")}`, checksum: sha("sha256", one) }), overlays);
    expect((await work.plan()).actions.sort()).toEqual(all);
    await work.apply();
    expect(await digest(host, "image.raw")).toBe(sha("sha256", one));
    expect((await work.plan()).actions).toEqual([]);
    writeFileSync(file("two.raw"), two);

    // No content any more: a blank volume.
    await write(image(null, { capacity: 1, capacity_unit: "MiB" }), overlays);
    expect((await work.plan()).actions.sort()).toEqual(all);
    await work.apply();
    // And content again, in what cdkvm made blank.
    await write(image({ url: file("one.raw") }), overlays);
    expect((await work.plan()).actions.sort()).toEqual(all);
    await work.destroy();
  });

  test(
    "what depends on a volume is replaced with it, as the constructs require for the registry's provider",
    { timeout: 180_000 },
    async () => {
      const tied: Block = {
        tied: { pool: "vols", name: "tied.raw", capacity: 1024, lifecycle: { replace_triggered_by: ["libvirt_volume.image.id"] } },
      };
      await write(image({ url: file("one.raw") }), tied);
      await work.apply();
      expect((await work.plan()).actions).toEqual([]);
      await write(image({ url: file("two.raw") }), tied);
      expect((await work.plan()).actions.sort()).toEqual(["delete-create libvirt_volume.image", "delete-create libvirt_volume.tied"]);
      await work.destroy();
    },
  );

  test(
    "the same content from elsewhere, or an added or removed checksum, does not change the volume",
    { timeout: 180_000 },
    async ({ host }) => {
      await write(image({ url: file("one.raw") }), overlays);
      await work.apply();
      const [made, disk] = [statSync(there(host, "image.raw")).ino, statSync(there(host, "disk.qcow2")).ino];
      for (const content of [
        { url: file("one.raw"), checksum: sha("sha256", one) },
        { url: file("mirror.raw"), checksum: sha("sha256", one) },
        { url: file("mirror.raw"), checksum: sha("sha256", one).toUpperCase().replace("SHA256", "sha256") },
        { url: file("mirror.raw") },
      ]) {
        await write(image(content), overlays);
        expect(await work.plan()).toMatchObject({ actions: ["update libvirt_volume.image"], warnings: [] });
        await work.apply();
        expect((await work.plan()).actions).toEqual([]);
      }
      expect(statSync(there(host, "image.raw")).ino).toBe(made);
      expect(statSync(there(host, "disk.qcow2")).ino).toBe(disk);

      // Nobody has said what its SHA-512 is.
      await write(image({ url: file("mirror.raw"), checksum: sha("sha512", one) }), overlays);
      expect((await work.plan()).actions).toContain("delete-create libvirt_volume.image");
      await write(image({ url: file("mirror.raw"), checksum: sha("sha256", two) }), overlays);
      expect((await work.plan()).actions).toContain("delete-create libvirt_volume.image");
      await work.destroy();
    },
  );

  test(
    "an imported volume is kept, whatever its original content, and the plan says that it is unknown",
    { timeout: 180_000 },
    async ({ host }) => {
      await write(image({ url: file("one.raw") }), overlays);
      await work.apply();
      const made = statSync(there(host, "image.raw")).ino;
      await work.engine.stateRemove("libvirt_volume.image");
      await work.engine.import("libvirt_volume.image", "vols/image.raw");
      const { actions, warnings } = await work.plan();
      expect(actions).toEqual(["update libvirt_volume.image"]);
      expect(warnings).toEqual(["The original content of volume image.raw is unknown, so it is not replaced"]);
      await work.apply();
      expect(statSync(there(host, "image.raw")).ino).toBe(made);
      expect((await work.plan()).actions).toEqual([]);
      await write(image({ url: file("two.raw") }), overlays);
      expect((await work.plan()).actions).toContain("delete-create libvirt_volume.image");
      await work.destroy();
    },
  );

  test("a seed with other content is another volume: cloud-init, Ignition and Combustion", { timeout: 180_000 }, async ({ host }) => {
    const seeds = (text: string): Record<string, Record<string, Block>> => ({
      libvirt_cloudinit_disk: { seed: { name: "seed", user_data: `#cloud-config\n# ${text}\n`, meta_data: "instance-id: one\n" } },
      libvirt_ignition: { seed: { name: "seed", content: JSON.stringify({ ignition: { version: "3.4.0" }, x: text }) } },
      libvirt_combustion: { seed: { name: "seed", content: `#!/bin/sh\n# ${text}\n` } },
      libvirt_volume: Object.fromEntries(
        ["cloudinit_disk", "ignition", "combustion"].map((kind) => [
          kind,
          { pool: "vols", name: kind, target: raw, create: { content: { url: `\${libvirt_${kind}.seed.path}` } } },
        ]),
      ),
    });
    const found = async (text: string): Promise<string[]> =>
      (await host.exec("sh", ["-c", `cd ${POOL} && grep -la '${text}' * || true`])).stdout.trim().split("\n").sort();
    await work.write(seeds("first text"));
    await work.apply();
    expect(await found("first text")).toEqual(["cloudinit_disk", "combustion", "ignition"]);
    await work.write(seeds("second text"));
    const { actions, warnings } = await work.plan();
    expect(actions.sort()).toEqual(
      ["cloudinit_disk.seed", "combustion.seed", "ignition.seed", "volume.cloudinit_disk", "volume.combustion", "volume.ignition"].map(
        (name) => `delete-create libvirt_${name}`,
      ),
    );
    expect(warnings).toEqual([]); // nothing of anybody's is in them
    await work.apply();
    expect(await found("second text")).toEqual(["cloudinit_disk", "combustion", "ignition"]);
    expect(await found("first text")).toEqual([""]);
    expect((await work.plan()).actions).toEqual([]);
    await work.destroy();
  });
});
