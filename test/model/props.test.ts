import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { PROGRAM_TERMS, sentence, wordsOf } from "../../model/problem-words.ts";
import { problemsOf } from "../../model/problems.ts";
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
  test("with descriptions", () => {
    const { $defs } = z.toJSONSchema(vmProps, { io: "input" });
    expect($defs?.["VM"]?.properties?.["memory"]).toMatchObject({ type: "string", description: "Memory.", examples: ["512 MiB", "4 GiB"] });
  });
});

describe("a problem", () => {
  test("has the path of the prop", () => {
    expect(problemsOf(vmProps, { memory: "1 GiB", disks: [{ size: "1" }], networks: [{ network: "lan", ipp: 1 }] })).toMatchObject([
      { kind: "invalid", path: ["disks", 0, "size"], value: "1", problem: "1 has no unit", fix: 'did you mean "1 GiB" or "1 MiB"?' },
      { kind: "unknown-prop", path: ["networks", 0, "ipp"], value: 1, suggestion: "ip" },
    ]);
  });
  test("in a union is about the intended option", () => {
    expect(problemsOf(bridgeProps, { type: "macvtap", name: "eth0", mode: "vpa" })).toEqual([
      { kind: "not-one-of", path: ["mode"], value: "vpa", choices: ["bridge", "vepa", "private", "passthrough"], suggestion: "vepa" },
    ]);
    expect(problemsOf(storagePoolProps, { type: "netfs", host: "nas", path: "/mnt" })).toEqual([
      { kind: "missing", path: ["export"], value: undefined, expected: "string", example: "/export/vms" },
    ]);
  });
  test("of an object is not reported if a misspelled prop explains it", () => {
    expect(problemsOf(vmProps, { memory: "1 GiB", disks: [{ siez: "20 GiB" }] })).toMatchObject([
      { kind: "unknown-prop", path: ["disks", 0, "siez"], suggestion: "size" },
    ]);
    expect(problemsOf(vmProps, { memroy: "1 GiB" })).toMatchObject([{ kind: "unknown-prop", suggestion: "memory" }]);
  });
  test("keeps a number as the file spells it", () => {
    const data = { users: [], files: [{ path: "/x", content: "", mode: 644 }] };
    expect(problemsOf(cloudInitProps, data, () => "0644")).toMatchObject([
      { kind: "wrong-type", expected: ["string"], value: 644, spelling: "0644", suggestion: '"0644"' },
    ]);
  });
  test("with a libvirt URI suggests the right one", () => {
    const of = (uri: string): string | undefined => problemsOf(hostProps, { uri }).map((one) => sentence(wordsOf(one, PROGRAM_TERMS)))[0];
    expect(of("ssh://kvm1/system")).toBe('unknown driver "ssh" in "ssh://kvm1/system"; did you mean "qemu+ssh://kvm1/system"?');
    expect(of("qemu:///sytem")).toBe('"qemu:///sytem" does not end in /system or /session; did you mean "qemu:///system"?');
    expect(of("qemu+ssh:///system")).toBe('"qemu+ssh:///system" names no host; for example "qemu+ssh://kvm1/system"');
    expect(of("qemu+unix:///system?socket=/run/x")).toBeUndefined();
  });
});
