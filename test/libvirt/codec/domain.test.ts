import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { planUpdate } from "../../../attributes/plan.ts";
import { complete } from "../../../attributes/complete.ts";
import { readXml } from "../../../libvirt/codec/read.ts";
import { refresh } from "../../../attributes/refresh.ts";
import { sameFields } from "../../../attributes/equality.ts";
import { unmapped } from "../../../libvirt/codec/unmapped.ts";
import { writeXml } from "../../../libvirt/codec/write.ts";
import { child, parseXml, serializeXml, textOf, type XmlElement } from "../../../model/xml.ts";
import { domain } from "../../../model/domain/index.ts";
import { adjustDomain } from "../../../provider/domain/applying/adjust-xml.ts";
import type { Values } from "../../../model/values.ts";
import { sampleDomains } from "./sample-domains.ts";

const pairs = new URL("../../fixtures/pairs/", import.meta.url);
const configOf = (name: string) => JSON.parse(readFileSync(new URL(`domain.${name}.json`, pairs), "utf8")) as Record<string, Values>;
const keptOf = (name: string): XmlElement => parseXml(readFileSync(new URL(`domain.${name}.xml`, pairs), "utf8"));
const over = (name: string, change: (config: Record<string, Values>) => Values): XmlElement =>
  writeXml(domain, complete(domain, change(configOf(name))), {
    over: keptOf(name),
    prior: complete(domain, configOf(name)),
    adjust: adjustDomain,
  });
const at = (root: XmlElement, ...path: string[]): XmlElement | undefined =>
  path.reduce<XmlElement | undefined>((one, name) => one && child(one, name), root);

describe("a guest's new definition", () => {
  it("keeps the pinned machine, the UUID and all addresses when the title changes", () => {
    const made = over("disk_volume_file_cdrom", (config) => ({ ...config, title: "new" }));
    expect(serializeXml(made).replace("<title>new</title>", "")).toBe(serializeXml(keptOf("disk_volume_file_cdrom")));
  });

  it("lets current memory follow memory unless it is configured", () => {
    const made = over("minimal", (config) => ({ ...config, memory: 4, memory_unit: "GiB" }));
    expect(at(made, "currentMemory")).toBeUndefined();
    expect(serializeXml(at(made, "memory") ?? "")).toBe('<memory unit="GiB">4</memory>');
    const configured = over("memory_tuning", (config) => ({ ...config, memory: 2048 }));
    expect(textOf(at(configured, "currentMemory") ?? configured)).toBe("524288");
  });

  it("drops libvirt's boot device when devices have an order of their own", () => {
    const made = over("nics", (config) => {
      const { interfaces } = config["devices"] as unknown as { interfaces: Values[] };
      return {
        ...config,
        devices: { ...config["devices"], interfaces: interfaces.map((one, index) => (index === 0 ? { ...one, boot: { order: 1 } } : one)) },
      };
    });
    expect(at(made, "os", "boot")).toBeUndefined();
    expect(at(made, "devices", "interface", "boot")?.attributes["order"]).toBe("1");
    expect(at(made, "devices", "interface", "address")?.attributes["bus"]).toBe("0x01");
  });

  it("forgets the CPU that libvirt chose when the mode changes", () => {
    const made = over("minimal", (config) => ({ ...config, cpu: { mode: "host-passthrough" } }));
    expect(serializeXml(at(made, "cpu") ?? "")).toBe('<cpu mode="host-passthrough"/>');
  });

  it("reassigns all device addresses on another machine type", () => {
    const made = over("nics", (config) => ({ ...config, os: { ...config["os"], type_machine: "pc" } }));
    expect(serializeXml(made)).not.toContain("pcie");
    expect(at(made, "devices", "interface", "address")).toBeUndefined();
    expect(at(made, "devices", "interface", "mac")?.attributes["address"]).toBe("52:54:00:11:22:33");
  });

  it("forgets the firmware that libvirt chose when another kind is asked for", () => {
    const kept = keptOf("uefi_tpm");
    at(kept, "os")?.children.push(
      { name: "loader", attributes: { type: "pflash" }, children: ["/code.fd"] },
      { name: "nvram", attributes: {}, children: ["/vars.fd"] },
    );
    const config = configOf("uefi_tpm");
    const overlay = { over: kept, prior: complete(domain, config), adjust: adjustDomain };
    expect(serializeXml(writeXml(domain, complete(domain, config), overlay))).toContain("/vars.fd");
    const bios = { ...config, os: { ...config["os"], firmware: null, firmware_info: null } };
    const made = serializeXml(writeXml(domain, complete(domain, bios), overlay));
    expect(made).not.toMatch(/firmware|\.fd/);
  });
});

