import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { review } from "../../review/index.ts";
import { tinyCmdline, tinyGuest, type TinyOptions } from "../../scripts/guests/tiny.ts";
import { tinyGuestWithAgent } from "../../scripts/guests/tiny-agent.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { bareGuest } from "./bare-guest.ts";
import { errorsOf, Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;
vi.setConfig({ testTimeout: 120_000 });

describeWithHosts("a rollout", () => {
  let work: Workspace;
  let folder: string;
  let uri: string;
  beforeEach<{ host: Host }>(async ({ host }) => {
    uri = host.uri;
    work = await Workspace.open(uri);
    folder = mkdtempSync(join(tmpdir(), "cdkvm-rollout-"));
  });
  afterEach(async () => {
    await work.destroy();
    await work.remove();
    rmSync(folder, { recursive: true });
  });

  const write = async (guests: Record<string, Block>, rollout: Block): Promise<void> =>
    await work.write({ libvirt_domain: guests }, { provider: { libvirt: { uri, rollout } } });
  /** Guests that are turned off at once when they restart. */
  const bare = (names: readonly string[], memory: number): Record<string, Block> =>
    Object.fromEntries(names.map((name) => [name, bareGuest({ name, memory, running: true, update: { shutdown: { timeout: 0 } } })]));
  const pids = (host: Host, names: readonly string[]): Promise<string[]> =>
    Promise.all(names.map(async (name) => (await host.readFile(`/run/libvirt/qemu/${name}.pid`)).trim()));

  test("restarts no more guests at once than it says, each until its command succeeds", async ({ host }) => {
    const names = ["web1", "web2", "web3", "web4"];
    const log = join(folder, "log");
    const command = `echo +$CDKVM_GUEST >> ${log}; sleep 0.7; echo -$CDKVM_GUEST >> ${log}; test "$CDKVM_HOST" = "${uri}"`;
    const rollout = { at_once: 2, command };
    await write(bare(names, 48), rollout);
    await work.apply();
    expect(existsSync(log)).toBe(false); // new guests are not held back
    const before = await pids(host, names);
    await write(bare(names, 56), rollout);
    await work.apply();
    const after = await pids(host, names);
    expect(after.filter((pid, index) => pid === before[index])).toEqual([]);
    let now = 0;
    const atOnce = readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => (now += line.startsWith("+") ? 1 : -1));
    expect(atOnce).toHaveLength(8);
    expect(Math.max(...atOnce)).toBe(2);
  });

  test("stops when a guest does not come back, leaves the others as they are, and goes on with them later", async ({ host }) => {
    const names = ["web1", "web2", "web3"];
    const rollout = { command: `test -e ${folder}/well`, timeout: 2 };
    await write(bare(names, 48), rollout);
    await work.apply();
    const before = await pids(host, names);
    await write(bare(names, 56), rollout);
    const errors = (await errorsOf(work.apply())).map(({ detail }) => /code: (\w+)/.exec(detail)?.[1] ?? detail);
    expect(errors).toContain("CDKVM_GUEST_NOT_BACK");
    expect(errors).toContain("CDKVM_ROLLOUT_ABORTED");
    expect(errors).toHaveLength(3);
    const stopped = await pids(host, names);
    const restarted = names.filter((_, index) => stopped[index] !== before[index]);
    expect(restarted).toHaveLength(1);
    for (const name of names)
      expect(await host.virsh("dumpxml", "--inactive", name)).toContain(restarted.includes(name) ? ">57344<" : ">49152<");

    const rest = names.filter((name) => !restarted.includes(name));
    expect((await work.plan()).actions).toEqual(rest.map((name) => `update libvirt_domain.${name}`));
    writeFileSync(join(folder, "well"), "");
    await work.apply();
    const last = await pids(host, names);
    expect(names.filter((_, index) => last[index] !== stopped[index])).toEqual(rest);
    expect(await work.plan()).toMatchObject({ changes: false });

    await write(bare(names, 64), { timeout: 1, abort_after: 3 });
    const problems = (await errorsOf(work.apply())).map(({ summary }) => summary);
    expect(problems.toSorted()).toEqual(names.map((name) => `${name} is not back after 1 s: its agent does not answer`));
  });

  test("takes groups in their order, and leaves later ones as they are until those before are back", async ({ host }) => {
    const [canaries, webs] = [
      ["canary-1", "canary-2"],
      ["web-1", "web-2"],
    ];
    const log = join(folder, "log");
    const command = `test -e ${folder}/well -o $CDKVM_GUEST = canary-1 && sleep 0.3 && echo $CDKVM_GUEST >> ${log}`;
    const both = (memory: number): Record<string, Block> => {
      const after = canaries.map((name) => `libvirt_domain.${name}`);
      const later = Object.entries(bare(webs, memory)).map(([name, guest]) => [name, { ...guest, depends_on: after }]);
      return { ...bare(canaries, memory), ...Object.fromEntries(later) };
    };
    await write(both(48), { at_once: 2, command, timeout: 2 });
    await work.apply();
    const before = await pids(host, webs);
    await write(both(56), { at_once: 2, command, timeout: 2 });
    const reviewed = review(await work.engine.show((await work.engine.plan()).file));
    expect(reviewed.rollout).toMatchObject({ atOnce: 2, wait: "command", timeout: 2, abortAfter: 1, steps: [canaries, webs] });
    const problems = (await errorsOf(work.apply())).map(({ summary }) => summary);
    expect(problems).toEqual(["canary-2 is not back after 2 s: the rollout's command does not succeed"]);
    expect(await pids(host, webs)).toEqual(before);
    expect((await work.plan()).actions).toEqual(webs.map((name) => `update libvirt_domain.${name}`));

    writeFileSync(join(folder, "well"), "");
    await write(both(64), { at_once: 2, command });
    await work.apply();
    const order = readFileSync(log, "utf8").trim().split("\n");
    expect(order.slice(0, 1)).toEqual(["canary-1"]);
    expect(order.slice(1, 3).toSorted()).toEqual(canaries);
    expect(order.slice(3).toSorted()).toEqual(webs);
    expect((await pids(host, webs)).filter((pid, index) => pid === before[index])).toEqual([]);
  });

  /** Boots; its console and its guest agent are those of the tiny guest. */
  const booting = (files: readonly string[], memory: number, options: TinyOptions, more: Block): Block => ({
    name: options.hostname,
    type: "qemu",
    memory,
    memory_unit: "MiB",
    vcpu: 1,
    running: true,
    os: { type: "hvm", type_arch: "x86_64", type_machine: "q35", kernel: files[0], initrd: files[1], cmdline: tinyCmdline(options) },
    features: { acpi: true },
    ...more,
  });
  const rngs = [{ model: "virtio", backend: { random: "/dev/urandom" } }];

  test("waits with `agent` until the guest's own agent answers", async ({ host }) => {
    const { kernel, initrd } = await tinyGuestWithAgent();
    const files = [await host.put(kernel), await host.put(initrd)];
    const channels = [{ source: { unix: {} }, target: { virt_io: { name: "org.qemu.guest_agent.0" } } }];
    const guest = (memory: number): Block =>
      booting(files, memory, { hostname: "web1", agentAfter: 4 }, { devices: { channels, rngs }, update: { shutdown: { timeout: 0 } } });
    const answers = async (): Promise<boolean> => {
      const { code } = await host.exec("virsh", ["qemu-agent-command", "web1", '{"execute":"guest-ping"}', "--timeout", "1"], {
        mayFail: true,
      });
      return code === 0;
    };
    await write({ web1: guest(160) }, { wait: "agent", timeout: 60 });
    await work.apply();
    const before = await pids(host, ["web1"]);
    expect(await answers()).toBe(false); // nothing waits for a new guest, and its agent is slow
    await write({ web1: guest(168) }, { wait: "agent", timeout: 60 });
    await work.apply();
    expect(await answers()).toBe(true);
    expect(await pids(host, ["web1"])).not.toEqual(before);
  });

  test("waits for a new lease with `ip`, not for the one from before", async ({ host }) => {
    const { kernel, initrd } = await tinyGuest();
    const files = [await host.put(kernel), await host.put(initrd)];
    const interfaces = [{ model: { type: "virtio" }, source: { network: { network: "lan" } }, wait_for_ip: { timeout: 60 } }];
    const guest = (memory: number): Block =>
      booting(files, memory, { hostname: "web1" }, { devices: { interfaces, rngs }, depends_on: ["libvirt_network.lan"] });
    const lan = {
      name: "lan",
      bridge: { name: "virbr7" },
      ips: [{ address: "192.168.77.1", prefix: 24, dhcp: { ranges: [{ start: "192.168.77.10", end: "192.168.77.99" }] } }],
    };
    const writeBoth = async (memory: number, rollout: Block): Promise<void> =>
      await work.write({ libvirt_domain: { web1: guest(memory) }, libvirt_network: { lan } }, { provider: { libvirt: { uri, rollout } } });
    await writeBoth(160, { wait: "ip" });
    await work.apply();
    const ends = async (): Promise<string> => /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.exec(await host.virsh("net-dhcp-leases", "lan"))?.[0] ?? "";
    const first = await ends();
    await writeBoth(168, { wait: "ip", timeout: 60 });
    await work.apply();
    expect((await ends()) > first).toBe(true);
  });
});
