import { expect, test } from "vitest";
import { configurationNeeds, needsOf } from "../../engine/schema-set.ts";
import { EMBEDDED_SOURCE } from "../../model/embedded-source.ts";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "./engines.ts";

const terraform = { required_providers: { libvirt: { source: EMBEDDED_SOURCE } } };
const guest = { name: "web1", memory: 64, type: "qemu" };
const own = { name: 1, memory: 1, type: 1 };

/** What a configuration needs of guests. */
const domainOf = (more: Record<string, unknown>, block: Record<string, unknown> = {}): unknown =>
  needsOf({ terraform, resource: { libvirt_domain: { web1: { ...guest, ...block } } }, ...more })?.set.resources["libvirt_domain"];

test("a guest needs the attributes that it sets, at every depth, and those of all its list items", () => {
  const devices = { disks: [{ target: { dev: "vda" } }, { target: { bus: "virtio" }, serial: "s1" }] };
  expect(domainOf({}, { devices })).toEqual({ ...own, devices: { disks: { target: { dev: 1, bus: 1 }, serial: 1 } } });
});

test("all guests of a configuration share one schema", () => {
  const resource = { libvirt_domain: { web1: guest, web2: { name: "web2", title: "two" } } };
  expect(needsOf({ terraform, resource })?.set.resources).toEqual({ libvirt_domain: { ...own, title: 1 } });
});

test("meta-arguments are not attributes, and ignore_changes names some", () => {
  const lifecycle = { ignore_changes: ["title", "devices.disks[0].serial", "all"] };
  expect(domainOf({}, { count: 2, depends_on: ["libvirt_pool.p"], provider: "libvirt.b", lifecycle })).toEqual({
    ...own,
    title: 1,
    devices: { disks: { serial: 1 } },
  });
});

test("an expression instead of a structure needs all of it", () => {
  expect(domainOf({}, { devices: { disks: "${var.disks}" } })).toEqual({ ...own, devices: { disks: 1 } });
  expect(domainOf({}, { os: { "${var.name}": 1 } })).toEqual({ ...own, os: 1 });
});

test.each([
  ["an output", { output: { a: { value: "${libvirt_domain.web1.title}" } } }, { title: 1 }],
  ["a deep path", { output: { a: { value: "${libvirt_domain.web1.devices.interfaces[0].mac.address}" } } }, { devices: { interfaces: { mac: { address: 1 } } } }], // prettier-ignore
  ["a splat", { locals: { a: "${libvirt_domain.web1.devices.interfaces[*].mac.address}" } }, { devices: { interfaces: { mac: { address: 1 } } } }], // prettier-ignore
  ["a legacy splat", { locals: { a: "${libvirt_domain.web1.devices.interfaces.*.mac}" } }, { devices: { interfaces: { mac: 1 } } }],
  ["a for expression", { locals: { a: "${[for d in libvirt_domain.web1.devices.disks : d.serial]}" } }, { devices: { disks: 1 } }],
  ["an instance", { locals: { a: '${libvirt_domain.web1["a.b"].title}' } }, { title: 1 }],
  ["a name in brackets", { locals: { a: '${libvirt_domain.web1["title"]}' } }, { title: 1 }],
  ["an open name", { locals: { a: "${libvirt_domain.web1.os[var.name]}" } }, { os: 1 }],
  ["replace_triggered_by", { resource: { terraform_data: { x: { lifecycle: { replace_triggered_by: ["libvirt_domain.web1.title"] } } }, libvirt_domain: { web1: guest } } }, { title: 1 }], // prettier-ignore
  ["a check block", { check: { c: { assert: { condition: "${libvirt_domain.web1.title != null}" } } } }, { title: 1 }],
])("a reference needs the attribute that it names: %s", (_, more, needed) => {
  expect(domainOf(more)).toEqual({ ...own, ...needed });
});

test("a condition on the guest itself needs the attributes that it refers to", () => {
  const lifecycle = { postcondition: [{ condition: '${self.title != ""}' }] };
  expect(domainOf({}, { lifecycle })).toEqual({ ...own, title: 1 });
});

test("an address names no attribute, a whole guest in an expression needs them all", () => {
  expect(domainOf({ moved: [{ from: "libvirt_domain.old", to: "libvirt_domain.web1" }] })).toEqual(own);
  expect(domainOf({ locals: { a: "${libvirt_domain.web1}" } })).toBe(1);
  expect(domainOf({ locals: { a: "${libvirt_domain.web1[0]}" } })).toBe(1);
});

test("a data source that is used has all attributes, and its references need none of guests", () => {
  const data = { libvirt_domain: { other: { name: "other" } } };
  const output = { a: { value: "${data.libvirt_domain.other.title}" } };
  expect(needsOf({ terraform, data, output })?.set).toEqual({ resources: {}, data: { libvirt_domain: 1 } });
});

test("a data source within a check block is whole too", () => {
  const check = { up: { data: { libvirt_node_info: { host: {} } }, assert: { condition: "${true}" } } };
  expect(needsOf({ terraform, check })?.set.data).toEqual({ libvirt_node_info: 1 });
});

test.each([
  ["a module", { module: { m: { source: "./m" } } }],
  ["an import", { import: [{ to: "libvirt_domain.web1", id: "web1" }] }],
  ["another provider", { terraform: { required_providers: { libvirt: { source: "dmacvicar/libvirt" } } } }],
  ["encryption", { terraform: { ...terraform, encryption: {} } }],
  ["blocks in a list", { resource: [{ libvirt_domain: { web1: guest } }] }],
])("what cannot be determined from the configuration needs all attributes: %s", (_, more) => {
  expect(needsOf({ terraform, ...more })).toBeUndefined();
});

test("attributes in the state are needed, unless they are null", () => {
  const attributes = { ...guest, title: "one", description: null, devices: { disks: [{ serial: "s", target: null }], inputs: [] } };
  const needs = needsOf({ terraform, resource: { libvirt_domain: { web1: guest } } });
  needs?.addState({ resources: [{ mode: "managed", type: "libvirt_domain", instances: [{ attributes }] }] });
  expect(needs?.set.resources).toEqual({ libvirt_domain: { ...own, title: 1, devices: { disks: { serial: 1 }, inputs: {} } } });
});

test("another file of configuration in the folder needs all attributes", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "cdk.tf.json"), JSON.stringify({ terraform, resource: { libvirt_domain: { web1: guest } } }));
  await mkdir(join(folder, "terraform.d"));
  expect(await configurationNeeds(folder)).toBeDefined();
  await writeFile(join(folder, "more.tf"), "");
  expect(await configurationNeeds(folder)).toBeUndefined();
});
