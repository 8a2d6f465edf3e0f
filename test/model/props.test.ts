import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { problemsOf } from "../../model/check.ts";
import {
  bridgeProps,
  cloudInitProps,
  hostProps,
  imageProps,
  networkProps,
  storagePoolProps,
  vmProps,
  volumeProps,
} from "../../model/props/index.ts";

const all = { bridgeProps, cloudInitProps, hostProps, imageProps, networkProps, storagePoolProps, vmProps, volumeProps };

describe("each construct's schema converts to JSON Schema", () => {
  test.each(Object.entries(all))("%s", (_, schema) => {
    const json = z.toJSONSchema(schema, { io: "input" });
    expect(() => new Ajv2020({ strict: false, validateFormats: false }).compile(json)).not.toThrow();
  });
  test("with a description of each prop", () => {
    const { $defs } = z.toJSONSchema(vmProps, { io: "input" });
    expect($defs?.["VM"]?.properties?.["memory"]).toMatchObject({ type: "string", description: "Memory.", examples: ["512 MiB", "4 GiB"] });
  });
});

describe("a problem", () => {
  test("has the path of the prop", () => {
    expect(problemsOf(vmProps, { memory: "1 GiB", disks: [{ size: "1" }], networks: [{ network: "lan", ipp: 1 }] })).toEqual([
      { path: ["disks", 0, "size"], value: "1", problem: '1 has no unit; did you mean "1 GiB" or "1 MiB"?' },
      { path: ["networks", 0, "ipp"], value: 1, unknown: true, problem: 'there is no prop "ipp"; did you mean "ip"?' },
    ]);
  });
  test("in a list of alternatives is reported for the intended one", () => {
    expect(problemsOf(bridgeProps, { type: "macvtap", name: "eth0", mode: "vpa" })).toMatchObject([
      { path: ["mode"], problem: '"vpa" is unknown; did you mean "vepa"?' },
    ]);
    expect(problemsOf(storagePoolProps, { type: "netfs", host: "nas", path: "/mnt" })).toMatchObject([
      { path: ["export"], problem: 'it is missing; give it one, as "/export/vms"' },
    ]);
  });
  test("with a libvirt URI suggests the right one", () => {
    const of = (uri: string): string | undefined => problemsOf(hostProps, { uri })[0]?.problem;
    expect(of("ssh://kvm1/system")).toBe('"ssh://kvm1/system" has the driver "ssh"; did you mean "qemu+ssh://kvm1/system"?');
    expect(of("qemu:///sytem")).toBe('"qemu:///sytem" does not say which libvirt; did you mean "qemu:///system"?');
    expect(of("qemu+ssh:///system")).toBe('"qemu+ssh:///system" names no host; write it as "qemu+ssh://kvm1/system"');
    expect(of("qemu+unix:///system?socket=/run/x")).toBeUndefined();
  });
});
