import { describe, expect, test } from "vitest";
import { fieldAt } from "../../model/field-at.ts";
import { filledValue, isFilled, withoutFilled } from "../../attributes/filled.ts";
import { meets } from "../../model/condition.ts";
import { domain } from "../../model/domain/index.ts";
import type { Values } from "../../model/values.ts";

describe("a condition", () => {
  const disk = { device: "cdrom", target: { dev: "vda" }, source: { file: {} }, index: 1 };

  test.each([
    ["source.file", true],
    ["source.block", false],
    ["device=cdrom|floppy", true],
    ["device=disk", false],
    ["target.dev=vd*", true],
    ["target.dev=sd*", false],
    ["port=|-1", true],
    ["index=", false],
    ["index=1", true],
    ["/type=kvm", true],
    ["type=kvm", false],
  ])("%s is met: %s", (condition, is) => expect(meets(disk, condition, { type: "kvm" })).toBe(is));

  test("is not met without the structure", () => {
    expect(meets(undefined, "source.network")).toBe(false);
    expect(meets(null, "device=cdrom")).toBe(false);
  });
});

const pc: Values = { os: { type_arch: "x86_64" } };
const bus = fieldAt(domain.fields, ["devices", "disks", 0, "target", "bus"]);

test("what libvirt fills in depends on the structure and on the guest", () => {
  expect(isFilled(bus, "virtio", { structure: { dev: "vda" }, resource: pc })).toBe(true);
  expect(isFilled(bus, "sata", { structure: { dev: "sda" }, resource: pc })).toBe(false);
  expect(filledValue(bus, { structure: { dev: "hda" }, resource: pc })).toBe("ide");
  const card = fieldAt(domain.fields, ["devices", "interfaces", 0, "model", "type"]);
  expect(filledValue(card, { structure: {}, resource: pc })).toBe("rtl8139");
  expect(filledValue(card, { structure: {}, resource: { os: { type_arch: "aarch64" } } })).toBeUndefined();
});

test("values that libvirt filled in are removed with structures that become empty, and values that an import shows are kept", () => {
  const devices = {
    disks: [{ device: "disk", source: { file: { file: "/a" }, index: 1 }, target: { dev: "vda", bus: "virtio" } }],
    videos: [{ model: { heads: 1, primary: "yes" } }],
    channels: [{ target: { virt_io: { state: "connected" } } }],
  };
  expect(withoutFilled(domain, { on_crash: "destroy", vcpu_placement: "auto", features: { apic: {} }, devices })).toEqual({
    vcpu_placement: "auto",
    features: { apic: {} },
    devices: {
      disks: [{ device: "disk", source: { file: { file: "/a" } }, target: { dev: "vda", bus: "virtio" } }],
      videos: [{}],
      channels: [{ target: { virt_io: {} } }],
    },
  });
});
