import { readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { planUpdate } from "../../attributes/plan.ts";
import { complete } from "../../attributes/complete.ts";
import { readXml } from "../../libvirt/codec/read.ts";
import { refresh } from "../../attributes/refresh.ts";
import { unmapped } from "../../libvirt/codec/unmapped.ts";
import { writeXml } from "../../libvirt/codec/write.ts";
import { Libvirt } from "../../libvirt/connection.ts";
import { DomainUndefine, DomainXml } from "../../libvirt/flags.ts";
import { parseXml, serializeXml, type XmlElement } from "../../model/xml.ts";
import { messageOf } from "../../model/errors.ts";
import { domain } from "../../model/domain/index.ts";
import { network } from "../../model/network.ts";
import { pool } from "../../model/pool.ts";
import type { Table } from "../../model/table.ts";
import { asText, type Values } from "../../model/values.ts";
import { adjustDomain } from "../../provider/domain/applying/adjust-xml.ts";
import { adjustNetwork } from "../../provider/network/adjust-xml.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import { sampleDomains } from "../libvirt/codec/sample-domains.ts";

const folder = new URL("../fixtures/pairs/", import.meta.url);
const pairs = (kind: string): Values[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(`${kind}.`) && name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Values);

/** What a plan after apply would change. */
const remaining = (table: Table, config: Values, there: XmlElement): string[] => {
  const full = complete(table, config);
  return planUpdate(table, refresh(table, full, readXml(table, there)), full).changes.map(({ path }) => path.join("."));
};

const lines = (root: XmlElement): string[] => serializeXml(root).replaceAll("><", ">\n<").split("\n");
/** Without the UUID and the metadata, whose namespaces may stand elsewhere. */
const comparable = (root: XmlElement): XmlElement => ({
  ...root,
  children: root.children.filter((one) => typeof one === "string" || (one.name !== "uuid" && one.name !== "metadata")),
});
const nameOf = (config: Values | undefined): string => asText(config?.["name"]);

const defineDomain = async (lv: Libvirt, xml: XmlElement): Promise<XmlElement> => {
  const ref = await lv.domains.define(serializeXml(xml));
  return parseXml(await lv.domains.xml(ref, DomainXml.INACTIVE));
};

describeWithHosts("libvirt XML on a real libvirtd", () => {
  test("every guest of the pairs is defined as configured, and unchanged when defined again", async ({ host }) => {
    await using lv = await Libvirt.connect(host.uri);
    for (const config of pairs("domain")) {
      const full = complete(domain, config);
      const kept = await defineDomain(lv, writeXml(domain, full));
      expect([nameOf(config), ...remaining(domain, config, kept)]).toEqual([nameOf(config)]);
      const again = await defineDomain(lv, writeXml(domain, full, { over: kept, prior: full, adjust: adjustDomain }));
      expect(lines(again).sort()).toEqual(lines(kept).sort());
    }
  });

  test("any guest becomes any other by merging the configuration into it", { timeout: 120_000 }, async ({ host }) => {
    await using lv = await Libvirt.connect(host.uri);
    const failures: string[] = [];
    const configs = pairs("domain").map((config): Values => ({ ...config, name: "changing" }));
    for (const [i, before] of configs.entries()) {
      for (const [j, after] of configs.entries()) {
        if (i === j) continue;
        const prior = complete(domain, before);
        const old = await lv.domains.define(serializeXml(writeXml(domain, prior)));
        try {
          const kept = parseXml(await lv.domains.xml(old, DomainXml.INACTIVE));
          const made = await defineDomain(lv, writeXml(domain, complete(domain, after), { over: kept, prior, adjust: adjustDomain }));
          const left = remaining(domain, after, made);
          if (left.length > 0) failures.push(`${nameOf(pairs("domain")[i])} to ${nameOf(pairs("domain")[j])}: ${left.join(", ")}`);
        } catch (error) {
          failures.push(`${nameOf(pairs("domain")[i])} to ${nameOf(pairs("domain")[j])}: ${messageOf(error)}`);
        } finally {
          await lv.domains.undefine(old);
        }
      }
    }
    expect(failures).toEqual([]);
  });

  test("every network and pool of the pairs is defined as configured, and becomes any other of its kind", async ({ host }) => {
    await using lv = await Libvirt.connect(host.uri);
    const failures: string[] = [];
    const visit = async (
      table: Table,
      configs: Values[],
      define: (xml: string) => Promise<string>,
      undefine: (name: string) => Promise<void>,
    ) => {
      for (const [i, one] of configs.entries()) {
        for (const two of configs) {
          const prior = complete(table, { ...one, name: "changing" });
          const next = complete(table, { ...two, name: "changing" });
          try {
            const kept = parseXml(await define(serializeXml(writeXml(table, prior))));
            failures.push(...remaining(table, prior, kept).map((path) => `${nameOf(one)}: ${path}`));
            if (table === pool && one["type"] !== two["type"]) continue;
            const made = parseXml(
              await define(serializeXml(writeXml(table, next, { over: kept, prior, ...(table === network && { adjust: adjustNetwork }) }))),
            );
            failures.push(...remaining(table, next, made).map((path) => `${nameOf(one)} to ${nameOf(two)}: ${path}`));
          } catch (error) {
            failures.push(`${nameOf(one)} to ${nameOf(two)} ${i}: ${messageOf(error)}`);
          } finally {
            await undefine("changing");
          }
        }
      }
    };
    await visit(
      network,
      pairs("network"),
      async (xml) => {
        await lv.networks.define(xml);
        return await host.virsh("net-dumpxml", "--inactive", "changing");
      },
      async () => {
        await host.virsh("net-undefine", "changing");
      },
    );
    await visit(
      pool,
      pairs("pool"),
      async (xml) => {
        await lv.pools.define(xml);
        return await host.virsh("pool-dumpxml", "--inactive", "changing");
      },
      async () => {
        await host.virsh("pool-undefine", "changing");
      },
    );
    expect(failures).toEqual([]);
  });

  test("guests as virt-install writes them keep all that libvirt keeps", async ({ host }) => {
    await using lv = await Libvirt.connect(host.uri);
    const keep = async (xml: XmlElement): Promise<XmlElement> => {
      const ref = await lv.domains.define(serializeXml(xml));
      try {
        return parseXml(await lv.domains.xml(ref, DomainXml.INACTIVE));
      } finally {
        await lv.domains.undefine(ref, DomainUndefine.NVRAM);
      }
    };
    const failures: string[] = [];
    let whole = 0;
    for (const { name, text } of sampleDomains) {
      const kept = await keep(await keep(parseXml(text))); // libvirt renumbers consoles when it reads its own XML
      // What the table cannot express is reported; what it can must come through whole.
      if (unmapped(domain, kept).length > 0) continue;
      whole++;
      const made = await keep(writeXml(domain, complete(domain, readXml(domain, kept))));
      const before = lines(comparable(kept));
      const after = lines(comparable(made));
      const lost = before.filter((line) => !after.includes(line));
      const gained = after.filter((line) => !before.includes(line));
      if (lost.length + gained.length > 0) failures.push(`${name}: ${lost.join(" ")} | ${gained.join(" ")}`);
    }
    expect(failures).toEqual([]);
    expect(whole).toBeGreaterThan(sampleDomains.length * 0.6);
  });
});
