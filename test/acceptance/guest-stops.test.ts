import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { Libvirt } from "../../libvirt/connection.ts";
import { type TinyGuest, tinyCmdline, tinyGuest } from "../../scripts/guests/tiny.ts";
import { project, repository } from "../cli/cdkvm.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { bareGuest } from "./bare-guest.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

/** Longer than any of these tests may take: whoever waits for it has not noticed. */
const PATIENCE_S = 300;
vi.setConfig({ testTimeout: 120_000 });

const bare = (name: string, more: Block = {}): Block =>
  bareGuest({
    name,
    features: { acpi: true },
    running: true,
    destroy: { shutdown: { timeout: PATIENCE_S } },
    update: { shutdown: { timeout: PATIENCE_S } },
    ...more,
  });

const waiting: Block = {
  interfaces: [
    { source: { network: { network: "quiet" } }, model: { type: "virtio" }, wait_for_ip: { timeout: PATIENCE_S, source: "lease" } },
  ],
};

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  await vi.waitUntil(holds, { timeout: 60_000, interval: 50 });
};
const hmp = (host: Host, name: string, command: string): Promise<string> => host.virsh("qemu-monitor-command", name, "--hmp", command);

describeWithHosts("a guest that stops or is stopped", () => {
  let work: Workspace;
  let tiny: TinyGuest;
  beforeAll(async () => {
    tiny = await tinyGuest();
  }, 300_000);
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
  });
  afterEach(async () => {
    await work.destroy();
    await work.remove();
  });

  /** What libvirt tells of the lives of the host's guests meanwhile: `web1 resumed unpaused`. */
  async function recordEvents(host: Host, task: () => Promise<void>): Promise<readonly string[]> {
    const libvirt = await Libvirt.connect(host.uri);
    try {
      const events = await libvirt.events.subscribe("lifecycle");
      await task();
      const seen: string[] = [];
      await libvirt.domains.define(`<domain type="qemu"><name>last</name><memory>65536</memory><os><type>hvm</type></os></domain>`);
      for (;;) {
        const { value } = await events.next();
        if (value.domain.name === "last") break;
        seen.push(`${value.domain.name} ${value.event} ${value.detail}`);
      }
      await host.virsh("undefine", "last");
      return seen;
    } finally {
      await libvirt.close();
    }
  }

  test("keeps its old definition until it is off, so that an apply that is cut off leaves none that runs with another", async ({
    host,
  }) => {
    await work.write({ libvirt_domain: { web1: bare("web1") } });
    await work.apply();
    await work.write({ libvirt_domain: { web1: bare("web1", { cpu: { mode: "custom", model: "qemu64" } }) } });
    const events = await recordEvents(host, () => work.apply());
    const order = events
      .map((event) => event.split(" ")[1])
      .filter((event) => event === "defined" || event === "stopped" || event === "started");
    expect(order).toEqual(["defined", "defined", "stopped", "defined", "started"]); // tried, taken back; and for good
    expect(await host.virsh("dumpxml", "web1")).toContain("qemu64");
  });

  test("ends the wait for its address, with libvirt's reason and the fix", async ({ host }) => {
    const ends: Readonly<Record<string, { readonly by: () => Promise<unknown>; readonly says: RegExp }>> = {
      stopped: {
        by: () => hmp(host, "stopped", "stop"),
        says: /stopped was paused by QEMU.*libvirt: paused \(unknown\).*fix: .*virsh destroy stopped/s,
      },
      ended: { by: () => host.virsh("destroy", "ended"), says: /ended was turned off.*shutoff \(destroyed\).*fix: .*virsh start ended/s },
      killed: {
        by: async () => host.exec("kill", ["-KILL", (await host.readFile("/run/libvirt/qemu/killed.pid")).trim()]),
        says: /killed ended: QEMU crashed or was killed.*shutoff \(crashed\)/s,
      },
      panicked: { by: () => hmp(host, "panicked", "o /b 0x505 1"), says: /panicked crashed.*crashed \(panicked\).*virsh reset panicked/s },
    };
    const quiet = `<network><name>quiet</name><bridge name="vbrq"/><ip address="192.168.77.1" netmask="255.255.255.0"/></network>`;
    await host.exec("sh", ["-c", 'printf "%s" "$1" > /tmp/quiet.xml', "sh", quiet]);
    await host.virsh("net-create", "/tmp/quiet.xml");
    await work.write({
      libvirt_domain: Object.fromEntries(
        Object.keys(ends).map((name) => [name, bare(name, { on_crash: "preserve", devices: { ...waiting, panics: [{ model: "isa" }] } })]),
      ),
    });
    const failed = work.failingApply();
    await Promise.all(
      Object.entries(ends).map(async ([name, { by }]) => {
        await until(async () => (await host.virsh("list", "--name", "--state-running")).split("\n").includes(name));
        await by();
      }),
    );
    const errors = await failed;
    const texts = errors.map(({ summary, detail }) => `${summary}\n${detail}`);
    expect(texts).toHaveLength(Object.keys(ends).length);
    for (const { says } of Object.values(ends)) expect(texts).toContainEqual(expect.stringMatching(says));
    for (const text of texts) expect(text).toContain("CDKVM_GUEST_STOPPED");

    const events = await recordEvents(host, () => work.destroy());
    expect(events.filter((one) => one.includes("resumed"))).toEqual([]);
    expect(events).toContain("stopped stopped destroyed");
    expect(await host.virsh("list", "--all", "--name")).toBe("");
    await host.virsh("net-destroy", "quiet");
  });

  test("is reported with the end of QEMU's log if it can be read", async ({ host }) => {
    const cwd = project({
      "main.ts": `import { App, HostStack, Network, VM } from "cdkvm";
const app = new App();
const host = new HostStack(app, "kvm1", { uri: "qemu:///system" });
const lan = new Network(host, "quiet", { ipv4: "192.168.76.0/24", dhcp: false });
new VM(host, "web1", { memory: "64 MiB", networks: [lan], waitForIp: "${PATIENCE_S} s" });
app.synth();
`,
    });
    const apply = host.exec(
      "env",
      ["-C", cwd, "CDKVM_ACCELERATION=qemu", process.execPath, join(repository, "cli/main.ts"), "apply", "--auto-approve"],
      {
        mayFail: true,
        timeout: 100_000,
      },
    );
    await until(async () => (await host.virsh("list", "--name", "--state-running")).includes("web1"));
    await host.exec("sh", ["-c", "kill -TERM $(cat /run/libvirt/qemu/web1.pid)"]);
    const { code, stderr } = await apply;
    expect(code).toBe(1);
    expect(stderr).toMatch(/QEMU, in \/var\/log\/libvirt\/qemu\/web1\.log:\n.*terminating on signal 15/s);
    await host.exec("env", ["-C", cwd, process.execPath, join(repository, "cli/main.ts"), "destroy", "--auto-approve"]);
  });

  test("is turned off at once if a person or an error paused it, without being resumed", async ({ host }) => {
    const kernel = { kernel: await host.put(tiny.kernel), initrd: await host.put(tiny.initrd), cmdline: tinyCmdline({ hostname: "web1" }) };
    const os = { type: "hvm", type_arch: "x86_64", type_machine: "q35", ...kernel };
    await work.write({ libvirt_domain: { frozen: bare("frozen", { os, memory: 128 }), broken: bare("broken", { os, memory: 128 }) } });
    await work.apply();
    await host.virsh("suspend", "frozen");
    await hmp(host, "broken", "stop");
    const events = await recordEvents(host, () => work.destroy());
    expect(events).toEqual(expect.arrayContaining(["broken stopped destroyed", "frozen stopped destroyed"]));
    expect(events.filter((one) => one.includes("resumed") || one.includes("finished"))).toEqual([]);
  });

  test("is turned off at once if nothing in it can answer its power button", async ({ host }) => {
    await host.exec("qemu-img", ["create", "-q", "-f", "qcow2", "/var/lib/libvirt/images/blank.qcow2", "1G"]);
    const disk = {
      device: "disk",
      driver: { name: "qemu", type: "qcow2" },
      source: { file: { file: "/var/lib/libvirt/images/blank.qcow2" } },
      target: { dev: "vda", bus: "virtio" },
    };
    const agent = { source: { unix: {} }, target: { virt_io: { name: "org.qemu.guest_agent.0" } } };
    const kernel = { kernel: await host.put(tiny.kernel), initrd: await host.put(tiny.initrd), cmdline: tinyCmdline({ hostname: "web1" }) };
    await work.write({
      libvirt_domain: {
        blank: bare("blank", { devices: { disks: [disk], channels: [agent] } }),
        deaf: bare("deaf", { features: null, memory: 128, os: { type: "hvm", type_arch: "x86_64", type_machine: "q35", ...kernel } }),
      },
    });
    await work.apply();
    const events = await recordEvents(host, () => work.destroy());
    expect(events).toEqual(expect.arrayContaining(["blank stopped destroyed", "deaf stopped destroyed"]));
  });

  test("is turned off and started by a restart after an error paused it", async ({ host }) => {
    await work.write({ libvirt_domain: { web1: bare("web1") } });
    await work.apply();
    await hmp(host, "web1", "stop");
    await work.write({ libvirt_domain: { web1: bare("web1", { memory: 96 }) } });
    const events = await recordEvents(host, () => work.apply());
    expect(events).not.toContain("web1 shutdown guest");
    expect(events.indexOf("web1 stopped destroyed")).toBeLessThan(events.indexOf("web1 started booted"));
    expect(events.slice(0, events.indexOf("web1 stopped destroyed")).filter((one) => one.includes("resumed"))).toEqual([]);
    expect(await host.virsh("domstate", "web1")).toBe("running");
  });
});
