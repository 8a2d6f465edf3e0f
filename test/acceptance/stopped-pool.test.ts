import { afterAll, expect, vi } from "vitest";
import type { Diagnostic } from "../../engine/diagnostics.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import { errorsOf, Workspace } from "./workspace.ts";

vi.setConfig({ testTimeout: 120_000 });

const volume = (name: string, capacity: number): object => ({ name, pool: "store", capacity, capacity_unit: "MiB" });

describeWithHosts("a volume whose pool is stopped", () => {
  let work: Workspace;
  test.beforeAll(async ({ host }) => {
    work = await Workspace.open(host.uri);
    await host.virsh("pool-define-as", "store", "dir", "--target", "/var/lib/libvirt/images");
    await host.virsh("pool-start", "store");
  });
  afterAll(() => work.remove());

  const write = (sizes: Record<string, number>, more = {}): Promise<void> => {
    const all = Object.entries(sizes).map(([name, size]) => [name, volume(name, size)]);
    return work.write({ libvirt_volume: Object.fromEntries(all) as Record<string, Record<string, unknown>> }, more);
  };
  const stopped = (errors: readonly Diagnostic[], doing: string): void => {
    expect(errors).toHaveLength(1);
    expect(errors[0]?.summary).toBe('the storage pool "store" is not running');
    expect(errors[0]?.detail).toContain(`while: ${doing}`);
    expect(errors[0]?.detail).toContain("fix: start it: virsh pool-start store");
    expect(errors[0]?.detail).toContain("code: CDKVM_POOL_INACTIVE");
  };

  test("is not read by plan, and every other operation reports the fix at `pool`", async ({ host }) => {
    await write({ data: 8, more: 8 });
    await work.apply();
    await host.virsh("pool-destroy", "store");
    const plan = await work.plan();
    expect(plan.changes).toBe(false);
    expect(plan.warnings.join()).toContain('The storage pool "store" is not running');

    await write({ data: 16, more: 8 });
    expect((await work.plan()).actions).toEqual(["update libvirt_volume.data"]);
    stopped(await work.failingApply(), "grow the volume data");
    await write({ data: 8, more: 8, new: 8 });
    stopped(await work.failingApply(), "create the volume new");
    await write({ data: 8 });
    stopped(await work.failingApply(), "delete the volume more");
    await write({ data: 8, more: 8 }, { data: { libvirt_volume: { found: { name: "data", pool: "store" } } } });
    const looked = await work.failingPlan();
    stopped(looked, "look up the volume data");
    await write({ data: 8, more: 8, taken: 8 });
    const imported = await errorsOf(work.engine.import("libvirt_volume.taken", "store/taken"));
    expect(imported.map(({ summary, detail }) => `${summary} ${detail}`).join()).toMatch(/is not running.*virsh pool-start store/s);

    await write({ data: 8, more: 8 });
    expect(await errorsOf(work.engine.destroy())).toHaveLength(2);
    expect(await work.engine.stateList()).toEqual(["libvirt_volume.data", "libvirt_volume.more"]);
    await host.virsh("pool-start", "store");
    await work.destroy();
    expect(await host.virsh("vol-list", "store")).not.toContain("data");
  });
});
