import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { cpio } from "../../../scripts/guests/cpio.ts";
import { onPath } from "../../hosts/requirements.ts";

const archive = cpio([
  { path: "bin", mode: 0o040755 },
  { path: "bin/sh", mode: 0o120777, data: "busybox" },
  { path: "dev-console", mode: 0o020600, device: [5, 1] },
  { path: "odd", mode: 0o100644, data: "12345" },
]);

describe("cpio", () => {
  test.runIf(onPath("cpio"))("is read by cpio with types, links, devices and sizes", () => {
    const listed = spawnSync("cpio", ["-tv", "--quiet"], { input: archive, encoding: "utf8" }).stdout;
    const lines = listed
      .trim()
      .split("\n")
      .map((line) => line.replace(/\s+/g, " "));
    expect(lines[0]).toMatch(/^drwxr-xr-x .* bin$/);
    expect(lines[1]).toMatch(/^lrwxrwxrwx .* bin\/sh -> busybox$/);
    expect(lines[2]).toMatch(/^crw------- .* 5, 1 .* dev-console$/);
    expect(lines[3]).toMatch(/^-rw-r--r-- 1 root root 5 .* odd$/);
  });

  test("gives the same bytes for the same entries, each record at a multiple of four", () => {
    expect(cpio([])).toEqual(cpio([]));
    expect(archive.length % 4).toBe(0);
  });
});
