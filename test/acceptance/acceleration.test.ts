import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, uptime } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { kvmEvidence } from "../../libvirt/acceleration.ts";
import { Libvirt } from "../../libvirt/connection.ts";
import { uptimeOf } from "../../libvirt/this-machine.ts";
import { tinyGuest } from "../../scripts/guests/tiny.ts";
import { cdkvm, project, write as writeFiles } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { standInForKvm, trialsOn, withoutKvm } from "../hosts/kvm-stand-in.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;
vi.setConfig({ testTimeout: 240_000 });

describeWithHosts("the accelerator of a guest without a type", () => {
  const start = hostsOfFile();
  let home: string;
  let host: Host;
  let work: Workspace;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "cdkvm-state-"));
    vi.stubEnv("XDG_STATE_HOME", home);
    vi.stubEnv("CDKVM_REVIEWED", "1");
    host = await start();
    work = await Workspace.open(host.uri);
  });
  afterEach(async () => {
    await work.destroy();
    await work.remove();
    await rm(home, { recursive: true, force: true });
    vi.unstubAllEnvs();
    await host.stop();
  });

  const guest = (name: string, more: Block = {}): Block => ({
    name,
    memory: 64,
    memory_unit: "MiB",
    vcpu: 1,
    os: { type: "hvm", type_arch: "x86_64", type_machine: "q35" },
    cpu: {},
    running: false,
    ...more,
  });
  const write = (...guests: readonly Block[]): Promise<void> =>
    work.write({ libvirt_domain: Object.fromEntries(guests.map((one) => [String(one["name"]), one])) });
  const has = async (name: string): Promise<string> => {
    const xml = await host.virsh("dumpxml", "--inactive", name);
    return `${/<domain type='(\w+)'/.exec(xml)?.[1]} ${/<cpu mode='([\w-]+)'/.exec(xml)?.[1]}`;
  };
  /** A guest that boots a kernel of the host's, which the trial boots too: this machine need not have one. */
  const booting = async (name: string, more: Block = {}): Promise<Block> =>
    guest(name, {
      ...more,
      os: { type: "hvm", type_arch: "x86_64", type_machine: "q35", kernel: await host.put((await tinyGuest()).kernel) },
    });
  const on = (): RegExp => /^new guests run on KVM at .*: a Linux kernel boots on it$/;
  /** What is remembered of the host, to look at and to change. */
  const remembered = async (): Promise<string> => {
    const folder = join(home, "cdkvm/kvm");
    return join(folder, (await readdir(folder)).find((one) => one.endsWith(".json")) ?? "");
  };
  const change = async (edit: (entry: Record<string, unknown>) => object): Promise<void> => {
    const file = await remembered();
    await writeFile(file, JSON.stringify(edit(JSON.parse(await readFile(file, "utf8")))));
  };

  test("is emulation if libvirt offers no KVM, which the plan says once for all guests, and stays so", async () => {
    await write(guest("web1"), guest("web2"), guest("web3", { cpu: { model: "qemu64", mode: "custom" } }));
    const { warnings } = await work.plan();
    expect(warnings).toEqual([expect.stringMatching(/^new guests are emulated at qemu.*: libvirt does not offer KVM for x86_64 guests$/)]);
    await work.apply();
    expect([await has("web1"), await has("web2"), await has("web3")]).toEqual(["qemu maximum", "qemu maximum", "qemu custom"]);

    await standInForKvm(host, "works");
    expect(await host.virsh("capabilities")).toContain("<domain type='kvm'");
    expect(await work.plan()).toEqual({ changes: false, actions: [], warnings: [] });
    await write(guest("web1", { title: "Front end" }), guest("web2"), guest("web3", { cpu: { model: "qemu64", mode: "custom" } }));
    expect(await work.plan()).toMatchObject({ actions: ["update libvirt_domain.web1"], warnings: [] });
    await work.apply();
    expect(await has("web1")).toBe("qemu maximum");
    expect(await trialsOn(host)).toBe(0);
  });

  test("is KVM if a kernel boots on it: tried once for all guests and plans, and kept when KVM disappears", async () => {
    await standInForKvm(host, "works");
    await write(await booting("web1"), await booting("web2"), await booting("web3"));
    expect(await work.plan()).toMatchObject({ changes: true, warnings: [expect.stringMatching(on())] });
    expect(await trialsOn(host)).toBe(1);
    await work.apply();
    expect([await has("web1"), await has("web3")]).toEqual(["kvm host-passthrough", "kvm host-passthrough"]);
    const another = await Workspace.open(host.uri);
    await another.write({ libvirt_domain: { db1: guest("db1") } });
    expect((await another.plan()).warnings).toEqual([expect.stringMatching(on())]);
    expect(await trialsOn(host)).toBe(1);

    await withoutKvm(host);
    expect(await work.plan()).toEqual({ changes: false, actions: [], warnings: [] });
    expect((await another.plan()).warnings).toEqual([expect.stringContaining("libvirt does not offer KVM for")]);
    await another.remove();
  });

  test("is tried again after a reboot of the host, and if the remembered result is unusable", async () => {
    await standInForKvm(host, "works");
    await write(await booting("web1"));
    await work.plan();
    await change((entry) => ({ ...entry, boot: "another" }));
    await work.plan();
    expect(await trialsOn(host)).toBe(2);
    // without the name of the boot, as over ssh: the host has not run for so long
    await change(({ evidence }) => ({ evidence, at: Date.now() - (uptime() + 3600) * 1000 }));
    await work.plan();
    expect(await trialsOn(host)).toBe(3);
    for (const text of ["{", '{"at":1,"evidence":{"works":true}}']) {
      await writeFile(await remembered(), text);
      expect((await work.plan()).warnings).toEqual([expect.stringMatching(on())]);
    }
    expect(await trialsOn(host)).toBe(5);
    vi.stubEnv("XDG_STATE_HOME", import.meta.filename); // nobody can write there
    expect((await work.plan()).warnings).toEqual([expect.stringMatching(on())]);
  });

  test("is emulation while QEMU cannot use KVM, for as long as an apply needs", async () => {
    await standInForKvm(host, "refuses");
    await write(await booting("web1"));
    const denied = [expect.stringMatching(/^new guests are emulated at .*: QEMU does not start on KVM: .*Permission denied$/)];
    expect((await work.plan()).warnings).toEqual(denied);
    await standInForKvm(host, "works");
    expect((await work.plan()).warnings).toEqual(denied);
    expect(await trialsOn(host)).toBe(1);
    await change((entry) => ({ ...entry, at: Date.now() - 3_600_000 }));
    expect((await work.plan()).warnings).toEqual([expect.stringMatching(on())]);

    await change((entry) => ({ ...entry, evidence: { works: false, end: "paused" }, at: Date.now() - 3_600_000 }));
    expect((await work.plan()).warnings).toEqual([expect.stringContaining("QEMU paused the guest")]);
    expect(await trialsOn(host)).toBe(2);
  });

  test("is KVM without a trial if a guest already runs on it; a paused guest proves nothing", async () => {
    await standInForKvm(host, "works");
    await write(guest("web1", { type: "kvm", cpu: { mode: "host-passthrough" }, running: true }));
    await work.apply();
    await write(guest("web1", { running: true }), await booting("web2"));
    expect((await work.plan()).warnings).toEqual([expect.stringMatching(/^new guests run on KVM at .*: web1 runs on it$/)]);
    expect(await trialsOn(host)).toBe(0);
    await rm(await remembered());
    await host.virsh("suspend", "web1");
    expect((await work.plan()).warnings.toSorted()).toEqual([expect.stringMatching(on()), "web1 is paused: somebody suspended it"]);
    expect(await trialsOn(host)).toBe(1);
    await host.virsh("resume", "web1");
  });

  test("keeps what an imported guest has", async () => {
    await standInForKvm(host, "works");
    const xml = `<domain type="qemu"><name>old</name><memory unit="MiB">64</memory><os><type arch="x86_64" machine="q35">hvm</type></os></domain>`;
    await host.exec("sh", ["-c", "cat > /run/old.xml"], { input: xml });
    await host.virsh("define", "/run/old.xml");
    const { cpu, ...old } = guest("old");
    expect(cpu).toEqual({});
    await work.write({ libvirt_domain: { old } }, { import: [{ to: "libvirt_domain.old", id: "old" }] });
    expect((await work.plan()).warnings).toEqual([]);
    await work.apply();
    expect(await has("old")).toMatch(/^qemu /);
    expect(await work.plan()).toMatchObject({ changes: false });
  });

  test("is what the configuration sets, without a trial or a message", async () => {
    await standInForKvm(host, "refuses");
    await write(guest("web1", { type: "kvm", cpu: { mode: "host-passthrough" } }), guest("web2", { type: "qemu" }));
    expect((await work.plan()).warnings).toEqual([]);
    await work.apply();
    expect([await has("web1"), await has("web2")]).toEqual(["kvm host-passthrough", expect.stringMatching(/^qemu /)]);
    expect(await trialsOn(host)).toBe(0);
    await write(guest("web1"), guest("web2"));
    expect(await work.plan()).toMatchObject({ changes: false, warnings: [] });
  });

  test("is reported once by cdkvm apply, and refused if an emulated guest asks for the host's CPU", async () => {
    const program = (cpu: string): string => `import { App, HostStack, VM } from "cdkvm";
      const app = new App();
      const host = new HostStack(app, "kvm1", { uri: ${JSON.stringify(host.uri)} });
      for (const name of ["web1", "web2"]) new VM(host, name, { memory: "64 MiB", running: false${cpu} });
      app.synth();`;
    const cwd = project({ "main.ts": program("") });
    const run = async (...words: string[]): Promise<string> => {
      const { stdout, stderr } = await cdkvm(words, { cwd, env: { CDKVM_ACCELERATION: undefined } });
      return stdout + stderr;
    };
    const text = await run("apply", "--auto-approve");
    expect(text).toContain("2 guests (web1, web2) are created: 1 vCPU, 64 MiB, emulated");
    expect(text.match(/warning: new guests are emulated at .*: libvirt does not offer KVM for/g)).toHaveLength(1);
    expect(await has("web1")).toBe("qemu maximum");
    expect(await run("plan")).toContain("no changes");
    await run("destroy", "--auto-approve");

    writeFiles(cwd, { "main.ts": program(', cpu: "host-passthrough"') });
    expect(await run("plan")).toContain("The CPU mode host-passthrough is not offered under emulation");
    writeFiles(cwd, { "main.ts": program(', cpu: "host-model"').replaceAll("running: false", "running: true") });
    await run("apply", "--auto-approve");
    expect(await has("web1")).toBe("qemu host-model");
    expect(await host.virsh("domstate", "web1")).toBe("running");
    await host.virsh("destroy", "web1"); // nothing in them would hear of a shutdown
    await host.virsh("destroy", "web2");
    await run("destroy", "--auto-approve");
  });

  test("is the same for two concurrent plans", async () => {
    await standInForKvm(host, "works");
    const another = await Workspace.open(host.uri);
    await write(await booting("web1"));
    await another.write({ libvirt_domain: { db1: await booting("db1") } });
    const plans = await Promise.all([work.plan(), another.plan()]);
    expect(plans.map(({ warnings }) => warnings)).toEqual([[expect.stringMatching(on())], [expect.stringMatching(on())]]);
    expect(await trialsOn(host)).toBe(1);
    expect(await host.virsh("list", "--all", "--name")).toBe("");
    await another.remove();
  });

  test("is tried with this machine's kernel only if the host is this machine, whatever its socket says", async () => {
    await standInForKvm(host, "works");
    const kernels = [(await tinyGuest()).kernel];
    await using here = await Libvirt.connect(host.uri);
    await using there = await Libvirt.connect(host.tcpUri);
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    const ran = await uptimeOf(here);
    expect(ran.boot).toBe(boot);
    const share = ran.ms / (uptime() * 1000); // less by what the hypervisor took of it
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(1.05);
    expect((await uptimeOf(there)).boot).toBeUndefined();
    const node = {
      info: () => here.node.info(),
      cpuStats: async () => new Map([...(await here.node.cpuStats())].map(([name, ns]) => [name, ns * 2])),
    };
    expect((await uptimeOf({ uri: here.uri, node } as unknown as Libvirt)).boot).toBeUndefined();

    expect(await kvmEvidence(there, { kernels, retry: true })).not.toMatchObject({ by: "kernel" });
    expect(await trialsOn(host)).toBe(0);
    expect(await kvmEvidence(here, { kernels, retry: true })).toMatchObject({ works: true, by: "kernel" });
    expect(await trialsOn(host)).toBe(1);
  });
});
