import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, expect } from "vitest";
import { type TinyGuest, tinyCmdline, tinyGuest } from "../../scripts/guests/tiny.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { booted, serialLog } from "./booted.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

/** A guest that boots nothing: it runs, and ignores its power button. */
const bare = (more: Block = {}): Block => ({
  name: "web1",
  type: "qemu",
  memory: 128,
  memory_unit: "MiB",
  vcpu: 1,
  os: { type: "hvm", type_arch: "x86_64", type_machine: "q35" },
  cpu: { mode: "maximum" },
  running: true,
  destroy: { shutdown: { timeout: 1 } },
  update: { shutdown: { timeout: 1 } },
  ...more,
});

const lan = (name: string, number: number): string =>
  `<network><name>${name}</name><bridge name="vbr${number}"/><ip address="192.168.${80 + number}.1" netmask="255.255.255.0"><dhcp><range start="192.168.${80 + number}.10" end="192.168.${80 + number}.99"/></dhcp></ip></network>`;

/** The id of the guest's QEMU process, as the host numbers it. */
const qemu = async (host: Host, name = "web1"): Promise<string> => (await host.readFile(`/run/libvirt/qemu/${name}.pid`)).trim();
const domains = async (host: Host): Promise<string> => (await host.virsh("list", "--all", "--name")).trim();
const inactive = (host: Host, name = "web1"): Promise<string> => host.virsh("dumpxml", "--inactive", name);
const live = (host: Host, name = "web1"): Promise<string> => host.virsh("dumpxml", name);

