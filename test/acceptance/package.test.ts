import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { folder, repository } from "../cli/cdkvm.ts";
import { Outsider } from "../cli/outsider.ts";
import { firstCommands } from "../docs/guide.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";

vi.setConfig({ testTimeout: 300_000 });

const removals: (() => void)[] = [];
afterAll(() => {
  for (const remove of removals) remove();
});
const place = folder((remove) => removals.push(remove));

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
  test("contains what a user needs, and no tests", () => {
    const files = execFileSync("tar", ["tzf", tarball], { encoding: "utf8" }).trim().split("\n");
    for (const file of [
      "README.md",
      "LICENSE",
      "CHANGELOG.md",
      "dist/cli/main.js",
      "dist/provider/main.mjs",
      "dist/index.d.ts",
      "dist/testing/index.d.ts",
    ])
      expect(files).toContain(`package/${file}`);
    expect(files.filter((file) => /\.test\.|(^|\/)tests?\/|\/bench\/|\.tfstate|cdktf\.out/.test(file))).toEqual([]);
  });

  test("reveals nothing about the machine that built it", () => {
    const names = [repository, join(homedir(), ".npm"), dirname(repository)].filter((path) => path !== "/");
    const found = names.flatMap((name) => {
      const files = execFileSync("sh", ["-c", 'grep -rlF -- "$1" package || true', "sh", `${name}/`], { cwd: place, encoding: "utf8" });
      return files.trim() === "" ? [] : [files];
    });
    expect(found).toEqual([]);
  });

  test("passes publint", async () => {
    const pkg = JSON.parse(readFileSync(join(place, "package/package.json"), "utf8")) as Record<string, unknown>;
    const { messages } = await publint({ pkgDir: join(place, "package"), pack: false, strict: true });
    // The types of the program's own CDKTF, cdktf or cdktn, whichever is there: only a list of both says that.
    const others = messages.filter(({ code, path }) => code !== "IMPORTS_FALLBACK_ARRAY_USE" || path[1] !== "#cdktf");
    expect(others.map((message) => formatMessage(message, pkg))).toEqual([]);
  });
});

describeWithHosts("the package, installed in an empty folder elsewhere", () => {
  const start = hostsOfFile();

  test("works as the guide's first page says, and every command has help", async () => {
    const host = await start();
    const cwd = join(place, "lab");
    mkdirSync(cwd);
    for (let at = cwd; at !== dirname(at); at = dirname(at)) expect(existsSync(join(at, "node_modules"))).toBe(false);
    const me = new Outsider(cwd, { LIBVIRT_DEFAULT_URI: host.uri });

    const guide = firstCommands("docs/guide/getting-started.md");
    const until = async (last: string): Promise<string> => {
      const lines = guide.splice(0, guide.indexOf(last) + 1);
      expect(lines).toContain(last);
      let said = "";
      for (const line of lines) said = await me.sh(line.replace("npm install cdkvm", `npm install ${tarball}`));
      return said;
    };
    await until("npm init -y && npm install cdkvm");
    const { dependencies } = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8")) as { dependencies: object };
    expect(Object.keys(dependencies)).toEqual(["cdkvm"]);
    expect(readdirSync(join(cwd, "node_modules")).filter((name) => name.startsWith("node-"))).toEqual([]);

    const help = await me.sh("npx cdkvm --help");
    const commands = [...help.slice(help.indexOf("COMMANDS")).matchAll(/^ +([a-z]+)\b/gm)].map(([, name = ""]) => name);
    expect(commands).toContain("doctor");
    await Promise.all(
      [...commands, "engine install", "engine which", "policy list", "policy explain", "policy test"].map(async (command) =>
        expect(await me.sh(`node_modules/.bin/cdkvm ${command} --help`)).toContain(`USAGE cdkvm ${command}`),
      ),
    );

    const imports = `import { defineRule } from "cdkvm"; import { synth } from "cdkvm/testing"; console.log(typeof defineRule, typeof synth)`;
    expect(await me.sh(`node --input-type=module -e '${imports}'`)).toBe("function function\n");

    await until("npx cdkvm init");
    expect(readdirSync(cwd)).toEqual(expect.arrayContaining(["main.ts", "cdktf.json", "tsconfig.json", "README.md", ".gitignore"]));
    await until("npm install");
    expect(await me.sh("npx tsc")).toBe("");
    expect((await me.run(guide.shift() ?? "")).stdout).toContain("✓ node"); // its exit code says whether this machine is ready
    expect(await me.sh("npx cdkvm synth")).toContain("cdk.tf.json");
    expect(await me.sh("npx cdkvm list")).toBe("lab\n");
    expect(await until("npx cdkvm plan")).toMatch(/plan: \d+ to create/);

    expect(guide).toEqual(["npx cdkvm apply", "npx cdkvm destroy"]);
    await me.answer("npx cdkvm apply", "yes");
    expect(await host.virsh("domstate", "web1")).toBe("running");
    expect(await me.sh("npx cdkvm plan --detailed-exitcode")).toContain("no changes");
    expect(await me.sh("npx cdkvm output --json")).toBe('{\n  "lab": {}\n}\n');
    await me.answer("npx cdkvm destroy", "yes");
    const left = await Promise.all(["list", "net-list", "pool-list"].map((list) => host.virsh(list, "--all", "--name")));
    expect(left.join("").trim()).toBe("");
  });
});
