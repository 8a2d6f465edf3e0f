import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "vitest";
import { plainDomain } from "../../provider/domain/observing/plain.ts";
import { readXml } from "../../libvirt/codec/read.ts";
import { sameText } from "../../attributes/normalize.ts";
import { unmapped } from "../../libvirt/codec/unmapped.ts";
import { Libvirt } from "../../libvirt/connection.ts";
import { DomainUndefine, DomainXml } from "../../libvirt/flags.ts";
import type { DomainRef } from "../../libvirt/refs.ts";
import { element, parseXml, serializeXml, type XmlElement } from "../../model/xml.ts";
import { domain } from "../../model/domain/index.ts";
import { asText, isValues, type Values } from "../../model/values.ts";
import { describeWithHosts, hostsOfFile, test } from "../hosts/fixture.ts";
import { sampleDomains } from "../libvirt/codec/sample-domains.ts";
import { configurationOf } from "./configuration-of.ts";
import { Workspace } from "./workspace.ts";

const pairs = join(import.meta.dirname, "../fixtures/pairs");

interface Sample {
  /** The file's name; also what the guest is called here, since several files use one name. */
  readonly name: string;
  readonly xml: XmlElement;
}

const sampleOf = ({ name, text }: { name: string; text: string }): Sample => ({ name, xml: parseXml(withOwnDisks(name, text)) });
const domainsOfPairs = (): Sample[] =>
  readdirSync(pairs)
    .filter((file) => file.startsWith("domain.") && file.endsWith(".xml"))
    .map((file) => sampleOf({ name: basename(file, ".xml"), text: readFileSync(join(pairs, file), "utf8") }));

/** Many of the files name the same disk, which one stack gives to one guest alone. */
const withOwnDisks = (name: string, xml: string): string =>
  xml.replaceAll(/(<source (?:file|dev)=["'])(\/[^"']*\/)([^"'/]+)/g, `$1$2${name}-$3`);

/** Without the UUID, which cdkvm gives, and under the sample's own name. */
const renamed = ({ name, xml }: Sample): XmlElement => ({
  ...xml,
  children: xml.children.flatMap((one) =>
    typeof one === "string" || (one.name !== "uuid" && one.name !== "name")
      ? [one]
      : one.name === "name"
        ? [{ ...element("name"), children: [name] }]
        : [],
  ),
});

/** The lines of an XML document; the metadata, whose namespaces may be declared elsewhere, is compared by itself. */
const linesOf = (root: XmlElement): string[] =>
  serializeXml({
    ...root,
    children: root.children.flatMap((one) => (typeof one !== "string" && (one.name === "uuid" || one.name === "metadata") ? [] : [one])),
  })
    .replaceAll("><", ">\n<")
    .split("\n");
const metadataOf = (root: XmlElement): string => {
  const metadata = readXml(domain, root)["metadata"];
  return isValues(metadata) ? asText(metadata["xml"]) : "";
};

