import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { Engine } from "../../engine/run.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { providerIn } from "./kill.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;
const MiB = 1024 * 1024;
const POOL = "/var/lib/libvirt/vols";
const TINY = "/var/lib/libvirt/tiny";

const volumes = async (host: Host): Promise<string[]> =>
  (await host.virsh("vol-list", "vols")).split("\n").slice(2).map((line) => line.trim().split(/\s+/)[0] ?? "").filter(Boolean); // prettier-ignore
const digest = async (host: Host, name: string): Promise<string> => (await host.exec("sha256sum", [`${POOL}/${name}`])).stdout.slice(0, 64);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const imageInfo = async (host: Host, name: string): Promise<Block> =>
  JSON.parse((await host.exec("qemu-img", ["info", "-U", "--output=json", `${POOL}/${name}`])).stdout) as Block;

describeWithHosts("libvirt_volume", () => {
  let work: Workspace;
  const folder = mkdtempSync(join(tmpdir(), "cdkvm-volume-"));
  const raw = Buffer.concat([randomBytes(MiB), Buffer.alloc(2 * MiB), randomBytes(MiB + 512)]);
  let server: Server;
  let url: string;
  let requests: string[] = [];
  /** The answers so far send a part, and call this when the volume is there: its first part has been read. */
  let arrived: ((response: ServerResponse) => void) | undefined;
  let folderOfPool: string;

  beforeAll(async () => {
    process.env["XDG_STATE_HOME"] = join(folder, "state");
    writeFileSync(join(folder, "disk.raw"), raw);
    server = createServer((request, response) => {
      const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
      requests.push(`${request.url} ${request.headers.range ?? ""}`.trim());
      if (request.url === "/moved") return void response.writeHead(302, { location: "/disk.raw" }).end();
      if (request.url !== "/disk.raw") return void response.writeHead(404).end();
      const from = Number(range ?? 0);
      response.writeHead(range === undefined ? 200 : 206, { "content-length": raw.length - from, etag: '"one"' });
      const then = arrived;
      if (then === undefined) return void response.end(raw.subarray(from));
      response.write(raw.subarray(0, MiB), () => void whenThere("web.raw").then(() => then(response)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    delete process.env["XDG_STATE_HOME"];
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach<{ host: Host }>(async ({ host }) => {
    requests = [];
    arrived = undefined;
    folderOfPool = join(host.dir, "lib/vols");
    work = await Workspace.open(host.uri);
    await host.exec("mkdir", ["-p", POOL]);
    await host.virsh("pool-define-as", "vols", "dir", "--target", POOL);
    await host.virsh("pool-start", "vols");
  });
  /** What a failed test left is not the next one's. */
  afterEach<{ host: Host }>(async ({ host }) => {
    await work.remove();
    const all =
      "for one in $(virsh -q list --name); do virsh -q destroy $one; done; for one in $(virsh -q pool-list --all --name); do virsh -q pool-destroy $one; virsh -q pool-undefine $one; done";
    await host.exec("sh", ["-c", `${all}; umount ${TINY}; rm -rf ${POOL} ${TINY}`], { mayFail: true });
    rmSync(join(folder, "state"), { recursive: true, force: true });
  });
  async function whenThere(name: string): Promise<void> {
    for (const until = Date.now() + 60_000; !existsSync(join(folderOfPool, name)); await delay(20))
      if (Date.now() > until) throw new Error(`${name} did not come`);
  }
  const write = (volume: Record<string, Block>): Promise<void> =>
    work.write({ libvirt_volume: Object.fromEntries(Object.entries(volume).map(([id, one]) => [id, { pool: "vols", ...one }])) });
  const content = (from: string, more: Block = {}): Block => ({ create: { content: { url: from, ...more } } });
  const qcow2 = { format: { type: "qcow2" } };

  test(
    "blank, copied and copy-on-write volumes are created, unchanged, recreated if missing, and removed",
    { timeout: 180_000 },
    async ({ host }) => {
      await host.exec("qemu-img", ["create", "-q", "-f", "qcow2", "/var/lib/libvirt/image.qcow2", "64M"]);
      const image = join(folder, "image.qcow2");
      writeFileSync(image, Buffer.from((await host.exec("base64", ["-w0", "/var/lib/libvirt/image.qcow2"])).stdout, "base64"));
      await write({
        blank: { name: "blank.qcow2", capacity: 1, capacity_unit: "GiB", target: qcow2 },
        raw: {
          name: "disk.raw",
          target: { format: { type: "raw" }, permissions: { mode: "0640" } },
          ...content(`file://${folder}/disk.raw`, { checksum: `sha256:${sha256(raw)}` }),
        },
        wide: {
          name: "wide.raw",
          capacity: 8,
          capacity_unit: "MiB",
          target: { format: { type: "raw" } },
          ...content(join(folder, "disk.raw")),
        },
        image: { name: "image.qcow2", target: qcow2, ...content(image) },
        larger: { name: "larger.qcow2", capacity: 128, capacity_unit: "MiB", target: qcow2, ...content(image) },
        overlay: {
          name: "overlay.qcow2",
          target: qcow2,
          backing_store: { path: "${libvirt_volume.image.path}", format: { type: "qcow2" } },
        },
      });
      await work.apply();
      expect((await volumes(host)).sort()).toEqual(["blank.qcow2", "disk.raw", "image.qcow2", "larger.qcow2", "overlay.qcow2", "wide.raw"]);
      expect(statSync(join(folderOfPool, "wide.raw")).size).toBe(8 * MiB);
      expect(await digest(host, "disk.raw")).toBe(sha256(raw));
      expect((await imageInfo(host, "disk.raw"))["actual-size"]).toBeLessThan(3 * MiB);
      expect(await imageInfo(host, "image.qcow2")).toMatchObject({ format: "qcow2", "virtual-size": 64 * MiB });
      expect(await imageInfo(host, "larger.qcow2")).toMatchObject({ format: "qcow2", "virtual-size": 128 * MiB });
      expect(await imageInfo(host, "overlay.qcow2")).toMatchObject({ "virtual-size": 64 * MiB, "backing-filename": `${POOL}/image.qcow2` });
      const { resources } = await work.engine.state();
      expect(resources.find(({ name }) => name === "image")?.values).toMatchObject({
        capacity: 64 * MiB,
        path: `${POOL}/image.qcow2`,
        key: `${POOL}/image.qcow2`,
        id: `${POOL}/image.qcow2`,
      });
      expect((await work.plan()).actions).toEqual([]);
      expect(readdirSync(join(folder, "state/cdkvm/journal"))).toEqual([]);

      // Guests write, and libvirt gives files other owners: no drift.
      await host.exec("sh", [
        "-c",
        `chown 64055 ${POOL}/disk.raw; chmod 600 ${POOL}/disk.raw; head -c 100000 /dev/urandom | dd conv=notrunc status=none of=${POOL}/disk.raw`,
      ]);
      await host.virsh("pool-refresh", "vols");
      expect((await work.engine.show((await work.engine.plan()).file)).resourceDrift).toEqual([]);

      await host.virsh("vol-delete", "--pool", "vols", "blank.qcow2");
      await host.exec("rm", [`${POOL}/overlay.qcow2`]);
      expect((await work.plan()).actions.sort()).toEqual(["create libvirt_volume.blank", "create libvirt_volume.overlay"]);
      await work.apply();
      expect((await work.plan()).actions).toEqual([]);
      await work.destroy();
      expect(await volumes(host)).toEqual([]);
      expect(readdirSync(POOL.replace("/var/lib/libvirt", join(host.dir, "lib")))).toEqual([]);
    },
  );

  test("grows in place, even under a running guest, and never shrinks", { timeout: 180_000 }, async ({ host }) => {
    const sized = (capacity: number): Promise<void> => write({ v: { name: "grow.qcow2", capacity, capacity_unit: "MiB", target: qcow2 } });
    await sized(32);
    await work.apply();
    await sized(48);
    expect((await work.plan()).actions).toEqual(["update libvirt_volume.v"]);
    await work.apply();
    expect((await imageInfo(host, "grow.qcow2"))["virtual-size"]).toBe(48 * MiB);

    const domain = `<domain type='qemu'><name>user</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='q35'>hvm</type></os>
      <devices><disk type='volume' device='disk'><driver name='qemu' type='qcow2'/><source pool='vols' volume='grow.qcow2'/><target dev='vda' bus='virtio'/></disk></devices></domain>`;
    await host.exec("sh", ["-c", "cat >/run/user.xml && virsh -c qemu:///system create /run/user.xml"], { input: domain });
    await sized(64);
    await work.apply();
    expect(await host.virsh("domblkinfo", "user", "vda")).toMatch(new RegExp(`Capacity:\\s+${64 * MiB}`));
    expect((await work.plan()).actions).toEqual([]);
    await sized(16);
    const [error] = await work.failingPlan();
    expect(error?.detail).toContain("CDKVM_VOLUME_SHRINKS");
    expect(error?.snippet?.code).toContain("capacity");
    await host.virsh("destroy", "user");
    await sized(64);
    await work.destroy();
    expect(await volumes(host)).toEqual([]);
  });

  test("content from a server: redirects, resumed transfers and checksums", { timeout: 180_000 }, async ({ host }) => {
    arrived = (response) => {
      arrived = undefined;
      response.destroy();
    };
    await write({ v: { name: "web.raw", ...content(`${url}/moved`, { checksum: `sha256:${sha256(raw)}` }) } });
    await work.apply();
    expect(await digest(host, "web.raw")).toBe(sha256(raw));
    expect(requests.filter((one) => one.startsWith("/disk.raw"))).toEqual([
      "/disk.raw",
      expect.stringMatching(/^\/disk\.raw bytes=[1-9]\d+-$/),
    ]);
    await work.destroy();

    await write({ v: { name: "web.raw", ...content(`${url}/disk.raw`, { checksum: `sha256:${"0".repeat(64)}` }) } });
    const [wrong] = await work.failingApply();
    expect(wrong?.detail).toContain(`sha256:${sha256(raw)}`);
    expect(wrong?.snippet?.code).toContain("checksum");
    expect(await volumes(host)).toEqual([]);

    await write({ v: { name: "web.raw", ...content(`${url}/none`) } });
    const [missing] = await work.failingApply();
    expect(missing?.summary).toContain("404");
    expect(await volumes(host)).toEqual([]);
  });

  test("a failed create leaves nothing behind, and is reported at its attribute", { timeout: 180_000 }, async ({ host }) => {
    await write({ v: { name: "v.raw", ...content("/nowhere/image.raw") } });
    expect((await work.plan()).warnings).toEqual(["There is no file /nowhere/image.raw on this machine"]);
    const [missing] = await work.failingApply();
    expect(missing?.detail).toContain("CDKVM_IMAGE_MISSING");
    expect(missing?.snippet?.code).toContain('"url"');

    await write({ v: { name: "v.raw", capacity: 1, capacity_unit: "MiB", ...content(join(folder, "disk.raw")) } });
    expect((await work.failingApply())[0]?.detail).toContain("CDKVM_IMAGE_TOO_LARGE");

    await work.write({ libvirt_volume: { v: { name: "v", pool: "nopool", capacity: 1024 } } });
    const [nopool] = await work.failingApply();
    expect(nopool?.snippet?.code).toContain('"pool"');

    await host.exec("sh", ["-c", `mkdir -p ${TINY} && mount -t tmpfs -o size=1m none ${TINY}`]);
    await host.virsh("pool-create-as", "tiny", "dir", "--target", TINY);
    await work.write({
      libvirt_volume: { v: { name: "v.raw", pool: "tiny", ...content(join(folder, "disk.raw")), capacity: 8, capacity_unit: "MiB" } },
    });
    const [full] = await work.failingApply();
    expect(full?.detail).toContain("CDKVM_POOL_FULL");
    expect(full?.snippet?.code).toContain('"capacity"');
    expect((await host.exec("ls", [TINY])).stdout).toBe("");
    expect(await volumes(host)).toEqual([]);
  });

  test("another's volume is refused and kept; imported, it plans no changes", { timeout: 180_000 }, async ({ host }) => {
    await host.virsh("vol-create-as", "vols", "theirs.qcow2", "32M", "--format", "qcow2");
    await host.exec("sh", ["-c", `echo precious >${POOL}/unseen.raw`]);
    const before = await digest(host, "theirs.qcow2");
    await write({ v: { name: "theirs.qcow2", capacity: 32, capacity_unit: "MiB", target: qcow2 } });
    const [taken] = await work.failingApply();
    expect(taken?.detail).toContain("CDKVM_NAME_TAKEN");
    expect(taken?.snippet?.code).toContain('"name"');
    expect(await digest(host, "theirs.qcow2")).toBe(before);

    await work.engine.import("libvirt_volume.v", "vols/theirs.qcow2");
    expect((await work.plan()).actions).toEqual([]);
    await work.engine.stateRemove("libvirt_volume.v");
    await work.engine.import("libvirt_volume.v", `${POOL}/theirs.qcow2`);
    expect((await work.plan()).actions).toEqual([]);
    await work.destroy();

    await write({ v: { name: "unseen.raw", capacity: 1, capacity_unit: "MiB" } });
    expect((await work.failingApply())[0]?.detail).toContain("CDKVM_NAME_TAKEN");
    expect(await host.readFile(`${POOL}/unseen.raw`)).toBe("precious\n");
    await host.exec("rm", [`${POOL}/unseen.raw`]);
  });

  test("a stopped pool removes no volume from the state", { timeout: 180_000 }, async ({ host }) => {
    await write({ v: { name: "v.raw", capacity: 1, capacity_unit: "MiB" } });
    await work.apply();
    await host.virsh("pool-destroy", "vols");
    const { actions, warnings } = await work.plan();
    expect(actions).toEqual([]);
    expect(warnings).toEqual([`The storage pool "vols" is not running, so the volume v.raw was not read`]);
    await host.virsh("pool-start", "vols");
    await work.destroy();
    expect(await volumes(host)).toEqual([]);
  });

  test("an apply takes over what a killed one created, and recreates what is incomplete", { timeout: 180_000 }, async ({ host }) => {
    await write({ v: { name: "v.raw", ...content(join(folder, "disk.raw")) } });
    await work.apply();
    await work.engine.stateRemove("libvirt_volume.v");
    const made = statSync(join(host.dir, "lib/vols/v.raw")).ino;
    await work.apply();
    expect(statSync(join(host.dir, "lib/vols/v.raw")).ino).toBe(made);
    await work.engine.stateRemove("libvirt_volume.v");

    const journal = join(folder, "state/cdkvm/journal");
    const [entry = ""] = readdirSync(journal);
    const text = (await host.exec("cat", [join(journal, entry)])).stdout;
    writeFileSync(join(journal, entry), text.replace('"made"', '"making"').replace(/"pid":\d+/, '"pid":999999'));
    await host.exec("sh", ["-c", `echo half >${POOL}/v.raw`]);
    await work.apply();
    expect(await digest(host, "v.raw")).toBe(sha256(raw));
    await work.destroy();
    expect(await volumes(host)).toEqual([]);
    expect(existsSync(join(journal, entry))).toBe(false);
  });

  test("Ctrl-C during a transfer leaves nothing behind", { timeout: 180_000 }, async ({ host }) => {
    await write({ v: { name: "web.raw", ...content(`${url}/disk.raw`) } });
    const abort = new AbortController();
    arrived = () => abort.abort();
    const engine = await Engine.open(work.folder, { abort: abort.signal });
    await expect(engine.apply()).rejects.toThrow(/interrupt|stopped/i);
    expect(abort.signal.aborted).toBe(true);
    expect(await volumes(host)).toEqual([]);
    expect(readdirSync(join(folder, "state/cdkvm/journal"))).toEqual([]);
    expect(await work.engine.stateList()).toEqual([]);
  });

  test(
    "after a provider was killed during a transfer, the next apply replaces the incomplete volume",
    { timeout: 180_000 },
    async ({ host }) => {
      const journal = join(folder, "state/cdkvm/journal");
      await write({ v: { name: "web.raw", ...content(`${url}/disk.raw`) } });
      arrived = () => {
        arrived = undefined;
        process.kill(providerIn(work.folder), "SIGKILL");
      };
      await expect(work.apply()).rejects.toThrow(/apply/);
      expect(await volumes(host)).toEqual(["web.raw"]);
      await work.apply();
      expect(await digest(host, "web.raw")).toBe(sha256(raw));
      expect((await work.plan()).actions).toEqual([]);
      expect(readdirSync(journal)).toEqual([]);
      await work.destroy();
      expect(await volumes(host)).toEqual([]);
    },
  );
});
