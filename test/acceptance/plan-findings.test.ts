import { afterEach, beforeEach, describe, expect } from "vitest";
import { Engine } from "../../engine/index.ts";
import { review } from "../../review/index.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { bareGuest } from "./bare-guest.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

const guest = (more: Block = {}): Block =>
  bareGuest({ destroy: { shutdown: { timeout: 1 } }, update: { shutdown: { timeout: 1 } }, ...more });
const os = (more: Block): Block => ({ os: { type: "hvm", type_arch: "x86_64", type_machine: "q35", ...more } });

describeWithHosts("a plan detects what the host cannot do", () => {
  let work: Workspace;
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
  });
  afterEach(() => work.remove());

  const write = (web1: Block, more: Record<string, Record<string, Block>> = {}): Promise<void> =>
    work.write({ libvirt_domain: { web1 }, ...more });

  test.for([
    [{ type: "kvm" }, "This host does not offer kvm", '"type"'],
    [os({ type_machine: "pc-q35-99" }), 'This host\'s QEMU has no machine type "pc-q35-99"', '"type_machine"'],
    [os({ type_arch: "riscv64", type_machine: "virt" }), 'This host has no QEMU for the architecture "riscv64"', '"type_arch"'],
    [{ devices: { emulator: "/usr/bin/qemu-none" } }, 'There is no emulator "/usr/bin/qemu-none" on this host', '"emulator"'],
    [{ cpu: { mode: "host-passthrough" } }, "The CPU mode host-passthrough is not offered under emulation", '"mode"'],
    [{ vcpu: 400 }, "vcpu = 400 is more than the 288 that this machine type takes", '"vcpu"'],
    [os({ firmware: "bios" }), "This host has no bios firmware for this machine type", '"firmware"'],
    [
      os({ type_machine: "pc", firmware: "efi", firmware_info: { features: [{ name: "secure-boot", enabled: "yes" }] } }),
      "This host has no firmware with secure boot for this machine type",
      '"enabled"',
    ],
    [{ devices: { disks: [{ device: "cdrom", target: { dev: "hda", bus: "ide" } }] } }, 'This machine type has no disk bus "ide"', '"bus"'],
    [{ cpu: { mode: "custom", model: "Haswel" } }, 'This host\'s QEMU has no CPU model "Haswel"', '"model"'],
    [{ cpu: { mode: "custom", model: "epyc-rome" } }, 'This host\'s QEMU has no CPU model "epyc-rome"', '"model"'],
    [
      { devices: { rngs: [{ model: "xen", backend: { random: "/dev/urandom" } }] } },
      'This machine type has no source of entropy "xen"',
      '"model"',
    ],
    [{ devices: { videos: [{ model: { type: "parallels" } }] } }, 'This machine type has no video model "parallels"', '"type"'],
    [
      { devices: { tpms: [{ model: "tpm-spapr", backend: { emulator: {} } }] } },
      'This machine type has no TPM model "tpm-spapr"',
      '"model"',
    ],
  ] as const)("%j: %s", { timeout: 30_000 }, async ([more, summary, code]) => {
    await write(guest(more));
    const [error] = await work.failingPlan();
    expect(error?.summary).toBe(summary);
    expect(error?.detail).toContain("fix: ");
    expect(error?.snippet?.code).toContain(code);
  });

  test("more memory than the host has is an error if the guest is to run, otherwise a warning", { timeout: 60_000 }, async () => {
    const large = { memory: 900, memory_unit: "TiB" };
    await write(guest({ ...large, running: true }));
    const [error] = await work.failingPlan();
    expect(error?.summary).toMatch(/^The guest has more memory than this host: 921600 GiB of \d+(\.\d)? GiB$/);
    expect(error?.snippet?.code).toContain('"memory"');
    await write(guest({ ...large, running: false }));
    expect((await work.plan()).warnings).toEqual([expect.stringMatching(/^The guest has more memory than this host/)]);
  });

  test("a missing network or pool is a warning at its name, unless the plan creates it", { timeout: 60_000 }, async () => {
    const devices = {
      disks: [{ source: { volume: { pool: "nopool", volume: "x" } }, target: { dev: "vda", bus: "virtio" } }],
      interfaces: [{ source: { network: { network: "nonet" } } }],
    };
    await write(guest({ devices }));
    expect((await work.plan()).warnings.toSorted()).toEqual([
      'There is no network "nonet" on this host',
      'There is no storage pool "nopool" on this host',
    ]);
    await write(guest({ devices: { interfaces: [{ source: { network: { network: "${libvirt_network.lan.name}" } } }] } }), {
      libvirt_network: { lan: { name: "nonet", bridge: { name: "vbr5" } } },
    });
    expect((await work.plan()).warnings).toEqual([]);
  });

  const images = "/var/lib/libvirt/images";
  const disk = (file: string, more: Block = {}): Block => ({ source: { file: { file } }, target: { dev: "vda", bus: "virtio" }, ...more });

  describe("files on the host", () => {
    test(
      "that are missing in a pool's directory are an error at the path if the guest is to run, otherwise a warning",
      { timeout: 60_000 },
      async ({ host }) => {
        await host.virsh("pool-create-as", "images", "dir", "--target", images);
        try {
          await host.exec("truncate", ["-s", "1M", `${images}/there.img`]); // libvirt has not seen it yet
          await write(guest({ running: true, devices: { disks: [disk(`${images}/gone.img`)] } }));
          const [error] = await work.failingPlan();
          expect(error?.summary).toBe(`there is no file ${images}/gone.img on this host`);
          expect(error?.detail).toContain("CDKVM_PATH_MISSING");
          expect(error?.snippet?.code).toContain("gone.img");
          await write(guest({ devices: { disks: [disk(`${images}/gone.img`)] } }));
          expect((await work.plan()).warnings).toEqual([`there is no file ${images}/gone.img on this host`]);
          const others = [disk(`${images}/there.img`), disk("/nowhere/x.img", { target: { dev: "vdb", bus: "virtio" } })];
          await write(guest({ running: true, devices: { disks: others } }));
          expect((await work.plan()).warnings).toEqual([]);
        } finally {
          await host.virsh("pool-destroy", "images");
        }
      },
    );

    test("that this plan creates are not an error, wherever they are named", { timeout: 60_000 }, async ({ host }) => {
      const path = "/var/lib/libvirt/made";
      const pool = { made: { name: "made", type: "dir", target: { path } } };
      const volume = (name: string): Block => ({ name, pool: "${libvirt_pool.made.name}", capacity: 1, capacity_unit: "MiB" });
      const web1 = (name: string): Block =>
        guest({ running: true, devices: { disks: [disk(`${path}/${name}`)] }, depends_on: ["libvirt_volume.a", "libvirt_volume.b"] });
      await work.write({
        libvirt_domain: { web1: web1("a.img") },
        libvirt_pool: pool,
        libvirt_volume: { a: volume("a.img"), b: volume("b.img") },
      });
      await work.apply();
      await work.write({
        libvirt_domain: { web1: web1("c.img") },
        libvirt_pool: pool,
        libvirt_volume: { a: volume("a.img"), b: volume("c.img") },
      });
      expect((await work.plan()).actions).toContain("update libvirt_domain.web1");
      await work.apply();
      expect((await work.plan()).changes).toBe(false);
      expect(await host.virsh("domblklist", "web1")).toContain("c.img");
      await work.destroy();
    });

    test("and bridges are looked up directly if the engine runs on the host", { timeout: 60_000 }, async ({ host }) => {
      const here = await Workspace.open("qemu:///system");
      const planned = async (web1: Block): Promise<string> => {
        await here.write({ libvirt_domain: { web1 } });
        const script = 'cd "$1" && HOME=/root "$2" plan -no-color -input=false 2>&1';
        return (await host.exec("sh", ["-c", script, "sh", here.folder, here.engine.path], { mayFail: true })).stdout;
      };
      try {
        await host.exec("truncate", ["-s", "1M", `${images}/kernel`]);
        const boot = (kernel: string, more: Block = {}): Block => guest({ running: true, ...os({ kernel, ...more }) });
        expect(await planned(boot("/nowhere/vmlinuz"))).toContain("Error: there is no kernel /nowhere/vmlinuz on this host");
        expect(await planned(boot(`${images}/kernel`, { initrd: `${images}/initrd` }))).toContain(
          `Error: there is no initial RAM disk ${images}/initrd on this host`,
        );
        const cdrom = {
          device: "cdrom",
          target: { dev: "sda", bus: "sata" },
          source: { file: { file: "/nowhere/a.iso" }, startup_policy: "optional" },
        };
        const block = disk("", { source: { block: { dev: "/dev/nowhere" } } });
        const share = { source: { mount: { dir: "/nowhere/share" } }, target: { dir: "share" } };
        const found = await planned(
          boot(`${images}/kernel`, { loader: "/nowhere/CODE.fd", nv_ram: { nv_ram: "/nowhere/VARS.fd", template: "/nowhere/VARS.fd" } }),
        );
        expect(found).toContain("there is no firmware image /nowhere/CODE.fd on this host");
        expect(found).toContain("there is no template of UEFI variables /nowhere/VARS.fd on this host");
        const devices = await planned(guest({ running: true, devices: { disks: [block, cdrom], filesystems: [share] } }));
        expect(devices).toContain("there is no block device /dev/nowhere on this host");
        expect(devices).toContain("there is no directory /nowhere/share on this host");
        expect(devices).not.toContain("a.iso");
        const plugs = { interfaces: [{ source: { bridge: { bridge: "nobr" } } }, { source: { direct: { dev: "lo" } } }] };
        const warned = await planned(guest({ running: true, devices: plugs }));
        expect(warned).toContain('Warning: There is no bridge "nobr" on this host');
        expect(warned).not.toContain("no network interface");
        expect(warned).not.toContain("Error");
      } finally {
        await here.remove();
      }
    });
  });

  test('restart = "never" makes a restart an error at plan time, and leaves live changes alone', { timeout: 90_000 }, async ({ host }) => {
    await write(guest({ running: true, restart: "never" }));
    await work.apply();
    await write(guest({ running: true, restart: "never", title: "Web", vcpu: 2 }));
    const [error] = await work.failingPlan();
    expect(error?.summary).toMatch(/^web1 would have to restart \(.+\), and restart = "never" forbids it$/);
    expect(error?.snippet?.code).toContain('"vcpu"');
    await write(guest({ running: true, restart: "never", title: "Web" }));
    expect((await work.plan()).warnings).toEqual([]);
    await work.apply();
    await write(guest({ running: true, restart: "allowed", title: "Web", vcpu: 2 }));
    expect((await work.plan()).warnings).toEqual([expect.stringMatching(/^web1 will restart: /)]);
    await work.apply();
    expect((await work.plan()).changes).toBe(false);
    expect(await host.virsh("vcpucount", "web1", "--maximum", "--config")).toBe("2");
    await work.destroy();
  });

  test("deleting or recreating a volume is a warning that its data will be lost", { timeout: 60_000 }, async () => {
    const pool = { libvirt_pool: { p: { name: "data", type: "dir", target: { path: "/var/lib/libvirt/data" } } } };
    const volume = (format: string): Block => ({
      name: "db.img",
      pool: "${libvirt_pool.p.name}",
      capacity: 1,
      capacity_unit: "MiB",
      target: { format: { type: format } },
    });
    await work.write({ ...pool, libvirt_volume: { db: volume("raw") } });
    await work.apply();
    const lost = { changes: true, warnings: ["The data of volume db.img will be lost"] };
    await work.write({ ...pool, libvirt_volume: { db: volume("qcow2") } });
    expect(await work.plan()).toMatchObject({ ...lost, actions: ["delete-create libvirt_volume.db"] });
    await work.write(pool);
    expect(await work.plan()).toMatchObject({ ...lost, actions: ["delete libvirt_volume.db"] });

    // cdkvm's own commands, whose review tells it, spare the engine the warning
    const engine = await Engine.open(work.folder, { env: { ...process.env, CDKVM_REVIEWED: "1" } });
    const { diagnostics, file } = await engine.plan();
    expect(diagnostics).toEqual([]);
    const [change] = review(await engine.show(file)).changes;
    expect(change).toMatchObject({ address: "libvirt_volume.db", effect: "delete", destroysData: expect.stringContaining("db.img") });
    await work.destroy();
  });
});