/** What is there once and not twice, in both directions; nothing where both are the same. */
function difference(kept: XmlElement, made: XmlElement): string[] {
  const [before, after] = [linesOf(kept), linesOf(made)];
  const found = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
  found.push(...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`));
  const moved = before.findIndex((line, index) => line !== after[index]);
  if (found.length === 0 && moved >= 0) found.push(`from line ${moved} in another order: ${before[moved]} | ${after[moved]}`);
  if (!sameText("metadata", metadataOf(kept), metadataOf(made))) found.push(`other metadata: ${metadataOf(kept)} | ${metadataOf(made)}`);
  return found;
}

const address = (name: string): string => `g-${name.replaceAll(/[^A-Za-z0-9_-]/g, "-")}`;
const xmlOf = async (lv: Libvirt, ref: DomainRef): Promise<XmlElement> =>
  parseXml(await lv.domains.xml(ref, DomainXml.INACTIVE | DomainXml.SECURE));

describeWithHosts("round trip: cdkvm defines what virsh define stores", () => {
  const host = hostsOfFile();

  /** All of these samples in one stack: made on another host, planned again, and imported where they were defined first. */
  async function roundTrip(samples: readonly Sample[], unexpressed: Readonly<Record<string, readonly string[]>> = {}): Promise<void> {
    const [first, second] = await Promise.all([host(), host()]);
    await using a = await Libvirt.connect(first.uri);
    await using b = await Libvirt.connect(second.uri);
    const kept = new Map<string, XmlElement>();
    const resources: Record<string, Values> = {};
    const plain: Record<string, Values> = {};
    for (const sample of samples) {
      // libvirt renumbers consoles and reorders controllers when it reads its own XML: at each start of libvirtd.
      const once = await a.domains.define(serializeXml(renamed(sample)));
      const xml = await xmlOf(a, await a.domains.define(serializeXml(await xmlOf(a, once))));
      kept.set(sample.name, xml);
      expect([sample.name, ...unmapped(domain, xml)]).toEqual([sample.name, ...(unexpressed[sample.name] ?? [])]);
      const values = readXml(domain, xml);
      resources[address(sample.name)] = configurationOf(domain, values);
      plain[address(sample.name)] = configurationOf(domain, plainDomain(values));
    }

    const work = await Workspace.open(second.uri);
    const importing = await Workspace.open(first.uri);
    try {
      await work.write({ libvirt_domain: resources });
      await work.apply();
      const failures: string[] = [];
      for (const [name, xml] of kept) {
        const made = await xmlOf(b, await b.domains.lookupByName(name));
        const lost = difference(xml, made);
        if (lost.length > 0) failures.push(`${name}: ${lost.join(" ")}`);
      }
      expect(failures).toEqual([]);
      expect(await work.plan()).toEqual({ changes: false, actions: [], warnings: [] });

      await importing.write(
        { libvirt_domain: plain },
        { import: [...kept.keys()].map((name) => ({ to: `libvirt_domain.${address(name)}`, id: name })) },
      );
      const plan = await importing.plan();
      expect(plan.actions).toEqual([]);
      expect(plan.warnings).toEqual([]);
      await importing.apply();
      expect(await importing.plan()).toEqual({ changes: false, actions: [], warnings: [] });
      for (const [name, xml] of kept) {
        const after = await xmlOf(a, await a.domains.lookupByName(name));
        expect([name, ...difference(xml, after)]).toEqual([name]);
      }
      await work.destroy();
    } finally {
      await Promise.all([work.remove(), importing.remove()]);
      for (const name of kept.keys()) await a.domains.undefine(await a.domains.lookupByName(name), DomainUndefine.NVRAM);
    }
  }

  test("guests with Windows, UEFI and TPM, passthrough, virtiofs, NUMA, many NICs", { timeout: 300_000 }, () =>
    roundTrip(sampleDomains.map(sampleOf)),
  );

  test("elements without an attribute are named at import and at each plan, and are kept", { timeout: 60_000 }, async () => {
    const there = await host();
    await using lv = await Libvirt.connect(there.uri);
    const ref = await lv.domains.define(
      `<domain type="qemu"><name>odd</name><memory unit="MiB">64</memory><vcpu>1</vcpu>
        <os><type arch="x86_64" machine="q35">hvm</type></os><features><viridian/></features></domain>`,
    );
    const work = await Workspace.open(there.uri);
    const odd = configurationOf(domain, plainDomain(readXml(domain, await xmlOf(lv, ref))));
    const imported = { import: [{ to: "libvirt_domain.odd", id: "odd" }] };
    const named = ["odd: cdkvm does not manage features/viridian"];
    try {
      await work.write({ libvirt_domain: { odd } }, imported);
      expect(await work.plan()).toMatchObject({ actions: [], warnings: named });
      await work.write({ libvirt_domain: { odd: { ...odd, on_crash: "preserve" } } }, imported);
      await work.apply();
      expect(await work.plan()).toEqual({ changes: false, actions: [], warnings: named });
      expect(await there.virsh("dumpxml", "--inactive", "odd")).toMatch(/<viridian\/>[^]*<on_crash>preserve</);
      await work.destroy();
    } finally {
      await work.remove();
    }
  });

  test("the guests of the pairs", { timeout: 180_000 }, () => roundTrip(domainsOfPairs()));
});
