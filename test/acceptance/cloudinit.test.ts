import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { tmpdir } from "node:os";
import { afterAll, afterEach, beforeEach, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

describeWithHosts("libvirt_cloudinit_disk and the data sources", () => {
  let work: Workspace;
  const state = mkdtempSync(join(tmpdir(), "cdkvm-cloudinit-"));
  afterAll(() => rmSync(state, { recursive: true, force: true }));
  beforeEach<{ host: Host }>(async ({ host }) => {
    process.env["XDG_STATE_HOME"] = state;
    work = await Workspace.open(host.uri);
  });
  afterEach(async () => {
    delete process.env["XDG_STATE_HOME"];
    await work.remove();
  });

  const write = (hostname: string, more: Block = {}): Promise<void> =>
    work.write(
      {
        libvirt_cloudinit_disk: {
          seed: {
            name: "web1",
            // the image's path goes by its content, and another run of the tests may have the same
            user_data: `#cloud-config\n# ${process.pid}\nhostname: ${hostname}\n`,
            meta_data: "instance-id: web1\n",
            network_config: "version: 2\n",
          },
        },
        libvirt_pool: { p: { name: "seeds", type: "dir", target: { path: "/var/lib/libvirt/seeds" } } },
        libvirt_volume: {
          seed: { name: "web1.iso", pool: "${libvirt_pool.p.name}", create: { content: { url: "${libvirt_cloudinit_disk.seed.path}" } } },
        },
      },
      more,
    );

  test("an image that is recreated wherever it is missing, and a volume created from it", { timeout: 60_000 }, async ({ host }) => {
    await write("web1");
    await work.apply();
    const { resources } = await work.engine.state();
    const path = String(resources.find(({ type }) => type === "libvirt_cloudinit_disk")?.values["path"]);
    expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700]);
    const made = (await host.exec("base64", ["-w0", "/var/lib/libvirt/seeds/web1.iso"])).stdout;
    expect(made).toBe(readFileSync(path).toString("base64"));
    expect((await host.exec("blkid", ["-o", "export", "/var/lib/libvirt/seeds/web1.iso"])).stdout).toMatch(/LABEL=cidata[^]*TYPE=iso9660/);
    expect((await work.plan()).actions).toEqual([]);

    rmSync(path);
    expect((await work.plan()).actions).toEqual([]);
    expect(existsSync(path)).toBe(true);

    await write("web2");
    expect((await work.plan()).actions.sort()).toEqual(["delete-create libvirt_cloudinit_disk.seed", "delete-create libvirt_volume.seed"]);
    await work.apply();
    expect((await host.exec("base64", ["-w0", "/var/lib/libvirt/seeds/web1.iso"])).stdout).not.toBe(made);
    expect((await work.plan()).actions).toEqual([]);
    expect(existsSync(path)).toBe(false);
    await work.destroy();
    expect((await host.virsh("pool-list", "--all", "--name")).trim()).toBe("");
    expect((await host.exec("ls", ["/var/lib/libvirt"])).stdout).not.toContain("seeds");
  });

  test("the data sources describe the host and a guest's addresses", { timeout: 60_000 }, async ({ host }) => {
    const domain = `<domain type='qemu'><name>idle</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='q35'>hvm</type></os></domain>`;
    await host.exec("sh", ["-c", "cat >/run/idle.xml && virsh -c qemu:///system define /run/idle.xml"], { input: domain });
    const data = (wanted: string): Block => ({
      data: { libvirt_node_info: { host: {} }, libvirt_domain_interface_addresses: { idle: { domain: wanted } } },
      output: {
        cpu: { value: "${data.libvirt_node_info.host}" },
        addresses: { value: "${data.libvirt_domain_interface_addresses.idle.interfaces}" },
      },
    });
    await work.write({}, data("idle"));
    await work.apply();
    const output = await work.engine.output();
    expect(output["cpu"]?.value).toMatchObject({
      id: host.name,
      cpu_model: "x86_64",
      cpu_cores_total: expect.any(Number),
      memory_total_kb: expect.any(Number),
    });
    expect(output["addresses"]?.value).toEqual([]);
    expect((await work.plan()).changes).toBe(false);

    await work.write({}, data("nobody"));
    const [error] = await work.failingPlan();
    expect(error?.detail).toContain('there is no guest "nobody"');
    expect(error?.snippet?.code).toContain('"domain"');
  });
});
