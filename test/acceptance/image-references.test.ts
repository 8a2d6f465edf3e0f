import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;
const POOL = "/var/lib/libvirt/vols";
/** Only root may read it. */
const SECRET = "/var/lib/libvirt/secret";

const guest = (disk: Block): Block => ({
  name: "reader",
  type: "qemu",
  memory: 64,
  memory_unit: "MiB",
  vcpu: 1,
  os: { type: "hvm", type_arch: "x86_64", type_machine: "q35" },
  running: true,
  destroy: { graceful: false },
  devices: { disks: [{ target: { dev: "vda", bus: "virtio" }, ...disk }] },
});

describeWithHosts("an image that refers to host files", () => {
  let work: Workspace;
  let server: Server;
  let web: string;
  const folder = mkdtempSync(join(tmpdir(), "cdkvm-references-"));
  const file = (name: string): string => join(folder, name);
  const qemuImg = (...args: string[]): void => void execFileSync("qemu-img", args, { cwd: folder, stdio: "pipe" });

  beforeAll(async () => {
    process.env["XDG_STATE_HOME"] = file("state");
    qemuImg("create", "-q", "-f", "qcow2", "-u", "-b", SECRET, "-F", "raw", "backed.qcow2", "1M");
    qemuImg("create", "-q", "-f", "qcow2", "-o", "compat=0.10", "-u", "-b", SECRET, "-F", "raw", "old.qcow2", "1M");
    qemuImg("create", "-q", "-f", "qed", "-u", "-b", SECRET, "-F", "raw", "backed.qed", "1M");
    qemuImg("create", "-q", "-f", "qcow2", "-o", "data_file=data.raw,data_file_raw=on", "data.qcow2", "1M");
    qemuImg("amend", "-f", "qcow2", "-o", "data_file=data.raw", "data.qcow2");
    qemuImg("create", "-q", "-f", "vmdk", "-o", "subformat=monolithicFlat", "flat.vmdk", "1M");
    writeFileSync(file("flat.vmdk"), readFileSync(file("flat.vmdk"), "utf8").replace("flat-flat.vmdk", SECRET));
    qemuImg("create", "-q", "-f", "vmdk", "base.vmdk", "1M");
    qemuImg("create", "-q", "-f", "vmdk", "-b", "base.vmdk", "-F", "vmdk", "above.vmdk");
    server = createServer((request, response) => response.end(readFileSync(file(basename(request.url ?? "")))));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    delete process.env["XDG_STATE_HOME"];
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
    await host.exec("sh", ["-c", `mkdir -p ${POOL} && yes secret | head -c 1M > ${SECRET} && chmod 0600 ${SECRET}`]);
    await host.virsh("pool-create-as", "vols", "dir", "--target", POOL);
  });
  afterEach<{ host: Host }>(async ({ host }) => {
    await work.remove();
    await host.exec("sh", ["-c", `virsh -q pool-destroy vols; rm -rf ${POOL} ${SECRET}`], { mayFail: true });
  });

  const image = (url: string, more: Block = {}): Block => ({
    image: { pool: "vols", name: basename(url), create: { content: { url, ...more } } },
  });
  const write = (volume: Block, domain: Record<string, Block> = {}): Promise<void> =>
    work.write({ libvirt_volume: volume as Record<string, Block>, ...(Object.keys(domain).length > 0 && { libvirt_domain: domain }) });
  const volumes = async (host: Host): Promise<string> => (await host.virsh("vol-list", "vols")).split("\n").slice(2).join("").trim();
  const secretIs = async (host: Host): Promise<string> => (await host.exec("stat", ["-c", "%U %a", SECRET])).stdout.trim();

  const bad: Record<string, string> = {
    "backed.qcow2": `a backing file, "${SECRET}"`,
    "old.qcow2": `a backing file, "${SECRET}"`,
    "backed.qed": `a backing file, "${SECRET}"`,
    "data.qcow2": 'a data file, "data.raw"',
    "flat.vmdk": `an extent, "${SECRET}"`,
    "above.vmdk": 'a parent, "base.vmdk"',
  };

  test("is refused by the plan if the image is on this machine", { timeout: 120_000 }, async ({ host }) => {
    for (const [name, said] of Object.entries(bad)) {
      for (const url of [file(name), `file://${file(name)}`]) {
        await write(image(url));
        const [error, ...more] = await work.failingPlan();
        expect(more).toEqual([]);
        expect(error?.summary).toContain(`the image refers to ${said}, which `);
        expect(error?.detail).toContain("CDKVM_IMAGE_REFERENCES");
        expect(error?.snippet?.code).toContain(name);
      }
    }
    expect(await volumes(host)).toBe("");
  });

  test("is refused before its volume is created if it is on a server", { timeout: 120_000 }, async ({ host }) => {
    for (const [name, said] of Object.entries(bad)) {
      await write(image(`${web}/${name}`), {
        reader: guest({ source: { volume: { pool: "vols", volume: "${libvirt_volume.image.name}" } } }),
      });
      expect((await work.plan()).actions).toHaveLength(2);
      const [error] = await work.failingApply();
      expect(error?.summary).toContain(`the image refers to ${said}, which `);
      expect(await volumes(host)).toBe("");
      expect((await host.exec("ls", [POOL])).stdout).toBe("");
    }
    expect((await host.virsh("list", "--all", "--name")).trim()).toBe("");
    expect(await secretIs(host)).toBe("root 600");
  });

  test("is refused as new content of an existing volume, which is kept", { timeout: 120_000 }, async ({ host }) => {
    qemuImg("create", "-q", "-f", "qcow2", "good.qcow2", "1M");
    copyFileSync(file("good.qcow2"), file("changing.qcow2"));
    const volume = (url: string): Block => ({ image: { pool: "vols", name: "image.qcow2", create: { content: { url } } } });
    await write(volume(file("good.qcow2")));
    await work.apply();
    await write(volume(file("backed.qcow2")));
    const [error] = await work.failingPlan();
    expect(error?.detail).toContain("CDKVM_IMAGE_REFERENCES");
    expect(await volumes(host)).toContain("image.qcow2");

    // Between plan and apply it became another.
    await work.write({});
    await work.apply();
    await write(volume(file("changing.qcow2")));
    const { file: plan } = await work.engine.plan();
    copyFileSync(file("backed.qcow2"), file("changing.qcow2"));
    await expect(work.engine.apply({ plan })).rejects.toThrow("refers to a backing file");
    expect(await volumes(host)).toBe("");
  });

  test("is accepted with a warning if the configuration allows it", { timeout: 120_000 }, async ({ host }) => {
    await write(image(file("backed.qcow2"), { allow_backing_file: true }));
    expect((await work.plan()).warnings).toEqual([`The image for backed.qcow2 refers to a backing file, "${SECRET}"`]);
    await work.apply();
    expect(await volumes(host)).toContain("backed.qcow2");
    await write(image(file("backed.qcow2")));
    expect((await work.plan()).actions).toEqual(["update libvirt_volume.image"]); // its word alone: nothing is made anew
    await work.apply();
    expect((await work.plan()).actions).toEqual([]);
    await work.destroy();
  });

  test("is distinguished from self-contained images, which are accepted", { timeout: 120_000 }, async ({ host }) => {
    qemuImg("create", "-q", "-f", "raw", "plain.raw", "1M");
    const good: readonly (readonly string[])[] = [
      ["plain.qcow2", "qcow2"],
      ["v2.qcow2", "qcow2", "-o", "compat=0.10"],
      ["compressed.qcow2", "qcow2", "-c"],
      ["zstd.qcow2", "qcow2", "-c", "-o", "compression_type=zstd"],
      ["l2.qcow2", "qcow2", "-o", "extended_l2=on"],
      ["lazy.qcow2", "qcow2", "-o", "lazy_refcounts=on"],
      ["clusters.qcow2", "qcow2", "-o", "cluster_size=2M"],
      ["one.qed", "qed"],
      ["sparse.vmdk", "vmdk"],
      ["stream.vmdk", "vmdk", "-o", "subformat=streamOptimized"],
      ["one.vdi", "vdi"],
      ["one.vhd", "vpc"],
      ["one.raw", "raw"],
    ];
    for (const [name = "", format = "", ...options] of good) qemuImg("convert", "-q", "-O", format, ...options, "plain.raw", name);
    await write(
      Object.fromEntries(
        good
          .flatMap(([name = ""]) => [file(name), `${web}/${name}`].map((url, at) => [`${at}-${name}`, url]))
          .map(([name = "", url = ""]) => [`v${name.replaceAll(".", "_")}`, { pool: "vols", name, create: { content: { url } } }]),
      ),
    );
    expect((await work.plan()).warnings).toEqual([]);
    await work.apply();
    expect((await host.virsh("vol-list", "vols", "--details")).match(/ file /g)).toHaveLength(good.length * 2);
    await work.destroy();
  });

  test("cannot be forged by a guest that writes such a header to its raw disk", { timeout: 120_000 }, async ({ host }) => {
    writeFileSync(file("blank.raw"), Buffer.alloc(1024 * 1024));
    const disk = { pool: "vols", name: "disk", create: { content: { url: file("blank.raw") } } };
    // The configuration says nothing of the disk's format, neither for the volume nor for the guest.
    await write({ image: disk }, { reader: guest({ source: { volume: { pool: "vols", volume: "${libvirt_volume.image.name}" } } }) });
    await work.apply();
    await host.virsh("destroy", "reader");
    const header = readFileSync(file("backed.qcow2")).subarray(0, 4096).toString("base64");
    await host.exec("sh", ["-c", `echo "$1" | base64 -d | dd of=${POOL}/disk conv=notrunc`, "sh", header]);
    await host.virsh("pool-refresh", "vols"); // libvirt looks at what the file is
    await host.virsh("start", "reader");
    expect(await host.virsh("dumpxml", "reader")).toMatch(/<driver name='qemu' type='raw'\/>/);
    const opened = (await host.exec("sh", ["-c", "ls -l /proc/$(pidof qemu-system-x86_64)/fd"])).stdout;
    expect(opened).toContain(`${POOL}/disk`);
    expect(opened).not.toContain(SECRET);
    expect(await secretIs(host)).toBe("root 600");
    expect((await work.plan()).actions).toEqual([]); // nor does what libvirt takes the file for change anything
    await host.virsh("destroy", "reader");
    await work.destroy();
  });
});
