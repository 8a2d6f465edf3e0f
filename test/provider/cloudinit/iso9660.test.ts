import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isoImage } from "../../../provider/cloudinit/iso9660.ts";

const folder = mkdtempSync(join(tmpdir(), "cdkvm-iso-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = [
  { name: "user-data", content: Buffer.from("#cloud-config\n".repeat(400)) },
  { name: "meta-data", content: Buffer.from("instance-id: web1\n") },
  { name: "network-config", content: Buffer.from("") },
];
const hasIsoinfo = spawnSync("isoinfo", ["--version"]).error === undefined;

describe("the CD image of a cloud-init seed", () => {
  it("is reproducible, in whole sectors", () => {
    const image = isoImage("cidata", files);
    expect(isoImage("cidata", files).equals(image)).toBe(true);
    expect(image.length % 2048).toBe(0);
    expect(image.toString("latin1", 16 * 2048 + 1, 16 * 2048 + 6)).toBe("CD001");
    expect(image.toString("latin1", 16 * 2048 + 40, 16 * 2048 + 46)).toBe("cidata");
  });

  it.skipIf(!hasIsoinfo)("is read by isoinfo with its Rock Ridge and Joliet names", () => {
    const path = join(folder, "seed.iso");
    writeFileSync(path, isoImage("cidata", files));
    const isoinfo = (...args: string[]): string =>
      execFileSync("isoinfo", [...args, "-i", path], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    expect(isoinfo("-d")).toMatch(/Volume id: cidata[^]*Joliet with UCS level 3 found[^]*Rock Ridge signatures version 1 found/);
    for (const names of ["-R", "-J"]) {
      expect(isoinfo(names, "-f").trim().split("\n").sort()).toEqual(["/meta-data", "/network-config", "/user-data"]);
      for (const { name, content } of files) expect(isoinfo(names, "-x", `/${name}`)).toBe(content.toString());
    }
    expect(isoinfo("-R", "-l")).toMatch(/-r--r--r--\s+1\s+0\s+0\s+5600 .* user-data/);
  });

  it.skipIf(!hasIsoinfo)("has folders in its root, each with its own files", () => {
    const path = join(folder, "combustion.iso");
    const inFolder = [
      { name: "combustion/script", content: Buffer.from("#!/bin/sh\n") },
      { name: "combustion/more", content: Buffer.from("more") },
      { name: "top", content: Buffer.from("top") },
    ];
    writeFileSync(path, isoImage("combustion", inFolder));
    const isoinfo = (...args: string[]): string => execFileSync("isoinfo", [...args, "-i", path], { encoding: "utf8" });
    for (const names of ["-R", "-J"]) {
      expect(isoinfo(names, "-f").trim().split("\n").sort()).toEqual(["/combustion", "/combustion/more", "/combustion/script", "/top"]);
      for (const { name, content } of inFolder) expect(isoinfo(names, "-x", `/${name}`)).toBe(content.toString());
    }
    expect(isoinfo("-p")).toMatch(/1:\s+1 17[^]*2:\s+1 1a COMBUSTI/);
    expect(() => isoImage("x", [{ name: "a/b/c", content: Buffer.alloc(1) }])).toThrow(/more than one folder deep/);
  });

  it("refuses more names than a sector can hold", () => {
    const many = Array.from({ length: 40 }, (_, index) => ({ name: `file-${index}`, content: Buffer.alloc(1) }));
    expect(() => isoImage("cidata", many)).toThrow(/too many/);
  });
});
