import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { complete } from "../../attributes/complete.ts";
import { network } from "../../model/network.ts";
import { volume } from "../../model/volume.ts";
import type { ChangeClass, Fields, Table } from "../../model/table.ts";
import { resources } from "../../model/tables.ts";
import type { Value, Values } from "../../model/values.ts";
import { planReal } from "../../provider/resource.ts";

async function plan(
  table: Table,
  prior: Values,
  config: Values,
  actual: Values | null,
): Promise<{ changes: string[]; looked: boolean; replace: number }> {
  let looked = false;
  const [before, after] = [complete(table, prior), complete(table, config)];
  const { changes, replace } = await planReal(table, { prior: before, proposed: after, config: after }, async () => {
    looked = true;
    return actual;
  });
  return { changes: changes.map(({ path }) => path.join(".")), looked, replace: replace?.length ?? 0 };
}

const lan = { name: "lan", bridge: { name: "lan0" } };

test("a network restarts only for what it does not have yet", async () => {
  const spelled = { ...lan, bridge: { name: "lan0", stp: "on" } };
  expect(await plan(network, lan, spelled, { ...lan, bridge: { name: "lan0", stp: "on" } })).toMatchObject({ changes: [] });
  expect(await plan(network, lan, spelled, { ...lan, bridge: { name: "lan0", stp: "off" } })).toMatchObject({ changes: ["bridge.stp"] });
  expect(await plan(network, lan, { ...spelled, mtu: { size: 9000 } }, spelled)).toMatchObject({ changes: ["mtu.size"] });
});

test("adding a default that libvirt omits is no change; removing a value is one", async () => {
  const group = (trunk?: string): Values => ({
    ...lan,
    port_groups: [{ name: "a", vlan: { ...(trunk ? { trunk } : {}), tags: [{ id: 7 }] } }],
  });
  const there = { ...group(), ipv6: "yes" };
  expect(await plan(network, { ...group(), ipv6: "yes" }, { ...group("no"), ipv6: "yes" }, there)).toMatchObject({ looked: false });
  expect(await plan(network, { ...lan, ipv6: "yes" }, lan, { ...lan, ipv6: "yes" })).toMatchObject({ changes: ["ipv6"] });
});

test("a volume is not replaced for what it already has, but is if it cannot be read", async () => {
  const plain = { name: "v", pool: "p", capacity: 1, target: { format: { type: "qcow2" } } };
  const spelled = { ...plain, type: "file", target: { format: { type: "qcow2" }, permissions: { mode: "0600" } } };
  const there = { ...spelled, target: { format: { type: "qcow2" }, permissions: { mode: "600", owner: "0" } } };
  expect(await plan(volume, plain, spelled, there)).toMatchObject({ changes: [], replace: 0, looked: true });
  expect(await plan(volume, plain, spelled, { ...there, type: "block" })).toMatchObject({ changes: ["type"], replace: 1 });
  expect(await plan(volume, plain, spelled, null)).toMatchObject({ replace: 2 });
});

describe("attributes that libvirt cannot report", () => {
  /** Each attribute, the way to it and one value for it; items of lists are made with one. */
  function* leaves(fields: Fields, inherited: ChangeClass, path: readonly string[] = [], beside = false): Generator<Leaf> {
    for (const [name, field] of Object.entries(fields)) {
      const [here, change, untold] = [[...path, name], field.change ?? inherited, beside || field.at === ""] as const;
      if (field.kind === "group" || field.kind === "list") yield* leaves(field.fields, change, here, untold);
      else if (field.computed !== true) yield { path: here, change, untold: untold || field.sensitive === true, kind: field.kind };
    }
  }
  interface Leaf {
    readonly path: readonly string[];
    readonly change: ChangeClass;
    readonly untold: boolean;
    readonly kind: string;
  }
  const valueFor = (kind: string, text: string): Value => (kind === "texts" ? [text] : kind === "integer" ? text.length : kind === "boolean" ? text.length % 2 === 0 : text); // prettier-ignore
  const withValue = ([step = "", ...rest]: readonly string[], value: Value): Values => ({
    [step]: rest.length === 0 ? value : withValue(rest, value),
  });

  const all = resources.flatMap((table) =>
    [...leaves(table.fields, table.change)]
      .filter(({ change, untold }) => untold && change === "replace")
      .map((leaf) => ({ ...leaf, table, name: `${table.type}.${leaf.path.join(".")}` })),
  );

  test("are content, pool, and everything of a seed", () => {
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "libvirt_volume.create.content.url",
        "libvirt_volume.create.content.checksum",
        "libvirt_volume.pool",
        "libvirt_cloudinit_disk.user_data",
        "libvirt_cloudinit_disk.meta_data",
        "libvirt_cloudinit_disk.network_config",
        "libvirt_ignition.content",
        "libvirt_combustion.content",
      ]),
    );
  });

  test.each(all)("$name: any change replaces, whatever else exists", async ({ table, path, kind }) => {
    const text = fc.string({ minLength: 1, maxLength: 12 });
    const names = table.element === "" ? {} : { name: "v", pool: "p" };
    await fc.assert(
      fc.asyncProperty(text, text, async (one, two) => {
        const [before, after]: Value[] = [valueFor(kind, one), valueFor(kind, two)];
        fc.pre(before !== undefined && after !== undefined && JSON.stringify(before) !== JSON.stringify(after));
        const [prior, config] = [withValue(path, before), withValue(path, after)];
        const actual = path[0] === "pool" ? { ...names, pool: one } : names;
        expect(await plan(table, { ...names, ...prior }, { ...names, ...config }, actual)).toMatchObject({ replace: 1 });
        expect(await plan(table, { ...names, ...prior }, { ...names, ...prior }, actual)).toMatchObject({ replace: 0 });
      }),
      { numRuns: 30 },
    );
  });
});

test("the host is not asked if nothing would be restarted or replaced", async () => {
  expect(await plan(network, lan, lan, null)).toEqual({ changes: [], looked: false, replace: 0 });
  const hosts = { ...lan, dns: { host: [{ ip: "10.0.0.1", hostnames: [{ hostname: "a" }] }] } };
  expect(await plan(network, { ...lan, dns: {} }, hosts, null)).toMatchObject({ looked: false });
});
