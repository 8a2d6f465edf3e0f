import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, afterEach, expect, it } from "vitest";
import { writeLauncher } from "../../stacks/launcher.ts";

let folder: string;
let bundle: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdkvm-launcher-"));
  bundle = join(folder, "a bundle's $name.mjs");
  writeFileSync(bundle, `console.log("served by", process.env.NODE_COMPILE_CACHE)`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const versionFolder = (): string => join(folder, "terraform.d/plugins/terraform.local/cdkvm/libvirt/1.2.3");
function launcher(): string {
  const [target = ""] = readdirSync(versionFolder());
  expect(target).toMatch(/^(linux|darwin)_(amd64|arm64)$/);
  return join(versionFolder(), target, "terraform-provider-libvirt_v1.2.3");
}
const start = (env: Record<string, string> = {}) =>
  spawnSync(launcher(), { cwd: folder, encoding: "utf8", env: { HOME: folder, PATH: process.env["PATH"] ?? "", ...env } });

it("starts the bundle with the node that ran synth, its machine code cached in the user's cache", () => {
  expect(writeLauncher(folder, { bundle, version: "1.2.3" })).toBe("1.2.3");
  expect(start().stdout).toBe(`served by ${folder}/.cache/cdkvm/compiled\n`);
  expect(start({ XDG_CACHE_HOME: join(folder, "xdg") }).stdout).toBe(`served by ${folder}/xdg/cdkvm/compiled\n`);
});

it("falls back to the node on PATH, or reports what is missing", () => {
  writeLauncher(folder, { bundle, version: "1.2.3", node: "/gone/node" });
  expect(start().stdout).toMatch(/^served by/);
  rmSync(bundle);
  expect(start()).toMatchObject({
    status: 1,
    stdout: "",
    stderr: expect.stringMatching(/not at .*bundle's \$name.mjs any more; synthesize the stack again/),
  });
  rmSync(join(folder, "terraform.d/cdkvm-provider"));
  expect(start()).toMatchObject({ status: 1, stdout: "", stderr: expect.stringMatching(/synthesize the stack again/) });
});

it("is the same for every machine, because the engine's lock file has its checksum", () => {
  writeLauncher(folder, { bundle, version: "1.2.3" });
  const before = readFileSync(launcher(), "utf8");
  const written = statSync(launcher()).mtimeMs;
  chmodSync(launcher(), 0o644);
  writeLauncher(folder, { bundle, version: "1.2.3", node: "/another/node" });
  expect(readFileSync(launcher(), "utf8")).toBe(before);
  expect(statSync(launcher()).mtimeMs).toBe(written);
  expect(statSync(launcher()).mode & 0o777).toBe(0o755);
  expect(before).not.toContain(folder);
});

it("is plain sh", () => {
  writeLauncher(folder, { bundle, version: "1.2.3" });
  execFileSync("sh", ["-n", launcher()]);
});

it("explains how to get a provider that is not built", () => {
  expect(() => writeLauncher(folder, { bundle: join(folder, "none.mjs") })).toThrow(/none.mjs does not exist/);
});
