import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { templates } from "../../cli/templates.ts";
import { cdkvm, folder, project, repository, run } from "./cdkvm.ts";

const json = (path: string): { type?: string; dependencies?: Record<string, string>; devDependencies?: Record<string, string> } =>
  JSON.parse(readFileSync(path, "utf8"));

describe("cdkvm init", () => {
  it.each(Object.keys(templates))("creates a project from the template %s that synthesizes at once", async (template) => {
    const cwd = project({
      "home/.ssh/id_ed25519.pub": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA me\n",
    });
    const made = await cdkvm(["init", "lab", `--template=${template}`], { cwd });
    expect(made).toMatchObject({ code: 0, stderr: "" });
    const { type, dependencies } = json(join(cwd, "lab/package.json"));
    expect({ type, names: Object.keys(dependencies ?? {}) }).toEqual({ type: "module", names: ["cdkvm"] });
    // node looks in the folders above, where cdkvm is installed
    const fleet = template === "fleet" ? ["fleet.yaml"] : [];
    const listed = await cdkvm(["list", ...fleet], { cwd: join(cwd, "lab"), env: { HOME: join(cwd, "home") } });
    expect(listed).toMatchObject({ code: 0, stdout: "lab\n" });
  });

  it("names the stack after the folder", async () => {
    const cwd = project({});
    await cdkvm(["init", "My Home_Lab!"], { cwd });
    expect(await cdkvm(["list"], { cwd: join(cwd, "My Home_Lab!") })).toMatchObject({ code: 0, stdout: "my-home-lab\n" });
  });

  it("refuses to overwrite, and changes nothing", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "main.ts"), "mine");
    const { code, stdout, stderr } = await cdkvm(["init"], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("the folder already contains main.ts");
    expect(stderr).toContain("CDKVM_INIT_TAKEN");
    expect(readFileSync(join(cwd, "main.ts"), "utf8")).toBe("mine");
    expect(existsSync(join(cwd, "cdktf.json"))).toBe(false);
    expect(existsSync(join(cwd, "package.json"))).toBe(false);
  });

  it("turns an empty package from npm init into one of ES modules", async () => {
    const cwd = project({
      "lab/package.json":
        '{ "name": "mine", "type": "commonjs", "main": "index.js", "dependencies": { "left": "1.0.0", "cdkvm": "file:../x" } }',
      "lab/node_modules/left/index.js": "",
    });
    const made = await cdkvm(["init", "lab"], { cwd });
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(made.stdout).toContain("changed lab/package.json: added @types/node, typescript, set type to module\n");
    expect(made.stdout).toContain("Next: cd lab && npm install && npx cdkvm plan\n");
    const after = json(join(cwd, "lab/package.json"));
    expect(after).toMatchObject({ name: "mine", type: "module", dependencies: { left: "1.0.0", cdkvm: "file:../x" } });
    expect(await cdkvm(["list"], { cwd: join(cwd, "lab") })).toMatchObject({ code: 0, stdout: "lab\n" });
  });

  it("does not change a CommonJS package with code", async () => {
    const files = { "lab/package.json": '{ "name": "mine" }', "lab/src/server.js": "module.exports = 1;" };
    const cwd = project(files);
    const { code, stdout, stderr } = await cdkvm(["init", "lab"], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("package.json belongs to a CommonJS package that contains src/server.js");
    expect(stderr).toContain("CDKVM_INIT_COMMONJS");
    expect(readdirSync(join(cwd, "lab")).sort()).toEqual(["package.json", "src"]);
    expect(readFileSync(join(cwd, "lab/package.json"), "utf8")).toBe(files["lab/package.json"]);
    // a fleet file is no program
    expect(await cdkvm(["init", "lab", "--template=fleet"], { cwd })).toMatchObject({ code: 0 });
    expect(json(join(cwd, "lab/package.json"))).not.toHaveProperty("type");
    // and a folder of its own does not touch the package
    expect(await cdkvm(["init", "lab/fleet"], { cwd })).toMatchObject({ code: 0 });
    expect(await cdkvm(["list"], { cwd: join(cwd, "lab/fleet") })).toMatchObject({ code: 0, stdout: "fleet\n" });
  });

  it("reports an invalid package.json, and writes nothing", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "package.json"), "{ name: mine }");
    const { code, stderr } = await cdkvm(["init"], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain("CDKVM_PACKAGE_INVALID");
    expect(readdirSync(cwd)).toEqual(["package.json"]);
  });

  it("writes programs that compile with the generated tsconfig", async () => {
    const cwd = project({});
    await Promise.all(["blank", "debian"].map((template) => cdkvm(["init", template, `--template=${template}`], { cwd })));
    for (const name of ["blank", "debian"]) {
      // what `npm install` would bring, by the names and from the versions that init wrote
      const { devDependencies = {} } = json(join(cwd, name, "package.json"));
      for (const tool of Object.keys(devDependencies)) {
        const link = join(cwd, name, "node_modules", tool);
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync(join(repository, "node_modules", tool), link);
      }
      const checked = await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."], { cwd: join(cwd, name) });
      expect(checked).toMatchObject({ code: 0, stdout: "" });
    }
  });
});
