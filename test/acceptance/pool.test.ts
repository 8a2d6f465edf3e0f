import { afterEach, beforeEach, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

const dir = (more: Block = {}): Block => ({ name: "images", type: "dir", target: { path: "/var/lib/libvirt/lab/images" }, ...more });
const exists = async (host: Host, path: string): Promise<boolean> => (await host.exec("test", ["-e", path], { mayFail: true })).code === 0;
const pools = async (host: Host): Promise<string> => (await host.virsh("pool-list", "--all", "--name")).trim();

describeWithHosts("libvirt_pool", () => {
  let work: Workspace;
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
  });
  afterEach(() => work.remove());
  const write = (p: Block): Promise<void> => work.write({ libvirt_pool: { p } });

  test("is built, started and autostarted; drift is detected and reverted; nothing is left", { timeout: 60_000 }, async ({ host }) => {
    await write(dir({ create: { build: true, start: true, autostart: true } }));
    await work.apply();
    const info = await host.virsh("pool-info", "images");
    expect(info).toMatch(/State:\s+running/);
    expect(info).toMatch(/Autostart:\s+yes/);
    expect((await work.plan()).actions).toEqual([]);

    // What is written into it changes its measures, which are no drift.
    await host.exec("sh", ["-c", "head -c 30000000 /dev/urandom >/var/lib/libvirt/lab/images/file"]);
    await host.virsh("pool-refresh", "images");
    const { file } = await work.engine.plan();
    expect((await work.engine.show(file)).resourceDrift).toEqual([]);
    expect((await work.plan()).changes).toBe(false);
    await host.exec("rm", ["/var/lib/libvirt/lab/images/file"]);

    await host.virsh("pool-destroy", "images");
    await host.virsh("pool-autostart", "--disable", "images");
    expect((await work.plan()).actions).toEqual(["update libvirt_pool.p"]);
    await work.apply();
    expect(await host.virsh("pool-info", "images")).toMatch(/running[^]*Autostart:\s+yes/);
    expect((await work.plan()).actions).toEqual([]);

    await host.virsh("pool-destroy", "images");
    await host.virsh("pool-undefine", "images");
    expect((await work.plan()).actions).toEqual(["create libvirt_pool.p"]);
    await work.apply();
    await work.destroy();
    expect(await pools(host)).toBe("");
  });

  test("an existing directory gets the owner and mode of the configuration", { timeout: 60_000 }, async ({ host }) => {
    const path = "/var/lib/libvirt/lab/theirs";
    await host.exec("sh", ["-c", `mkdir -p ${path} && chmod 0700 ${path} && touch ${path}/file`]);
    await write(dir({ target: { path, permissions: { mode: "0751" } } }));
    await work.apply();
    expect((await host.exec("stat", ["-c", "%a", path])).stdout.trim()).toBe("751");
    expect((await work.plan()).actions).toEqual([]);
    await work.destroy();
    expect(await exists(host, `${path}/file`)).toBe(true);
  });

  test("deletes only a directory that it built and that is empty", { timeout: 60_000 }, async ({ host }) => {
    const path = "/var/lib/libvirt/lab/other";
    await write(dir({ target: { path } }));
    await work.apply();
    expect(await exists(host, path)).toBe(true);
    await work.destroy();
    expect(await exists(host, path)).toBe(false);

    await work.apply();
    await host.exec("touch", [`${path}/somebody-elses`]);
    await work.destroy();
    expect(await exists(host, `${path}/somebody-elses`)).toBe(true);

    await host.exec("rm", [`${path}/somebody-elses`]);
    await work.apply();
    await work.destroy();
    expect(await exists(host, path)).toBe(true);
  });

  test(
    "a permission change reaches the directory of the running pool, and the plan says that it restarts",
    { timeout: 60_000 },
    async ({ host }) => {
      const permissions = (mode: string): Block => dir({ target: { path: "/var/lib/libvirt/lab/modes", permissions: { mode } } });
      await write(permissions("0711"));
      await work.apply();
      await write(permissions("0755"));
      const { actions, warnings } = await work.plan();
      expect(actions).toEqual(["update libvirt_pool.p"]);
      expect(warnings).toEqual(["pool images will restart: target permissions mode"]);
      await work.apply();
      expect((await host.exec("stat", ["-c", "%a", "/var/lib/libvirt/lab/modes"])).stdout.trim()).toBe("755");
      expect(await host.virsh("pool-info", "images")).toMatch(/running/);
      expect((await work.plan()).actions).toEqual([]);
      await work.destroy();
    },
  );

  test("a failed create leaves nothing behind, and is reported at its attribute", { timeout: 60_000 }, async ({ host }) => {
    await host.exec("sh", ["-c", "echo data >/var/lib/libvirt/a-file"]);
    await write(dir({ target: { path: "/var/lib/libvirt/a-file/images" } }));
    const [error] = await work.failingApply();
    expect(error?.detail).toContain("a-file");
    expect(await pools(host)).toBe("");
    expect(await host.readFile("/var/lib/libvirt/a-file")).toBe("data\n");

    // A device with data is never formatted.
    await host.exec("sh", ["-c", "truncate -s 20M /var/lib/libvirt/disk.img && mkfs.ext4 -q -F /var/lib/libvirt/disk.img"]);
    const before = (await host.exec("sha256sum", ["/var/lib/libvirt/disk.img"])).stdout;
    const source = { device: [{ path: "/var/lib/libvirt/disk.img" }], format: { type: "xfs" } };
    await write({ name: "fs", type: "fs", source, target: { path: "/var/lib/libvirt/lab/mnt" } });
    expect((await work.failingApply()).length).toBe(1);
    expect((await host.exec("sha256sum", ["/var/lib/libvirt/disk.img"])).stdout).toBe(before);
    expect(await pools(host)).toBe("");
  });

  test("another pool's name or directory is refused, and that pool is unchanged", { timeout: 60_000 }, async ({ host }) => {
    await host.virsh("pool-define-as", "images", "dir", "--target", "/var/lib/libvirt/images");
    const before = await host.virsh("pool-dumpxml", "images");
    await write(dir());
    const [taken] = await work.failingPlan();
    expect(taken?.detail).toContain("CDKVM_NAME_TAKEN");
    expect(taken?.snippet?.code).toContain('"name"');

    await write(dir({ name: "other", target: { path: "/var/lib/libvirt/images" } }));
    const [conflict] = await work.failingApply();
    expect(conflict?.detail).toContain("the pool images already uses this storage");
    expect(conflict?.snippet?.code).toContain('"path"');
    expect(await host.virsh("pool-dumpxml", "images")).toBe(before);

    await write({
      name: "images",
      type: "dir",
      target: { path: "/var/lib/libvirt/images" },
      create: { build: true, start: false, autostart: false },
    });
    await work.engine.import("libvirt_pool.p", "images");
    expect((await work.plan()).actions).toEqual([]);
    await work.destroy();
    expect(await exists(host, "/var/lib/libvirt/images")).toBe(true);
  });

  test("an apply takes over what a killed one created, even after a second kill", { timeout: 60_000 }, async ({ host }) => {
    const path = "/var/lib/libvirt/lab/lost";
    await write(dir({ target: { path } }));
    await work.apply();
    await work.engine.stateRemove("libvirt_pool.p");
    await work.apply();
    expect((await work.plan()).actions).toEqual([]);
    await work.destroy();
    expect(await pools(host)).toBe("");
    expect(await exists(host, path)).toBe(false);
  });
});
