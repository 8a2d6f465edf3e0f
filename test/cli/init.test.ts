import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { templates } from "../../cli/templates.ts";
import { cdkvm, folder, project, repository, run } from "./cdkvm.ts";

const json = (path: string): { type?: string; dependencies?: Record<string, string> } => JSON.parse(readFileSync(path, "utf8"));

describe("cdkvm init", () => {
  it.each(Object.keys(templates))("makes a project from the template %s that synthesizes at once", async (template) => {
    const cwd = project({ "home/.ssh/id_ed25519.pub": "ssh-ed25519 AAAA me\n" });
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

  it("refuses to overwrite, and leaves everything as it was", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "main.ts"), "mine");
    const { code, stdout, stderr } = await cdkvm(["init"], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("there is already main.ts");
    expect(stderr).toContain("CDKVM_INIT_TAKEN");
    expect(readFileSync(join(cwd, "main.ts"), "utf8")).toBe("mine");
    expect(existsSync(join(cwd, "cdktf.json"))).toBe(false);
    expect(existsSync(join(cwd, "package.json"))).toBe(false);
  });

  it("keeps a package of CommonJS one: the program says by its name that it is a module", async () => {
    const cwd = project({ "lab/package.json": '{ "name": "mine", "dependencies": { "left": "1.0.0" } }' });
    expect(await cdkvm(["init", "lab"], { cwd })).toMatchObject({ code: 0 });
    const after = json(join(cwd, "lab/package.json"));
    expect(after).toMatchObject({ name: "mine", dependencies: { left: "1.0.0" } });
    expect(after).not.toHaveProperty("type");
    expect(after.dependencies).toHaveProperty("cdkvm");
    expect(existsSync(join(cwd, "lab/main.mts"))).toBe(true);
    expect(await cdkvm(["list"], { cwd: join(cwd, "lab") })).toMatchObject({ code: 0, stdout: "lab\n" });
  });

  it("writes programs that the compiler takes, with the tsconfig beside them", async () => {
    const cwd = project({});
    await Promise.all(["blank", "debian"].map((template) => cdkvm(["init", template, `--template=${template}`], { cwd })));
    for (const name of ["blank", "debian"]) {
      const checked = await run(
        join(repository, "node_modules/.bin/tsc"),
        ["-p", ".", "--types", "node", "--typeRoots", join(repository, "node_modules/@types")],
        {
          cwd: join(cwd, name),
        },
      );
      expect(checked).toMatchObject({ code: 0, stdout: "" });
    }
  });
});