describeWithHosts("libvirt_domain", () => {
  let work: Workspace;
  let guest: TinyGuest;
  beforeAll(async () => {
    guest = await tinyGuest();
  }, 300_000);
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
  });
  afterEach(async () => {
    await work.destroy();
    await work.remove();
  });

  /** A guest whose kernel answers its power button and lets go of devices. */
  const booting = async (host: Host, { devices, ...more }: Block & { devices?: Block } = {}): Promise<Block> =>
    bare({
      memory: 192,
      os: {
        type: "hvm",
        type_arch: "x86_64",
        type_machine: "q35",
        kernel: await host.put(guest.kernel),
        initrd: await host.put(guest.initrd),
        cmdline: tinyCmdline({ hostname: "web1" }),
      },
      features: { acpi: true },
      devices: { serials: [serialLog("web1")], ...devices },
      ...more,
    });

  const write = (web1: Block): Promise<void> => work.write({ libvirt_domain: { web1 } });

  const unchanged = async (): Promise<void> => expect(await work.plan()).toEqual({ changes: false, actions: [], warnings: [] });

  test(
    "is created, planned without changes, restored after virsh destroy, and removed completely",
    { timeout: 60_000 },
    async ({ host }) => {
      await write(bare({ autostart: true, title: "Front end" }));
      await work.apply();
      await unchanged();
      expect(await host.virsh("domstate", "web1")).toBe("running");
      expect(await host.virsh("dominfo", "web1")).toMatch(/Autostart: +enable/);
      expect(await inactive(host)).not.toContain("cdkvm");
      expect(await inactive(host)).not.toContain("<metadata");
      expect(await live(host)).not.toContain("cdkvm");

      await host.virsh("destroy", "web1");
      expect(await work.plan()).toMatchObject({
        changes: true,
        actions: ["update libvirt_domain.web1"],
        warnings: ["web1 was turned off"],
      });
      await work.apply();
      expect(await host.virsh("domstate", "web1")).toBe("running");
      await unchanged();

      await work.destroy();
      expect(await domains(host)).toBe("");
    },
  );

  test("changes live if the table says so, in the same process", { timeout: 120_000 }, async ({ host }) => {
    await host.exec("qemu-img", ["create", "-q", "-f", "raw", "/var/lib/libvirt/images/data.raw", "8M"]);
    const disks = [
      {
        device: "disk",
        driver: { name: "qemu", type: "raw" },
        source: { file: { file: "/var/lib/libvirt/images/data.raw" } },
        target: { dev: "vda", bus: "virtio" },
      },
    ];
    await write(await booting(host, { vcpu: 2, vcpu_current: 1 }));
    await work.apply();
    const pid = await qemu(host);
    await unchanged();
    await booted(host, "web1");

    await write(
      await booting(host, {
        vcpu: 2,
        vcpu_current: 2,
        current_memory: 160,
        current_memory_unit: "MiB",
        description: "changed",
        cpu_tune: { shares: 512 },
        devices: { disks },
      }),
    );
    expect(await work.plan()).toEqual({ changes: true, actions: ["update libvirt_domain.web1"], warnings: [] });
    await work.apply();
    await unchanged();
    expect(await qemu(host)).toBe(pid);
    await expect.poll(() => live(host), { timeout: 20_000 }).toContain("<currentMemory unit='KiB'>163840<"); // the guest's own driver gives it back
    for (const xml of [await live(host), await inactive(host)]) {
      expect(xml).toContain("data.raw");
      expect(xml).toContain("<description>changed</description>");
      expect(xml).toContain("<currentMemory unit='KiB'>163840</currentMemory>");
      expect(xml).toContain("<shares>512</shares>");
    }
    expect(await host.virsh("vcpucount", "web1", "--live", "--active")).toBe("2");

    await write(await booting(host, { vcpu: 2, vcpu_current: 2, devices: { disks: [] } }));
    expect((await work.plan()).warnings).toEqual([]);
    await work.apply();
    await unchanged();
    expect(await qemu(host)).toBe(pid);
    expect(await live(host)).not.toContain("data.raw");
    expect(await inactive(host)).not.toContain("data.raw");
  });

  test("restarts for changes that need it, as the plan says, and keeps its UUID", { timeout: 60_000 }, async ({ host }) => {
    await write(bare());
    await work.apply();
    const [pid, uuid] = [await qemu(host), await host.virsh("domuuid", "web1")];
    await write(bare({ cpu: { mode: "custom", model: "qemu64" }, memory: 160 }));
    expect((await work.plan()).warnings).toEqual(["web1 will restart: memory, cpu mode, cpu model"]);
    await work.apply();
    await unchanged();
    expect(await qemu(host)).not.toBe(pid);
    expect(await host.virsh("domuuid", "web1")).toBe(uuid);

    await host.virsh("destroy", "web1");
    await write(bare({ running: false }));
    await work.apply();
    await write(bare({ running: false, vcpu: 2 }));
    expect((await work.plan()).warnings).toEqual([]);
    await work.apply();
    expect(await host.virsh("domstate", "web1")).toBe("shut off");
    await unchanged();
  });

  test("is renamed with its UUID, and replaced on request", { timeout: 60_000 }, async ({ host }) => {
    await write(bare());
    await work.apply();
    const uuid = await host.virsh("domuuid", "web1");
    await write(bare({ name: "web2" }));
    expect((await work.plan()).warnings).toEqual(["web1 will restart: name"]);
    await work.apply();
    await unchanged();
    expect(await domains(host)).toBe("web2");
    expect(await host.virsh("domuuid", "web2")).toBe(uuid);
    await work.engine.apply({ replace: ["libvirt_domain.web1"] });
    await unchanged();
    expect(await domains(host)).toBe("web2");
    expect(await host.virsh("domuuid", "web2")).not.toBe(uuid);
  });

  test("leaves another guest of the same name alone", { timeout: 60_000 }, async ({ host }) => {
    const xml = `<domain type="qemu"><name>web1</name><memory>65536</memory><os><type>hvm</type></os></domain>`;
    await host.exec("sh", ["-c", "cat > /run/foreign.xml"], { input: xml });
    await host.virsh("define", "/run/foreign.xml");
    const before = await inactive(host);
    await write(bare());
    const [error] = await work.failingPlan();
    expect(error?.summary).toBe('a guest named "web1" already exists on this host, but not in this state');
    expect(error?.snippet?.code).toContain('"web1"');
    await work.failingApply();
    expect(await inactive(host)).toBe(before);
    await host.virsh("undefine", "web1");
  });

  test.for([
    [
      "a disk's file",
      { devices: { disks: [{ source: { file: { file: "/nowhere/x.qcow2" } }, target: { dev: "vda", bus: "virtio" } }] } },
      /\/nowhere\/x\.qcow2/,
    ],
    ["a network", { devices: { interfaces: [{ source: { network: { network: "nonet" } } }] } }, /no network with matching name 'nonet'/],
    ["a bridge", { devices: { interfaces: [{ source: { bridge: { bridge: "nobr" } } }] } }, /nobr/],
    ["KVM", { type: "kvm" }, /does not offer kvm/],
    ["a machine", { os: { type: "hvm", type_arch: "x86_64", type_machine: "pc-q35-99" } }, /machine type "pc-q35-99"/],
    ["that much memory", { memory: 64, memory_unit: "TiB" }, /memory/],
  ] as const)(
    "where the host lacks %s, nothing is left and the error says what to do",
    { timeout: 60_000 },
    async ([, more, message], { host }) => {
      await write(bare(more));
      const [error] = await work.failingApply();
      expect(error?.summary).toMatch(message);
      expect(error?.detail).toMatch(/fix: /);
      expect(error?.range).toBeDefined();
      expect(await domains(host)).toBe("");
    },
  );

  test("a failed restart restores the running guest", { timeout: 60_000 }, async ({ host }) => {
    await write(bare());
    await work.apply();
    const before = await inactive(host);
    await write(bare({ os: { type: "hvm", type_arch: "x86_64", type_machine: "q35", kernel: "/nowhere/vmlinuz" } }));
    await work.failingApply();
    expect(await inactive(host)).toBe(before);
    expect(await host.virsh("domstate", "web1")).toBe("running");
    await write(bare());
    await unchanged();
  });

  test("a disk that virsh attached only to the running guest is drift, and apply detaches it", { timeout: 120_000 }, async ({ host }) => {
    await host.exec("qemu-img", ["create", "-q", "-f", "raw", "/var/lib/libvirt/images/stray.raw", "8M"]);
    await write(await booting(host));
    await work.apply();
    const pid = await qemu(host);
    await booted(host, "web1");
    await host.virsh("attach-disk", "web1", "/var/lib/libvirt/images/stray.raw", "vdb", "--live");
    await host.virsh("attach-disk", "web1", "/var/lib/libvirt/images/stray.raw", "vdc", "--config");
    expect(await work.plan()).toMatchObject({ changes: true, warnings: [] });
    await work.apply();
    expect(await qemu(host)).toBe(pid);
    expect((await live(host)) + (await inactive(host))).not.toContain("stray.raw");
    await unchanged();
  });

  test("a change of the definition with virsh is drift", { timeout: 60_000 }, async ({ host }) => {
    await write(bare({ running: false, memory: 256 }));
    await work.apply();
    await host.virsh("setmem", "web1", "128M", "--config");
    await host.virsh("desc", "web1", "--config", "--title", "drifted");
    expect(await work.plan()).toMatchObject({ changes: true });
    await work.apply();
    await unchanged();
    expect(await inactive(host)).toContain("<currentMemory unit='KiB'>262144</currentMemory>");
  });

  test("a guest left by an interrupted apply is taken over, not created twice", { timeout: 60_000 }, async ({ host }) => {
    await write(bare());
    await work.apply();
    const uuid = await host.virsh("domuuid", "web1");
    const pid = await qemu(host);
    await work.engine.stateRemove("libvirt_domain.web1");
    await work.apply();
    await unchanged();
    expect(await host.virsh("domuuid", "web1")).toBe(uuid);
    expect(await qemu(host)).toBe(pid);

    await work.engine.stateRemove("libvirt_domain.web1");
    await write(bare({ vcpu: 2 }));
    const [error] = await work.failingApply();
    expect(error?.detail).toContain("CDKVM_NAME_TAKEN");
    await host.virsh("destroy", "web1");
    await host.virsh("undefine", "web1");
  });

  test("apply reaches the configuration after engine and provider were killed", { timeout: 120_000 }, async ({ host }) => {
    await host.exec("sh", ["-c", "cat > /run/lan.xml"], { input: lan("lan", 1) });
    await host.virsh("net-create", "/run/lan.xml");
    const waiting = { mac: { address: "52:54:00:00:00:07" }, source: { network: { network: "lan" } }, model: { type: "virtio" } };
    const config = bare({ devices: { interfaces: [{ ...waiting, wait_for_ip: { timeout: 100 } }] } });
    await write(config);
    const engine = spawn(work.engine.path, ["apply", "-auto-approve"], { cwd: work.folder, stdio: "ignore", detached: true });
    for (const until = Date.now() + 30_000; !(await host.virsh("list", "--name")).includes("web1") && Date.now() < until;) await delay(100);
    await delay(500);
    process.kill(-(engine.pid ?? 0), "SIGKILL");
    await once(engine, "close");
    await rm(join(work.folder, ".terraform.tfstate.lock.info"), { force: true });
    const [uuid, pid] = [await host.virsh("domuuid", "web1"), await qemu(host)];

    await write(bare({ devices: { interfaces: [waiting] } })); // how apply waits is no part of the guest
    await work.apply();
    await unchanged();
    await expect(host.virsh("domuuid", "web1")).resolves.toBe(uuid);
    expect(await qemu(host)).toBe(pid);
    await work.destroy();
    await host.virsh("net-destroy", "lan");
  });

  test(
    "apply waits for an address; media, links, networks, limits and passwords change in the running guest",
    { timeout: 180_000 },
    async ({ host }) => {
      for (const [index, name] of ["one", "two"].entries()) {
        await host.exec("sh", ["-c", "cat > /run/net.xml"], { input: lan(name, index + 2) });
        await host.virsh("net-create", "/run/net.xml");
      }
      await host.exec("sh", ["-c", "cd /var/lib/libvirt/images; truncate -s 1M a.iso b.iso data.img"]);
      const file = (name: string): Block => ({ file: { file: `/var/lib/libvirt/images/${name}` } });
      const cdrom = { device: "cdrom", driver: { name: "qemu", type: "raw" }, target: { dev: "sda", bus: "sata" }, read_only: true };
      const disk = {
        device: "disk",
        driver: { name: "qemu", type: "raw" },
        source: file("data.img"),
        target: { dev: "vda", bus: "virtio" },
      };
      const nic = { mac: { address: "52:54:00:00:00:08" }, model: { type: "virtio" } };
      const source = (network: string): Block => ({ source: { network: { network } } });
      const display = (passwd: string): Block => ({ vnc: { auto_port: true, passwd } });
      await write(
        await booting(host, {
          devices: {
            disks: [disk, { ...cdrom, source: file("a.iso") }],
            interfaces: [{ ...nic, ...source("one"), wait_for_ip: { source: "lease", timeout: 60 } }],
            graphics: [display("first")],
          },
        }),
      );
      await work.apply();
      await unchanged();
      expect(await host.virsh("domifaddr", "web1")).toMatch(/52:54:00:00:00:08 +ipv4/);
      const pid = await qemu(host);
      const after = {
        metadata: { xml: '<a:b xmlns:a="urn:a"><a:c/></a:b>' },
        cpu_tune: { vcpu_pin: [{ vcpu: 0, cpu_set: "0" }] },
        devices: {
          disks: [
            { ...disk, io_tune: { read_iops_sec: 100 } },
            { ...cdrom, source: file("b.iso") },
          ],
          interfaces: [
            { ...nic, ...source("two"), link: { state: "down" } },
            { ...source("one"), model: { type: "virtio" } },
          ],
          graphics: [display("second")],
        },
      };
      await write(await booting(host, after));
      expect((await work.plan()).warnings).toEqual([]);
      await work.apply();
      await unchanged();
      expect(await qemu(host)).toBe(pid);
      for (const flag of ["--security-info", "--inactive --security-info"]) {
        const xml = await host.virsh("dumpxml", "web1", ...flag.split(" "));
        for (const part of [
          "b.iso",
          "<source network='two'",
          "<source network='one'",
          "<link state='down'/>",
          "<read_iops_sec>100<",
          "passwd='second'",
          "urn:a",
          "cpuset='0'",
        ]) {
          expect(xml).toContain(part);
        }
        expect(xml).not.toContain("a.iso");
      }
      await write(await booting(host, { ...after, devices: { ...after.devices, interfaces: [after.devices.interfaces[0]] } }));
      await work.apply();
      await unchanged();
      expect(await qemu(host)).toBe(pid);
      expect(await live(host)).not.toContain("<source network='one'");
    },
  );

  test("a guest imported by name or UUID plans no changes with a handwritten configuration", { timeout: 60_000 }, async ({ host }) => {
    const config = bare({
      destroy: undefined,
      update: undefined,
      devices: {
        disks: [{ device: "cdrom", driver: { name: "qemu", type: "raw" }, target: { dev: "sda", bus: "sata" }, read_only: true }],
        interfaces: [{ mac: { address: "52:54:00:00:00:01" }, source: { user: {} }, model: { type: "virtio" } }],
        rngs: [{ model: "virtio", backend: { random: "/dev/urandom" } }],
        channels: [{ source: { unix: {} }, target: { virt_io: { name: "org.qemu.guest_agent.0" } } }],
      },
    });
    await write(config);
    await work.apply();
    for (const id of ["web1", await host.virsh("domuuid", "web1")]) {
      await work.engine.stateRemove("libvirt_domain.web1");
      await work.engine.import("libvirt_domain.web1", id);
      expect(await work.plan()).toEqual({ changes: false, actions: [], warnings: [] });
    }
    await work.engine.stateRemove("libvirt_domain.web1");
    await expect(work.engine.import("libvirt_domain.web1", randomUUID())).rejects.toThrow(/there is no guest/);
    await host.virsh("destroy", "web1");
    await host.virsh("undefine", "web1");
  });
});
