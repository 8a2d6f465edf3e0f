import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

const bridgeOf = async (host: Host, name: string): Promise<string> =>
  /bridge name='(\w+)'/.exec(await host.virsh("net-dumpxml", name))?.[1] ?? "";

describeWithHosts("the bridges of networks", () => {
  const state = mkdtempSync(join(tmpdir(), "cdkvm-bridges-"));
  const journal = join(state, "cdkvm/journal");
  let stacks: Workspace[];
  const write = (work: Workspace | undefined, networks: Record<string, Block>): Promise<void> | undefined =>
    work?.write({ libvirt_network: networks });
  beforeAll(() => {
    process.env["XDG_STATE_HOME"] = state;
  });
  afterAll(() => {
    delete process.env["XDG_STATE_HOME"];
    rmSync(state, { recursive: true, force: true });
  });
  beforeEach<{ host: Host }>(async ({ host }) => {
    stacks = await Promise.all(Array.from({ length: 4 }, () => Workspace.open(host.uri)));
  });
  afterEach(async () => {
    await Promise.all(
      stacks.map(async (work) => {
        await work.write({});
        await work.destroy();
        await work.remove();
      }),
    );
  });

  /** What an apply leaves that is killed between define and start. */
  async function leaveIncomplete(host: Host, block: Block): Promise<void> {
    const [work] = stacks;
    await write(work, { n: block });
    await work?.apply();
    await work?.engine.stateRemove("libvirt_network.n");
    await host.virsh("net-destroy", String(block["name"]));
    const [entry = ""] = readdirSync(journal);
    writeFileSync(join(journal, entry), readFileSync(join(journal, entry), "utf8").replace('"made"', '"making"'));
  }

  test("stacks of one host that are applied concurrently each get their own bridge", { timeout: 180_000 }, async ({ host }) => {
    const names = stacks.map((_, stack) => Array.from({ length: 4 }, (_, index) => `net${stack}${index}`));
    await Promise.all(
      stacks.map(async (work, index) => write(work, Object.fromEntries((names[index] ?? []).map((name) => [name, { name }])))),
    );
    await Promise.all(stacks.map((work) => work.apply()));
    const bridges = await Promise.all(names.flat().map((name) => bridgeOf(host, name)));
    expect(new Set(bridges).size).toBe(names.flat().length);
    for (const work of stacks) expect((await work.plan()).actions).toEqual([]);
  });

  test("a network whose bridge was taken first by another gets a new one", { timeout: 60_000 }, async ({ host }) => {
    await leaveIncomplete(host, { name: "late", autostart: true });
    const lost = await bridgeOf(host, "late");
    await host.exec("ip", ["link", "add", lost, "type", "bridge"]);
    try {
      await stacks[0]?.apply();
      expect(await bridgeOf(host, "late")).not.toBe(lost);
      expect(await host.virsh("net-info", "late")).toMatch(/Active: +yes[^]*Autostart: +yes/);
      expect((await stacks[0]?.plan())?.actions).toEqual([]);
    } finally {
      await host.exec("ip", ["link", "delete", lost]);
    }
  });

  test("an error proposes to remove only the network's own leftover bridge", { timeout: 120_000 }, async ({ host }) => {
    const block = { name: "lab", bridge: { name: "lab0" }, ips: [{ address: "10.93.0.1", prefix: 24 }] };
    await host.exec("ip", ["link", "add", "lab0", "type", "bridge"]);
    await write(stacks[0], { n: block });
    const [live] = (await stacks[0]?.failingApply()) ?? [];
    expect(live?.detail).toContain("the host already has another interface lab0");
    expect(live?.detail).not.toMatch(/delete|destroy|pkill/);
    expect((await host.exec("ip", ["link", "show", "lab0"])).stdout).toContain("lab0");
    await host.exec("ip", ["link", "delete", "lab0"]);

    await leaveIncomplete(host, block);
    const mac = /<mac address='([^']+)'/.exec(await host.virsh("net-dumpxml", "lab"))?.[1] ?? "";
    await host.exec("ip", ["link", "add", "lab0", "address", mac, "type", "bridge"]);
    await host.killLibvirtd();
    await host.startLibvirtd();
    const [left] = (await stacks[0]?.failingApply()) ?? [];
    expect(left?.detail).toContain("fix: on the host: ip link delete lab0; pkill -F /run/libvirt/network/lab.pid");
    await host.exec("ip", ["link", "delete", "lab0"]);
    await stacks[0]?.apply();
    expect((await stacks[0]?.plan())?.actions).toEqual([]);
  });

  test("two stacks with one subnet: the second is refused, and leaves nothing behind", { timeout: 60_000 }, async ({ host }) => {
    const block = (name: string): Block => ({ name, ips: [{ address: "10.94.0.1", prefix: 24 }] });
    await write(stacks[0], { n: block("first") });
    await stacks[0]?.apply();
    const before = await host.virsh("net-info", "first");
    await write(stacks[1], { n: block("second") });
    const [error] = (await stacks[1]?.failingApply()) ?? [];
    expect(error?.detail).toContain(`${await bridgeOf(host, "first")} has an address in this subnet`);
    expect(error?.detail).toContain("choose another subnet");
    expect(error?.detail).not.toMatch(/delete|destroy|pkill/);
    expect(error?.snippet?.code).toContain('"ips"');
    expect(await host.virsh("net-list", "--all", "--name")).not.toContain("second");
    expect(await host.virsh("net-info", "first")).toBe(before);
  });
});
