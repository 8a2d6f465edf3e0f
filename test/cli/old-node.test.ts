import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { skippedBecause } from "../hosts/skipped.ts";
import { repository, run } from "./cdkvm.ts";

const entry = join(repository, "dist/cli/main.js");

/** The machine's own node, where that is older than what cdkvm needs. */
function oldNode(): { readonly path: string; readonly version: string } | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(":")) {
    const path = join(folder, "node");
    if (folder === "" || !existsSync(path)) continue;
    const version = spawnSync(path, ["-p", "process.versions.node"], { encoding: "utf8" }).stdout.trim();
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major >= 12 && (major < 22 || (major === 22 && minor < 18))) return { path, version };
  }
  return undefined;
}

const old = oldNode();
const reason = old ? "" : ` ${skippedBecause("no Node.js older than 22.18 is on PATH")}`;

describe.skipIf(!old)(`on an older Node.js${reason}`, () => {
  it.each(["", "--help", "--version", "init", "plan", "apply --auto-approve", "doctor", "engine which", "no-such-command"])(
    "cdkvm %s says in one line what it needs, and does nothing else",
    async (words) => {
      const ran = await run(old?.path ?? "", [entry, ...words.split(" ").filter(Boolean)], { cwd: repository });
      expect(ran).toMatchObject({ code: 1, stdout: "" });
      expect(ran.stderr.trimEnd().split("\n")).toEqual([
        expect.stringContaining(`cdkvm requires Node.js 22.18 or newer, but this is ${old?.version} (${old?.path})`),
      ]);
    },
  );
});

it("needs the Node.js that package.json names", () => {
  const { engines } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { engines: { node: string } };
  expect(readFileSync(entry, "utf8")).toContain(`Node.js ${engines.node.replace(">=", "")} or newer`);
});

it("imports nothing before the check", () => {
  expect(readFileSync(entry, "utf8")).not.toMatch(/^import\b| from /m);
});
