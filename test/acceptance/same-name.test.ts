import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from "vitest";
import type { EngineError } from "../../engine/diagnostics.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { bareGuest } from "./bare-guest.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

const guest = (more: Block = {}): Block =>
  bareGuest({
    name: "one",
    running: true,
    destroy: { graceful: false },
    update: { shutdown: { timeout: 1 } },
    ...more,
  });
const volume = (more: Block = {}): Block => ({
  name: "one",
  pool: "${libvirt_pool.vols.name}",
  capacity: 1,
  capacity_unit: "MiB",
  target: { format: { type: "qcow2" } },
  ...more,
});
const vols = { vols: { name: "vols", type: "dir", target: { path: "/var/lib/libvirt/vols" } } };

interface Kind {
  readonly type: string;
  readonly noun: string;
  readonly block: (more?: Block) => Block;
  readonly list: readonly string[];
}
const kinds: readonly Kind[] = [
  { type: "libvirt_domain", noun: "guest", block: guest, list: ["list", "--all", "--name"] },
  {
    type: "libvirt_network",
    noun: "network",
    block: (more = {}) => ({ name: "one", ips: [{ address: "10.91.0.1", prefix: 24 }], ...more }),
    list: ["net-list", "--all", "--name"],
  },
  {
    type: "libvirt_pool",
    noun: "storage pool",
    block: (more = {}) => ({ name: "one", type: "dir", target: { path: "/var/lib/libvirt/one" }, ...more }),
    list: ["pool-list", "--all", "--name"],
  },
  { type: "libvirt_volume", noun: "volume in pool vols", block: volume, list: ["vol-list", "vols"] },
];

describeWithHosts("one name on one host", () => {
  let work: Workspace;
  const state = mkdtempSync(join(tmpdir(), "cdkvm-names-"));
  beforeAll(() => {
    process.env["XDG_STATE_HOME"] = state;
  });
  afterAll(() => {
    delete process.env["XDG_STATE_HOME"];
    rmSync(state, { recursive: true, force: true });
  });
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
  });
  afterEach(async () => {
    await work.destroy();
    await work.remove();
  });

  describe.for(kinds)("of a $noun", ({ type, noun, block, list }) => {
    const write = (blocks: Record<string, Block>, more: Block = {}): Promise<void> => {
      const all: Record<string, Record<string, Block>> = { libvirt_pool: { ...vols } };
      if (Object.keys(blocks).length > 0) all[type] = { ...all[type], ...blocks };
      return work.write({ ...all, ...(more as Record<string, Record<string, Block>>) });
    };
    const twice = `two resources of this configuration define a ${noun} named "one"`;
    const count = async (host: Host): Promise<number> => [...(await host.virsh(...list)).matchAll(/^\s*one\b/gm)].length;

    test("two new ones are a plan error at the name, and nothing is created", { timeout: 60_000 }, async ({ host }) => {
      await write({});
      await work.apply();
      await write({ a: block(), b: block() });
      for (const errors of [await work.failingPlan(), await work.failingApply()]) {
        expect(errors.map(({ summary }) => summary)).toEqual([twice]);
        expect(errors[0]?.detail).toContain("CDKVM_NAME_TWICE");
        expect(errors[0]?.detail).toContain("fix: ");
        expect(errors[0]?.address).toMatch(new RegExp(`^${type}\\.[ab]$`));
        expect(errors[0]?.snippet?.code).toContain('"name"');
      }
      expect(await count(host)).toBe(0);
      await write({}); // destroy plans the configuration too
    });

    test("a copy of an existing one is a plan error", { timeout: 60_000 }, async ({ host }) => {
      await write({ a: block() });
      await work.apply();
      await write({ a: block(), b: block() });
      expect((await work.failingPlan()).map(({ summary }) => summary)).toEqual([twice]);
      await write({ a: block() });
      expect((await work.plan()).changes).toBe(false);
      expect(await count(host)).toBe(1);
    });

    test(
      "that is known only at apply: the second resource does not take over what the first one created",
      { timeout: 60_000 },
      async ({ host }) => {
        const name = { terraform_data: { a: { input: "one" }, b: { input: "one" } } };
        const both = {
          a: block({ name: "${terraform_data.a.output}" }),
          b: block({ name: "${terraform_data.b.output}" }),
        };
        await write(both, name);
        expect((await work.plan()).actions.filter((action) => action.includes(`${type}.`) && !action.includes("vols"))).toEqual([
          `create ${type}.a`,
          `create ${type}.b`,
        ]);
        expect((await work.failingApply()).map(({ summary }) => summary)).toEqual([twice]);
        expect(await count(host)).toBe(1);
        const made = (await work.engine.stateList()).filter((address) => /\.[ab]$/.test(address) && address.startsWith(type));
        expect(made).toHaveLength(1);
        const [left = "a"] = made.map((address) => address.slice(-1)) as ("a" | "b")[];
        await write({ [left]: both[left] }, name);
        expect((await work.plan()).changes).toBe(false);
      },
    );

    test("is available to a replacement", { timeout: 60_000 }, async ({ host }) => {
      await write({ a: block() });
      await work.apply();
      await work.engine.apply({ replace: [`${type}.a`] });
      expect((await work.plan()).changes).toBe(false);
      expect(await count(host)).toBe(1);
    });

    test("of an object left by a killed apply is taken over by the next apply", { timeout: 60_000 }, async ({ host }) => {
      await write({ a: block() });
      await work.apply();
      await work.engine.stateRemove(`${type}.a`);
      await work.apply();
      expect((await work.plan()).changes).toBe(false);
      expect(await count(host)).toBe(1);
    });
  });

  test("create_before_destroy of the same name is an error that says so", { timeout: 60_000 }, async ({ host }) => {
    const early = { lifecycle: { create_before_destroy: true } };
    await work.write({ libvirt_pool: vols, libvirt_volume: { a: volume(early) } });
    await work.apply();
    await work.write({ libvirt_pool: vols, libvirt_volume: { a: volume({ ...early, target: { format: { type: "raw" } } }) } });
    const [error] = await work.failingApply();
    expect(error?.summary).toBe('a volume named "one" already exists in pool "vols", but not in this state');
    expect(error?.detail).toContain("create_before_destroy");
    expect(await host.virsh("vol-dumpxml", "one", "vols")).toContain("qcow2");

    await work.write({ libvirt_pool: vols, libvirt_domain: { a: guest(early) } });
    await work.apply();
    const uuid = await host.virsh("domuuid", "one");
    const failed = await work.engine.apply({ replace: ["libvirt_domain.a"] }).catch((failure: EngineError) => failure);
    expect(failed.diagnostics.map(({ summary }) => summary)).toEqual([
      'a guest named "one" already exists on this host, but not in this state',
    ]);
    expect(failed.diagnostics[0]?.detail).toContain("create_before_destroy");
    expect(await host.virsh("domuuid", "one")).toBe(uuid);
    expect((await work.plan()).changes).toBe(false);
  });
});
