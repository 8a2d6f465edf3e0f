import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keptInstead, replacedValues } from "../../../attributes/normalized-by-libvirt.ts";
import { planCreate, planUpdate, settle } from "../../../attributes/plan.ts";
import { complete } from "../../../attributes/complete.ts";
import { readXml } from "../../../libvirt/codec/read.ts";
import { refresh } from "../../../attributes/refresh.ts";
import { sameFields, sameValue } from "../../../attributes/equality.ts";
import { unmapped } from "../../../libvirt/codec/unmapped.ts";
import { writeXml } from "../../../libvirt/codec/write.ts";
import { parseXml, serializeXml } from "../../../model/xml.ts";
import { choice, group, integer, list, presence, table, text, texts, variant, yesNo, type Table } from "../../../model/table.ts";
import { virtualPort } from "../../../model/virtual-port.ts";
import { UNKNOWN, type Value, type Values } from "../../../model/values.ts";

const box: Table = table({
  type: "libvirt_box",
  element: "box",
  doc: "A structure with one of each.",
  change: "restart",
  fields: {
    kind: text("@kind"),
    uuid: text("uuid", { computed: true }),
    size: integer("size", { unit: "size_unit", unitDefault: "KiB" }),
    size_unit: text("size/@unit"),
    title: text("title", { change: "live" }),
    slot: integer("slot/@number", { hexDigits: 2 }),
    locked: presence("locked"),
    managed: yesNo("@managed"),
    names: texts("names/name"),
    metadata: group("metadata", { xml: text(".", { same: "metadata" }) }),
    bridge: group("bridge", { name: text("@name", { computed: true, optional: true }), stp: text("@stp") }),
    parts: list(
      "part",
      {
        model: text("@model"),
        source: group("source", {
          file: variant("../@type", "file", { path: text("@path") }),
          network: variant("../@type", "network", { host: text("@host") }),
          none: choice("../@type", "none"),
          index: integer("@index"),
        }),
        target: group("target", { dev: text("@dev"), bus: text("@bus") }),
        mac: group("mac", { address: text("@address", { same: "mac" }) }),
        alias: group("alias", { name: text("@name") }, { assigned: true }),
        address: group("address", { pci: variant("@type", "pci", { slot: integer("@slot", { hexDigits: 2 }) }) }, { assigned: true }),
      },
      { key: ["target.dev"], extras: "drift", change: "live" },
    ),
    inputs: list("input", { type: text("@type"), bus: text("@bus") }, { extras: "ignored" }),
    boots: list("boot", { dev: text("@dev") }, { extras: "drift" }),
  },
});

const xml = (markup: string) => parseXml(markup);
const write = (values: Values, over?: string, prior?: Values): string =>
  serializeXml(writeXml(box, values, over === undefined ? undefined : { over: xml(over), ...(prior === undefined ? {} : { prior }) }));
const state = (values: Values): Values => complete(box, values);
const refreshed = (prior: Values, markup: string): Values => refresh(box, state(prior), readXml(box, xml(markup)));
const changed = (prior: Values, config: Values): string[] =>
  planUpdate(box, state(prior), state(config)).changes.map(({ path, change }) => `${path.join(".")} ${change}`);

const word = fc.stringMatching(/^[a-z0-9 <&"']{1,6}$/);
const maybe = <T extends Value>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const part = fc.record({
  model: maybe(word),
  source: maybe(
    fc.oneof(
      fc.record({ file: fc.record({ path: maybe(word) }), index: maybe(fc.nat(9)) }),
      fc.record({ network: fc.record({ host: maybe(word) }) }),
      fc.constant({ none: true }),
    ),
  ),
  bus: maybe(word),
  slot: maybe(fc.nat(31)),
});
const boxes: fc.Arbitrary<Values> = fc
  .record({
    kind: maybe(word),
    size: maybe(fc.nat(1e6)),
    size_unit: maybe(fc.constantFrom("KiB", "MiB", "GiB", "bytes")),
    title: maybe(word),
    slot: maybe(fc.nat(255)),
    locked: maybe(fc.constant(true)),
    managed: maybe(fc.boolean()),
    names: maybe(fc.array(word, { minLength: 1, maxLength: 3 })),
    bridge: maybe(fc.record({ name: maybe(word), stp: maybe(fc.constantFrom("on", "off")) })),
    parts: maybe(fc.array(part, { minLength: 1, maxLength: 3 })),
    inputs: maybe(fc.array(fc.record({ type: maybe(word), bus: maybe(word) }), { minLength: 1, maxLength: 3 })),
  })
  .map(({ parts, size, size_unit, ...rest }) => ({
    ...rest,
    size,
    size_unit: size === null ? null : size_unit,
    parts:
      parts === null
        ? null
        : parts.map(({ model, source, bus, slot }, index) => ({
            model,
            source,
            target: { dev: `d${index}`, bus },
            address: slot === null ? null : { pci: { slot } },
          })),
  }))
  .map((values) => state(values as Values));

/** Without nulls. */
const bare = (value: Value): Value => {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([name, one]) => (one === null ? [] : [[name, bare(one as Value)]])));
};

