import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "vitest";
import { readXml } from "../../libvirt/codec/read.ts";
import { unmapped } from "../../libvirt/codec/unmapped.ts";
import { child, parseXml, serializeXml, type XmlElement } from "../../model/xml.ts";
import { network } from "../../model/network.ts";
import { pool } from "../../model/pool.ts";
import type { Table } from "../../model/table.ts";
import { asText, type Values } from "../../model/values.ts";
import { volume } from "../../model/volume.ts";
import { describeWithHosts, hostsOfFile, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { configurationOf } from "./configuration-of.ts";
import { Workspace } from "./workspace.ts";

const folder = join(import.meta.dirname, "../fixtures/pairs");

interface Pair {
  readonly name: string;
  readonly address: string;
  readonly xml: XmlElement;
  readonly config: Values;
}

const pairsOf = (kind: string): readonly Pair[] =>
  readdirSync(folder)
    .filter((file) => file.startsWith(`${kind}.`) && file.endsWith(".json"))
    .map((file) => {
      const config = JSON.parse(readFileSync(join(folder, file), "utf8")) as Values;
      const xml = parseXml(readFileSync(join(folder, file.replace(".json", ".xml")), "utf8"));
      return { name: asText(config["name"]), address: basename(file, ".json").replace(".", "-"), xml, config };
    });

/** How one kind of resource is told and asked with virsh, and what of its XML is another each time. */
interface Kind {
  readonly table: Table;
  readonly define: readonly string[];
  /** Starts what was defined; where that fails, what is told is the machine's reason, and it is only defined in what follows. */
  readonly start?: readonly (readonly [command: string, ...more: string[]])[];
  readonly dump: (name: string) => readonly [string, ...string[]];
  readonly id: (name: string) => string;
  readonly passing: readonly string[];
  /** The configuration of what cannot be started here. */
  readonly stopped?: Values;
}

const kinds: Readonly<Record<string, Kind>> = {
  network: {
    table: network,
    define: ["net-define"],
    start: [["net-start"]],
    dump: (name) => ["net-dumpxml", name, "--inactive"],
    id: (name) => name,
    passing: ["uuid", "mac"],
    stopped: { active: false },
  },
  pool: {
    table: pool,
    define: ["pool-define"],
    start: [["pool-build"], ["pool-start"]],
    dump: (name) => ["pool-dumpxml", name, "--inactive"],
    id: (name) => name,
    passing: ["uuid", "capacity", "allocation", "available"],
    stopped: { create: { build: false, start: false, autostart: false } },
  },
  volume: {
    table: volume,
    define: ["vol-create", "bench"],
    dump: (name) => ["vol-dumpxml", name, "--pool", "bench"],
    id: (name) => `bench/${name}`,
    passing: ["allocation", "physical", "timestamps"],
  },
};

/** An XML document without what is another each time. */
const lasting = (one: XmlElement, passing: readonly string[]): XmlElement => ({
  ...one,
  children: one.children.flatMap((below): (XmlElement | string)[] => {
    if (typeof below === "string") return below.trim() === "" ? [] : [below];
    return passing.includes(below.name) ? [] : [lasting(below, passing)];
  }),
});

const linesOf = (xml: XmlElement, passing: readonly string[]): string[] =>
  serializeXml(lasting(xml, passing)).replaceAll("><", ">\n<").split("\n");

const without = (xml: XmlElement, name: string): XmlElement => ({
  ...xml,
  children: xml.children.filter((one) => typeof one === "string" || one.name !== name),
});

async function tell(host: Host, [command = "", ...more]: readonly string[], xml: XmlElement): Promise<void> {
  const file = `/run/${command}.xml`;
  await host.exec("sh", ["-c", `cat >${file}`], { input: serializeXml(xml) });
  await host.virsh(command, ...more, file);
}

const ask = async (host: Host, kind: Kind, name: string): Promise<XmlElement> => parseXml(await host.virsh(...kind.dump(name)));

/** A pool for the volumes, with the image beneath one of them. */
async function makeBench(host: Host): Promise<void> {
  await host.virsh("pool-create-as", "bench", "dir", "--target", "/var/lib/libvirt/bench", "--build");
  await host.virsh("vol-create-as", "bench", "vm0.qcow2", "20G", "--format", "qcow2");
}

/** What `virsh define` keeps of the XML, and whether it starts: `undefined`, or the reason that virsh gives. */
async function reference(host: Host, kind: Kind, { name, xml }: Pair): Promise<{ readonly kept: XmlElement; readonly why?: string }> {
  await tell(host, kind.define, without(xml, "uuid"));
  const kept = await ask(host, kind, name);
  try {
    for (const [command, ...more] of kind.start ?? []) await host.virsh(command, name, ...more);
    return { kept };
  } catch (error) {
    return { kept, why: String(error) };
  }
}

describeWithHosts("round trip of networks, pools and volumes: cdkvm defines what virsh define stores", () => {
  const host = hostsOfFile();

  test.for(Object.entries(kinds))("%s: from XML, from the configuration, and imported", { timeout: 120_000 }, async ([noun, kind]) => {
    const type = kind.table.type;
    const pairs = pairsOf(noun);
    expect(pairs.length).toBeGreaterThan(2);
    const [first, second, third] = await Promise.all([host(), host(), host()]);
    if (noun === "volume") await Promise.all([first, second, third].map(makeBench));

    const fromXml: Record<string, Values> = {};
    const fromPair: Record<string, Values> = {};
    const kept = new Map<string, readonly string[]>();
    for (const pair of pairs) {
      const there = await reference(first, kind, pair);
      const stopped = there.why === undefined ? {} : kind.stopped;
      kept.set(pair.name, linesOf(there.kept, kind.passing));
      expect([pair.name, ...unmapped(kind.table, withoutStamps(there.kept))]).toEqual([pair.name]);
      const values = readXml(kind.table, withoutStamps(there.kept));
      fromXml[pair.address] = { ...configurationOf(kind.table, values), ...(noun === "volume" ? { pool: "bench" } : {}), ...stopped };
      fromPair[pair.address] = { ...pair.config, ...stopped };
    }

    const [work, own] = await Promise.all([Workspace.open(second.uri), Workspace.open(third.uri)]);
    const importing = await Workspace.open(third.uri);
    const found = async (on: Host, name: string): Promise<readonly string[]> => linesOf(await ask(on, kind, name), kind.passing);
    try {
      await work.write({ [type]: fromXml });
      await work.apply();
      for (const [name, lines] of kept) expect([name, ...(await found(second, name))]).toEqual([name, ...lines]);
      expect(await work.plan()).toEqual({ changes: false, actions: [], warnings: [] });
      await work.destroy();

      await own.write({ [type]: fromPair });
      await own.apply();
      for (const { name, xml } of pairs) expect([name, ...(await found(third, name))]).toEqual([name, ...linesOf(xml, kind.passing)]);
      expect(await own.plan()).toEqual({ changes: false, actions: [], warnings: [] });

      const imports = pairs.map(({ name, address }) => ({ to: `${type}.${address}`, id: kind.id(name) }));
      await importing.write({ [type]: fromPair }, { import: imports });
      const plan = await importing.plan();
      // What the configuration spells out and libvirt has anyway is recorded in the state; nothing is restarted or replaced.
      expect(plan.actions.filter((action) => !action.startsWith("update "))).toEqual([]);
      expect(plan.warnings).toEqual([]);
      await importing.apply();
      for (const { name, xml } of pairs) expect([name, ...(await found(third, name))]).toEqual([name, ...linesOf(xml, kind.passing)]);
      expect(await importing.plan()).toEqual({ changes: false, actions: [], warnings: [] });
      await importing.destroy();
    } finally {
      await Promise.all([work.remove(), own.remove(), importing.remove()]);
    }
  });
});

/** Times of files are no attributes that a person writes. */
const withoutStamps = (xml: XmlElement): XmlElement => ({
  ...xml,
  children: xml.children.map((one) => {
    if (typeof one === "string" || child(one, "timestamps") === undefined) return one;
    return without(one, "timestamps");
  }),
});
