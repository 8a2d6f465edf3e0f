import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { folder, repository, run } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";

vi.setConfig({ testTimeout: 300_000 });

const removals: (() => void)[] = [];
afterAll(() => {
  for (const remove of removals) remove();
});
const place = folder((remove) => removals.push(remove));

/** A shell of someone else: nothing of this repository's node_modules on PATH, nothing of the npm that runs the tests. */
const own = /^npm_(package|lifecycle|command|execpath|node_execpath|config_(local_prefix|prefix|global|noproxy))|^INIT_CWD$/;
const env: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(Object.keys(process.env).flatMap((name) => (own.test(name) ? [[name, undefined]] : []))),
  PATH: (process.env["PATH"] ?? "")
    .split(":")
    .filter((part) => !part.includes("node_modules"))
    .join(":"),
};

let tarball: string;
beforeAll(() => {
  // What is in dist/ is what `npm test` has built; building here would take it from under other tests.
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", place], { cwd: repository, encoding: "utf8" }),
  ) as [{ filename: string }];
  tarball = join(place, packed.filename);
  execFileSync("tar", ["xzf", tarball, "-C", place]);
}, 60_000);

describe("the package", () => {
  test("holds what a user needs, and nothing of the tests", () => {
    const files = execFileSync("tar", ["tzf", tarball], { encoding: "utf8" }).trim().split("\n");
    for (const file of ["README.md", "LICENSE", "CHANGELOG.md", "dist/cli/main.js", "dist/provider/main.mjs", "dist/index.d.ts"])
      expect(files).toContain(`package/${file}`);
    expect(files.filter((file) => /\.test\.|(^|\/)tests?\/|\/bench\/|\.tfstate|cdktf\.out/.test(file))).toEqual([]);
  });

  test("says nothing of the machine that it was built on", () => {
    const names = [repository, join(homedir(), ".npm"), dirname(repository)].filter((path) => path !== "/");
    const found = names.flatMap((name) => {
      const files = execFileSync("sh", ["-c", 'grep -rlF -- "$1" package || true', "sh", `${name}/`], { cwd: place, encoding: "utf8" });
      return files.trim() === "" ? [] : [files];
    });
    expect(found).toEqual([]);
  });

  test("is published as publint would have it", async () => {
    const pkg = JSON.parse(readFileSync(join(place, "package/package.json"), "utf8")) as Record<string, unknown>;
    const { messages } = await publint({ pkgDir: join(place, "package"), pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });
});

describeWithHosts("the package, installed in an empty project elsewhere", () => {
  const start = hostsOfFile();

  test("init, plan, apply and destroy work", async () => {
    const host = await start();
    const cwd = join(place, "lab");
    mkdirSync(cwd);
    const command = async (...words: string[]): Promise<string> => {
      const ran = await run(words[0] ?? "", words.slice(1), {
        cwd,
        env: { ...env, LIBVIRT_DEFAULT_URI: host.uri },
        timeout: 240_000,
      });
      expect(ran, `${words.join(" ")}\n${ran.stdout}\n${ran.stderr}`).toMatchObject({ code: 0 });
      return ran.stdout;
    };
    await command("npm", "init", "--yes");
    await command("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", tarball);
    expect(await command("npx", "cdkvm", "--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await command("npx", "cdkvm", "init")).toContain("npx cdkvm plan");
    expect(existsSync(join(cwd, "cdktf.json"))).toBe(true);
    expect(await command("npx", "cdkvm", "plan")).toMatch(/plan: \d+ to create/);
    await command("npx", "cdkvm", "apply", "--auto-approve");
    expect(await host.virsh("domstate", "web1")).toBe("running");
    expect(await command("npx", "cdkvm", "plan", "--detailed-exitcode")).toContain("no changes");
    await command("npx", "cdkvm", "destroy", "--auto-approve");
    const left = await Promise.all(["list", "net-list", "pool-list"].map((list) => host.virsh(list, "--all", "--name")));
    expect(left.join("").trim()).toBe("");
    rmSync(cwd, { recursive: true });
  });
});