describe("a table in XML", () => {
  it("reads back what it wrote, and leaves nothing unmapped", () => {
    fc.assert(
      fc.property(boxes, (values) => {
        const written = parseXml(serializeXml(writeXml(box, values)));
        expect(readXml(box, written)).toEqual(bare(values));
        expect(unmapped(box, written)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("is unchanged when the same values are merged again", () => {
    fc.assert(
      fc.property(boxes, (values) => {
        const made = writeXml(box, values);
        expect(serializeXml(writeXml(box, values, { over: made, prior: values }))).toBe(serializeXml(made));
      }),
      { numRuns: 100 },
    );
  });

  it("reaches the new values from any others, and keeps unmapped elements", () => {
    fc.assert(
      fc.property(boxes, boxes, (before, after) => {
        const there = writeXml(box, before);
        there.children.push({ name: "foreign", attributes: { x: "1" }, children: [] });
        const over = writeXml(box, after, { over: there, prior: before });
        expect(serializeXml(over)).toContain('<foreign x="1"/>');
        const back = readXml(box, over);
        expect(refresh(box, after, back)).toEqual(after);
      }),
      { numRuns: 200 },
    );
  });

  it("equals itself", () => {
    fc.assert(
      fc.property(boxes, (values) => {
        expect(sameFields(box, values, values)).toBe(true);
        expect(refresh(box, values, readXml(box, writeXml(box, values)))).toEqual(values);
        expect(planUpdate(box, values, values)).toEqual({ planned: values, changes: [] });
        expect(settle(box, values, {})).toEqual(values);
      }),
      { numRuns: 100 },
    );
  });

  it("compares symmetrically", () => {
    fc.assert(
      fc.property(boxes, boxes, (one, two) => {
        expect(sameFields(box, one, two)).toBe(sameFields(box, two, one));
      }),
      { numRuns: 100 },
    );
  });

  it("plans and settles any change consistently for Terraform", () => {
    fc.assert(
      fc.property(boxes, boxes, (before, after) => {
        const open = { ...after, bridge: null };
        const { planned, changes } = planUpdate(box, before, open);
        expect(sameFields(box, settle(box, planned, open), open)).toBe(true);
        expect(changes.length > 0 || sameFields(box, planned, before)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("writes numbers in libvirt's base and children in the table's order", () => {
    expect(write(state({ title: "t", slot: 31, size: 2, locked: true, managed: false, kind: "k" }))).toBe(
      '<box kind="k" managed="no"><size>2</size><title>t</title><slot number="0x1f"/><locked/></box>',
    );
  });

  it("recognizes an alternative by the outer element, even if its own is missing", () => {
    expect(readXml(box, xml(`<box><part type="network"/></box>`))).toEqual({ parts: [{ source: { network: {} } }] });
    expect(write({ parts: [{ source: { none: true } }, { source: { file: { path: "/x" } } }] })).toBe(
      `<box><part type="none"/><part type="file"><source path="/x"/></part></box>`,
    );
  });

  it("has an alternative for a missing attribute", () => {
    const port = table({ ...box, fields: { ...virtualPort } });
    const params = { params: { any: { profile_id: "web" } } };
    const markup = `<box><parameters profileid="web"/></box>`;
    expect(readXml(port, xml(markup))).toEqual(params);
    expect(serializeXml(writeXml(port, params))).toBe(markup);
    expect(unmapped(port, xml(markup))).toEqual([]);
    const typed = xml(`<box type="openvswitch"><parameters profileid="web"/></box>`);
    expect(readXml(port, typed)).toEqual({ params: { open_v_switch: { profile_id: "web" } } });
    expect(serializeXml(writeXml(port, params, { over: typed, prior: readXml(port, typed) }))).toBe(markup);
  });

  it("keeps namespaces that libvirt declares on metadata itself", () => {
    const read = readXml(box, xml(`<box><metadata xmlns:o="u" xmlns:p="v"><o:a/><b/></metadata></box>`));
    expect(read).toEqual({ metadata: { xml: '<o:a xmlns:o="u"/><b/>' } });
    expect(parseXml(write(read))).toEqual(xml(`<box><metadata><o:a xmlns:o="u"/><b/></metadata></box>`));
  });

  it("does not mistake an unknown alternative for an empty group", () => {
    expect(readXml(box, xml(`<box><part><address type="odd" x="1"/></part></box>`))).toEqual({ parts: [{}] });
  });

  it("names what it cannot express", () => {
    expect(
      unmapped(
        box,
        xml(`<box xmlns:q="u" a="1"><size unit="MiB" x="1">5</size><part type="odd"><source/><new/></part><size>6</size>text<q:z/></box>`),
      ),
    ).toEqual(["@a", "size/@x", "part/@type", "part/new", "size[2]", "q:z", "text()"]);
  });
});

describe("a configuration merged into existing XML", () => {
  const there = `<box><uuid>u</uuid><size unit="KiB">1024</size><part type="file" model="m"><source path="/a" index="3"/><target dev="a" bus="sata"/><mac address="52:54:00:00:00:01"/><address type="pci" slot="0x02"/></part><input type="mouse"/></box>`;
  const prior = {
    size: 1,
    size_unit: "MiB",
    title: null,
    parts: [{ source: { file: { path: "/a" } }, target: { dev: "a", bus: "sata" } }],
  };

  it("keeps spelling, addresses and devices that libvirt added", () => {
    expect(write(prior, there, prior)).toBe(there);
  });

  it("drops the address of a device that moves to another bus, and keeps its MAC", () => {
    const after = write({ ...prior, parts: [{ source: { file: { path: "/a" } }, target: { dev: "a", bus: "scsi" } }] }, there, prior);
    expect(after).toContain(`<target dev="a" bus="scsi"/><mac address="52:54:00:00:00:01"/></part>`);
  });

  it("resets a source when it becomes another alternative", () => {
    const after = write({ ...prior, parts: [{ source: { network: { host: "h" } }, target: { dev: "a", bus: "sata" } }] }, there, prior);
    expect(after).toContain(`<part type="network" model="m"><source host="h"/>`);
    expect(after).toContain("<address");
  });

  it("resets a device when it becomes another model", () => {
    const after = write({ ...prior, parts: [{ ...prior.parts[0], model: "n" }] }, there, prior);
    expect(after).toContain(`<part model="n" type="file"><source path="/a"/><target dev="a" bus="sata"/></part>`);
  });

  it("removes what the prior state had and the configuration no longer has", () => {
    expect(write({ size: 1, size_unit: "MiB" }, there, prior)).toBe(
      `<box><uuid>u</uuid><size unit="KiB">1024</size><input type="mouse"/></box>`,
    );
    expect(write({}, there, { size: 1, size_unit: "MiB" })).not.toContain("<size");
    expect(write({}, there, {})).toBe(there);
  });

  it("keeps additional elements if the list allows them, and removes drift otherwise", () => {
    const over = `<box><part><target dev="a"/></part><part><target dev="x"/></part><input type="mouse"/></box>`;
    expect(write({ parts: [{ target: { dev: "a" } }], inputs: [{ type: "tablet" }, { type: "mouse" }] }, over, {})).toBe(
      `<box><part><target dev="a"/></part><input type="tablet"/><input type="mouse"/></box>`,
    );
    expect(write({ inputs: [{ type: "tablet" }] }, `<box><input type="tablet"/><input type="mouse"/></box>`, {})).toContain("mouse");
    const removed = write({ inputs: [{ type: "tablet" }] }, `<box><input type="tablet"/><input type="mouse"/></box>`, {
      inputs: [{ type: "tablet" }, { type: "mouse" }],
    });
    expect(removed).toBe(`<box><input type="tablet"/></box>`);
  });

  it("does not write unknown or computed values", () => {
    expect(write({ uuid: "new", bridge: { name: UNKNOWN, stp: "on" } }, "<box><uuid>u</uuid></box>")).toBe(
      `<box><uuid>u</uuid><bridge stp="on"/></box>`,
    );
  });
});

describe("refreshing a state", () => {
  it("keeps the spelling of equal values", () => {
    const prior = {
      size: 1,
      size_unit: "MiB",
      metadata: { xml: "<a:x xmlns:a='u' b='1'  c='2'>\n <a:y/></a:x>" },
      parts: [{ mac: { address: "52-54-00-AA-00-01" } }],
    };
    const there = `<box><size unit="KiB">1024</size><metadata><z:x c="2" b="1" xmlns:z="u"><z:y/></z:x></metadata><part><mac address="52:54:00:aa:00:01"/></part></box>`;
    expect(refreshed(prior, there)).toEqual(state(prior));
  });

  it("gives a new quantity in the state's unit if that is a whole number, otherwise in libvirt's", () => {
    expect(refreshed({ size: 1, size_unit: "MiB" }, `<box><size unit="KiB">2048</size></box>`)).toMatchObject({
      size: 2,
      size_unit: "MiB",
    });
    expect(refreshed({ size: 1, size_unit: "MiB" }, `<box><size unit="KiB">2049</size></box>`)).toMatchObject({
      size: 2049,
      size_unit: "KiB",
    });
    expect(refreshed({ size: 1024 }, `<box><size unit="MiB">2</size></box>`)).toMatchObject({ size: 2048, size_unit: null });
  });

  it("omits what the state leaves open, except computed values", () => {
    expect(
      refreshed(
        {},
        `<box managed="yes"><uuid>u</uuid><title>t</title><bridge name="b" stp="on"/><boot dev="hd"/><input type="mouse"/></box>`,
      ),
    ).toEqual(state({ uuid: "u" }));
    expect(refreshed({ bridge: {} }, `<box><bridge name="b" stp="on"/></box>`)["bridge"]).toEqual({ name: "b", stp: null });
  });

  it("finds what was added, changed, moved and removed", () => {
    const prior = { title: "t", parts: [{ target: { dev: "a", bus: "x" } }, { target: { dev: "b" } }] };
    const there = `<box><part><target dev="c"/><alias name="n"/><address type="pci" slot="0x01"/></part><part><target dev="b" bus="y"/></part></box>`;
    const after = refreshed(prior, there);
    expect(after["title"]).toBeNull();
    expect(bare(after["parts"] ?? null)).toEqual([{ target: { dev: "b" } }, { target: { dev: "c" } }]);
    expect(bare(refreshed({}, there)["parts"] ?? null)).toEqual([{ target: { dev: "c" } }, { target: { dev: "b", bus: "y" } }]);
    expect(
      bare(
        refreshed(
          { parts: [{ source: { file: { path: "/a" } }, target: { dev: "a" } }] },
          `<box><part type="network"><source host="h"/><target dev="a"/></part></box>`,
        )["parts"] ?? null,
      ),
    ).toEqual([{ source: { network: { host: "h" } }, target: { dev: "a" } }]);
  });

  it("treats an empty text, false and an empty group like what libvirt omits", () => {
    const prior = state({ title: "", managed: false, bridge: {}, locked: false, inputs: [] });
    expect(refresh(box, prior, {})).toEqual(prior);
  });
});

describe("planning", () => {
  it("names each change with the class that it inherits", () => {
    const prior = { title: "a", size: 1, size_unit: "MiB", parts: [{ target: { dev: "a", bus: "x" } }, { target: { dev: "b" } }] };
    expect(
      changed(prior, { title: "b", size: 1024, size_unit: "KiB", parts: [{ target: { dev: "a", bus: "y" } }, { target: { dev: "c" } }] }),
    ).toEqual(["title live", "parts.0.target.bus live", "parts.1 live", "parts.1 live"]);
    expect(changed(prior, { ...prior, size: 2, kind: "k" })).toEqual(["kind restart", "size restart"]);
  });

  it("names each attribute of an added or removed structure with its class", () => {
    expect(changed({}, { bridge: { name: "b", stp: "on" }, parts: [{ model: "m" }] })).toEqual([
      "bridge.name restart",
      "bridge.stp restart",
      "parts.0 live",
    ]);
    expect(changed({ bridge: { stp: "on" }, parts: [{ model: "m" }] }, {})).toEqual(["bridge.stp restart", "parts.0 live"]);
    expect(changed({}, { bridge: {}, parts: [] })).toEqual(["bridge restart"]);
    expect(changed({ bridge: {}, parts: [] }, {})).toEqual([]);
  });

  it("does not call a reordering of devices a change", () => {
    const one = { target: { dev: "a" } };
    const two = { target: { dev: "b" } };
    const plan = planUpdate(box, state({ parts: [one, two] }), state({ parts: [two, one] }));
    expect(plan).toEqual({ planned: state({ parts: [one, two] }), changes: [] });
    expect(changed({ boots: [{ dev: "hd" }, { dev: "cdrom" }] }, { boots: [{ dev: "cdrom" }, { dev: "hd" }] })).toEqual(["boots restart"]);
  });

  it("keeps number and unit of the state together, or neither", () => {
    const kept = planUpdate(box, state({ size: 1, size_unit: "MiB" }), state({ size: 1024, size_unit: "KiB" }));
    expect(kept.planned).toMatchObject({ size: 1, size_unit: "MiB" });
    const bareUnit = planUpdate(box, state({ size: 1, size_unit: "MiB" }), state({ size: 1024 }));
    expect(bareUnit).toMatchObject({ planned: { size: 1024, size_unit: null }, changes: [] });
  });

  it("leaves computed attributes of new objects unknown, and settles them from the host", () => {
    const planned = planCreate(box, { title: "t", bridge: {} });
    expect(planned).toEqual(state({ title: "t", uuid: UNKNOWN, bridge: { name: UNKNOWN, stp: null } }));
    const settled = settle(box, planned, readXml(box, xml(`<box><uuid>u</uuid><title>other</title><bridge name="b" stp="on"/></box>`)));
    expect(settled).toEqual(state({ title: "t", uuid: "u", bridge: { name: "b", stp: null } }));
    expect(settle(box, planned, {})).toEqual(state({ title: "t", bridge: {} }));
    expect(planUpdate(box, settled, state({ title: "t", uuid: "u", bridge: { name: "b" } })).changes).toEqual([]);
  });

  it("counts an unknown value as a change", () => {
    expect(changed({ title: "t" }, { title: UNKNOWN })).toEqual(["title live"]);
  });
});

describe("equal spellings", () => {
  it.each([
    ["machine", "q35", "pc-q35-7.2", true],
    ["machine", "pc", "pc-i440fx-7.2", true],
    ["machine", "pc", "pc-q35-7.2", false],
    ["machine", "virt", "virt-7.2", true],
    ["machine", "pc-q35-7.1", "pc-q35-7.2", false],
    ["mode", "0755", "755", true],
    ["mode", "0", "0000", true],
    ["mode", "0755", "0750", false],
    ["mac", "52:54:00:AB:0:1", "52-54-00-ab-00-01", true],
    ["address", "fd00:0:0::1", "FD00::1", true],
    ["address", "::ffff:10.0.0.1", "::ffff:a00:1", true],
    ["address", "10.0.0.1", "10.0.0.10", false],
    ["case", "ABC", "abc", true],
    ["path", "/a//b/", "/a/b", true],
    ["path", "/", "", false],
    ["metadata", "<a x='1'/>", '<a x="1"></a>', true],
    ["metadata", "<a>b</a>", "<a>c</a>", false],
    ["metadata", "<a", "<a", true],
    [undefined, "a", "A", false],
  ] as const)("%s: %s and %s: %s", (same, one, two, expected) => {
    const field = text("x", same === undefined ? {} : { same });
    expect(sameValue(field, one, two)).toBe(expected);
    expect(sameValue(field, two, one)).toBe(expected);
  });

  it.each([
    [512, "MiB", 524288, "KiB", true],
    [512, "m", 524288, null, true],
    [1, "GB", 976563, "KiB", true],
    [1, "GiB", 1, "GB", false],
    [8, "E", 8 * 1024, "PiB", true],
    [1, "furlong", 1, "furlong", true],
    [1, "furlong", 1, "KiB", false],
  ] as const)("%s %s and %s %s: %s", (a, unitA, b, unitB, expected) => {
    expect(sameFields(box, { size: a, size_unit: unitA }, { size: b, size_unit: unitB })).toBe(expected);
  });
});

describe("a default that the table knows", () => {
  const lamp = table({
    ...box,
    fields: {
      name: text("@name"),
      on: text("@on", { default: "yes", change: "restart" }),
      shade: group("shade", { size: integer("@size", { default: 1 }) }),
    },
  });
  const full = (values: Values): Values => complete(lamp, values);
  const changes = (prior: Values, config: Values): string[] =>
    planUpdate(lamp, full(prior), full(config)).changes.map(({ path }) => path.join("."));

  it("is equal whether spelled out or omitted, by libvirt or by the next configuration", () => {
    expect(changes({ on: "yes" }, {})).toEqual([]);
    expect(changes({ shade: { size: 1 } }, { shade: {} })).toEqual([]);
    expect(refresh(lamp, full({ on: "yes" }), { name: "a" })).toMatchObject({ on: "yes" });
    expect(keptInstead(lamp, full({ on: "yes" }), {})).toBeNull();
  });

  it("is a change from and to anything else, and if the state leaves the existing value open", () => {
    expect(changes({}, { on: "yes" })).toEqual(["on"]);
    expect(changes({}, { on: "no" })).toEqual(["on"]);
    expect(changes({ on: "no" }, {})).toEqual(["on"]);
    expect(changes({ on: "no" }, { on: "yes" })).toEqual(["on"]);
    expect(refresh(lamp, full({ on: "no" }), {})).toMatchObject({ on: null });
    expect(refresh(lamp, full({ on: "yes" }), { on: "no" })).toMatchObject({ on: "no" });
  });
});

describe("a value that libvirt stores instead of the configured one", () => {
  const told = state({
    kind: "a",
    size: 1,
    size_unit: "MiB",
    title: "no",
    bridge: { name: "b", stp: "off" },
    parts: [{ model: "m", mac: { address: "1:2:3:4:5:6" } }],
  });
  const markup = (more = "", size = "1048"): string =>
    `<box kind="a"><size unit="KiB">${size}</size>${more}<bridge name="b"/><part model="m"><alias name="p0"/></part></box>`;
  const actual = (text: string): Values => readXml(box, xml(text));
  const kept = keptInstead(box, told, actual(markup())) ?? {};
  const read = (text: string): Values => refresh(box, told, actual(text), kept);

  it("is noted for every replaced or omitted value, and for no other", () => {
    expect(kept).toEqual({
      size: { "=": '[1048,"KiB"]' },
      title: { "=": "null" },
      bridge: { stp: { "=": "null" } },
      parts: { 0: { mac: { "=": "null" } } },
    });
    expect(replacedValues(told, kept)).toEqual([{ path: ["size"], told: "1", has: '[1048,"KiB"]' }]);
    expect(keptInstead(box, state({ kind: "a" }), actual(markup()))).toBeNull();
  });

  it("is not drift while it remains", () => {
    expect(read(markup())).toEqual(told);
    expect(changed(read(markup()), told)).toEqual([]);
    expect(changed(refresh(box, told, actual(markup())), told)).not.toEqual([]);
  });

  it("is drift once it changes", () => {
    expect(changed(read(markup("<title>mine</title>")), told)).toEqual(["title live"]);
    expect(changed(read(markup("", "2048")), told)).toEqual(["size restart"]);
    expect(changed(read(markup().replace("<bridge ", '<bridge stp="on" ')), told)).toEqual(["bridge.stp restart"]);
  });

  it("is not drift if libvirt later stores the configured value", () => {
    expect(read(markup("<title>no</title>", "1024"))).toEqual(told);
  });

  it("is never noted for a secret", () => {
    const secret = table({ ...box, fields: { passwd: text("@passwd", { sensitive: true }) } });
    expect(keptInstead(secret, { passwd: "one" }, { passwd: "two" })).toBeNull();
  });
});