describe("drift of a guest", () => {
  it("includes an attached disk, even if the configuration has no devices", () => {
    const state = complete(domain, configOf("minimal"));
    const there = keptOf("minimal");
    at(there, "devices")?.children.push(
      parseXml(
        "<disk type='file' device='disk'><source file='/x'/><target dev='vdz' bus='virtio'/><address type='pci' slot='0x01'/></disk>",
      ),
    );
    const found = refresh(domain, state, readXml(domain, there));
    expect(found["devices"]).toMatchObject({
      disks: [{ source: { file: { file: "/x" } }, target: { dev: "vdz" }, address: null }],
      inputs: null,
    });
    const plan = planUpdate(domain, found, { ...found, devices: null });
    expect(plan.changes.map(({ path, change }) => [path, change])).toEqual([[["devices", "disks", 0], "live"]]);
    expect(serializeXml(writeXml(domain, plan.planned, { over: there, prior: found, adjust: adjustDomain }))).not.toContain("<disk");
  });
});

describe("launch security", () => {
  const sev = (policy: string): string =>
    `<launchSecurity type="sev"><policy>${policy}</policy><session>c2Vzc2lvbg==</session></launchSecurity>`;
  const guest = (inner: string): XmlElement => parseXml(`<domain type="kvm"><name>a</name>${inner}</domain>`);

  it("writes policies as libvirt reads them: in hexadecimal, whatever they look like", () => {
    const values = { type: "kvm", name: "a", launch_security: { sev: { policy: 48, session: "c2Vzc2lvbg==" } } };
    expect(serializeXml(writeXml(domain, values))).toContain(sev("0x30"));
    expect(readXml(domain, guest(sev("0x0030")))).toEqual(values);
    expect(unmapped(domain, guest(sev("0x0030")))).toEqual([]);
    const snp = serializeXml(writeXml(domain, { ...values, launch_security: { sevsnp: { policy: 0x30000 } } }));
    expect(snp).toContain(`<launchSecurity type="sev-snp"><policy>0x30000</policy>`);
  });
});

describe("a display's listen address, which libvirt stores twice", () => {
  const there = (listen: string): XmlElement =>
    parseXml(
      `<domain><devices><graphics type="vnc" listen="${listen}"><listen type="address" address="${listen}"/></graphics></devices></domain>`,
    );
  const vnc = (display: Values): Values => ({ devices: { graphics: [{ vnc: display }] } });
  const listener = (address: string): Values => ({ listeners: [{ address: { address } }] });
  const changed = (before: Values, after: Values): string =>
    serializeXml(
      at(
        writeXml(domain, complete(domain, vnc(after)), {
          over: there("127.0.0.1"),
          prior: complete(domain, vnc(before)),
          adjust: adjustDomain,
        }),
        "devices",
        "graphics",
      ) ?? "",
    );

  it("has the new address in both places, or in the one that is configured", () => {
    expect(changed({ listen: "127.0.0.1" }, { listen: "0.0.0.0" })).toBe('<graphics type="vnc" listen="0.0.0.0"/>');
    expect(changed(listener("127.0.0.1"), listener("0.0.0.0"))).toBe(
      '<graphics type="vnc"><listen type="address" address="0.0.0.0"/></graphics>',
    );
    expect(changed({ listen: "127.0.0.1" }, listener("0.0.0.0"))).toContain('<listen type="address" address="0.0.0.0"/>');
  });

  it("is removed from both if the configuration drops it, and kept if it was never set", () => {
    expect(changed({ listen: "127.0.0.1" }, {})).toBe('<graphics type="vnc"/>');
    expect(changed({ keymap: "de" }, { keymap: "en-us" })).toContain('listen="127.0.0.1"');
    expect(changed({ listen: "127.0.0.1" }, { listen: "127.0.0.1", keymap: "de" })).toContain('<listen type="address"');
  });
});

describe("guests as virt-install and virt-manager write them", () => {
  it.each(sampleDomains)("$name survives a round trip through the table", ({ text }) => {
    const root = parseXml(text);
    const values = readXml(domain, root);
    const full = complete(domain, values);
    const made = writeXml(domain, full, { over: root, prior: full, adjust: adjustDomain });
    expect(sameFields(domain, readXml(domain, made), values)).toBe(true);
    expect(made.children.length).toBe(root.children.length);
    const fresh = readXml(domain, parseXml(serializeXml(writeXml(domain, full))));
    expect(refresh(domain, full, { ...fresh, id: values["id"] ?? null, uuid: values["uuid"] ?? null })).toEqual(full);
    expect(unmapped(domain, root).filter((path) => !/display|xauth|on_lockfailure|address\/@type/.test(path))).toEqual([]);
  });
});
