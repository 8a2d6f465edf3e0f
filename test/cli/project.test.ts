import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Stack } from "../../cli/stack.ts";
import { chooseStacks, inOrder } from "../../cli/synthesize.ts";
import { CdkvmError } from "../../model/errors.ts";
import { cdkvm, folder, project, write } from "./cdkvm.ts";

const stack = (name: string, ...dependencies: string[]): Stack => ({ name, folder: `/${name}`, dependencies });
const names = (stacks: readonly Stack[]): string[] => stacks.map((one) => one.name);
const errorOf = (work: () => unknown): CdkvmError => {
  try {
    work();
  } catch (error) {
    if (error instanceof CdkvmError) return error;
  }
  throw new Error("no CdkvmError");
};

describe("stacks by name or glob", () => {
  const all = ["kvm1", "kvm2", "backup-1"].map((name) => stack(name));

  it.each([
    [[], ["kvm1", "kvm2", "backup-1"]],
    [["kvm2"], ["kvm2"]],
    [["kvm*"], ["kvm1", "kvm2"]],
    [
      ["*-?", "kvm1"],
      ["kvm1", "backup-1"],
    ],
    [["{kvm2,backup-1}"], ["kvm2", "backup-1"]],
    [
      ["kvm1", "kvm*"],
      ["kvm1", "kvm2"],
    ],
  ])("%j selects %j", (wanted, chosen) => {
    expect(names(chooseStacks(all, wanted))).toEqual(chosen);
  });

  it("suggests a stack for a name that matches none, or lists the stacks", () => {
    expect(errorOf(() => chooseStacks(all, ["kmv1"])).details.fix).toBe('did you mean "kvm1"?');
    expect(errorOf(() => chooseStacks(all, ["web*"])).details.fix).toBe("the stacks are: kvm1, kvm2, backup-1");
  });
});

describe("the order of stacks", () => {
  it("puts dependencies first, and independent stacks in parallel", () => {
    const groups = inOrder([stack("web", "net", "store"), stack("net"), stack("store", "net"), stack("other")]);
    expect(groups.map(names)).toEqual([["net", "other"], ["store"], ["web"]]);
  });

  it("follows dependencies through stacks that were not selected", () => {
    expect(inOrder([stack("web", "net")]).map(names)).toEqual([["web"]]);
  });

  it("names the stacks of a cycle, and only those", () => {
    const error = errorOf(() => inOrder([stack("a", "b"), stack("b", "a"), stack("c"), stack("d", "a")]));
    expect(error.code).toBe("CDKVM_STACK_CIRCLE");
    expect(error.details.problem).toBe("the stacks depend on each other in a circle: a, b");
  });
});

const program = (body: string): string => `import { App, HostStack, Network, VM, type VMProps } from "cdkvm";
const app = new App();
const small = { memory: "64 MiB" } satisfies VMProps;
${body}
app.synth();
`;
const two = program(`for (const name of ["kvm1", "kvm2"] as const) new VM(new HostStack(app, name), "web1", small);`);

describe("a project's program", () => {
  it("runs as TypeScript without a build step, with the node that runs cdkvm", async () => {
    const cwd = project({ "main.ts": two.replace("app.synth()", "console.log(process.execPath); app.synth()") });
    const { code, stdout, stderr } = await cdkvm(["list"], { cwd, env: { PATH: "/usr/bin:/bin" } });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "kvm1\nkvm2\n" });
    expect(stderr.trim()).toBe(process.execPath);
  });

  it("lists its stacks as data, with their dependencies", async () => {
    const body = `const a = new HostStack(app, "a"); const b = new HostStack(app, "b"); b.addDependency(a); new VM(a, "web1", small);`;
    const { stdout } = await cdkvm(["list", "--json"], { cwd: project({ "main.ts": program(body) }) });
    expect(JSON.parse(stdout)).toMatchObject([
      { name: "a", dependencies: [] },
      { name: "b", dependencies: ["a"] },
    ]);
  });

  it("synthesizes into cdktf.out, or the folder that --out, --output or cdktf.json names", async () => {
    const cwd = project({ "main.ts": two });
    const plain = await cdkvm(["synth", "kvm1"], { cwd });
    expect(plain).toMatchObject({ code: 0, stdout: `kvm1  ${join(cwd, "cdktf.out/stacks/kvm1/cdk.tf.json")}\n` });
    for (const option of ["--out=elsewhere", "--output=elsewhere"]) {
      const { stdout } = await cdkvm(["synth", "kvm2", option, "--json"], { cwd });
      const [made] = JSON.parse(stdout) as [{ stack: string; file: string }];
      expect(made).toEqual({ stack: "kvm2", file: join(cwd, "elsewhere/stacks/kvm2/cdk.tf.json") });
      expect(JSON.parse(readFileSync(made.file, "utf8"))).toHaveProperty("resource.libvirt_domain");
    }
    write(cwd, { "cdktf.json": '{ "app": "node main.ts", "output": "out/tf" }' });
    expect((await cdkvm(["synth", "kvm1"], { cwd })).stdout).toContain(join(cwd, "out/tf/stacks/kvm1"));
  });

  it("has the embedded provider's launcher in each stack's folder, and none for the registry's provider", async () => {
    const body = `new VM(new HostStack(app, "a"), "web1", small); new VM(new HostStack(app, "b", { provider: "registry" }), "web1", small);`;
    const cwd = project({ "main.ts": program(body) });
    expect((await cdkvm(["synth"], { cwd })).code).toBe(0);
    expect(existsSync(join(cwd, "cdktf.out/stacks/a/terraform.d/plugins/terraform.local/cdkvm/libvirt"))).toBe(true);
    expect(existsSync(join(cwd, "cdktf.out/stacks/b/terraform.d"))).toBe(false);
  });

  it("shows its warnings, with the construct's path", async () => {
    const body = `const host = new HostStack(app, "a", { provider: "registry" }); new VM(host, "web1", { ...small, overrides: {} });
import { Annotations } from "cdkvm"; Annotations.of(host).addWarning("mind the gap");`;
    const { code, stderr } = await cdkvm(["synth"], { cwd: project({ "main.ts": program(body) }) });
    expect(code).toBe(0);
    expect(stderr).toContain("warning: a: mind the gap");
  });

  it("is stopped by its error annotations", async () => {
    const body = `import { Annotations } from "cdkvm"; const host = new HostStack(app, "a"); Annotations.of(host).addError("no such rack");`;
    const { code, stderr } = await cdkvm(["synth"], { cwd: project({ "main.ts": program(body) }) });
    expect(code).toBe(1);
    expect(stderr).toContain("no such rack");
  });

  it("is reported with its exit code if it fails, after its own output", async () => {
    const cwd = project({ "main.ts": program(`new Network(new HostStack(app, "a"), "lan", { ipv4: "10.0.0.0" });`) });
    const { code, stdout, stderr } = await cdkvm(["plan"], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("10.0.0.0/24");
    expect(stderr).toContain("main.ts:");
    expect(stderr).not.toMatch(/exit code|\n {4}at /);
  });

  it("must end with app.synth()", async () => {
    const cwd = project({ "main.ts": two.replace("app.synth();", "") });
    const { code, stderr } = await cdkvm(["list"], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain("end the program with app.synth()");
  });

  it("is not mistaken for the output of an earlier run", async () => {
    const cwd = project({ "main.ts": two });
    await cdkvm(["list"], { cwd });
    write(cwd, { "main.ts": two.replace("app.synth();", "") });
    expect(await cdkvm(["list"], { cwd })).toMatchObject({ code: 1 });
  });

  it("runs without a warning of Node's in a folder that npm install made a project of", async () => {
    const cwd = project({ "package.json": '{ "dependencies": {} }', "main.ts": `import { App } from "cdkvm";\nnew App().synth();\n` });
    expect(await cdkvm(["synth"], { cwd })).toMatchObject({ code: 0, stderr: "" });
  });

  it("can be given by --app, without a cdktf.json", async () => {
    const cwd = project({ "fleet.ts": two });
    expect(await cdkvm(["list", "--app", "node fleet.ts", "kvm2"], { cwd })).toMatchObject({ code: 0, stdout: "kvm2\n" });
  });
});

describe("without a project", () => {
  it("the error says where cdkvm looked and how to create one", async () => {
    const cwd = folder();
    const { code, stderr } = await cdkvm(["plan"], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain(`neither cdktf.json nor fleet.yaml exists in ${cwd}`);
    expect(stderr).toContain("cdkvm init");
  });

  it("an invalid cdktf.json is reported", async () => {
    const broken = folder();
    write(broken, { "cdktf.json": "{ app: node }" });
    expect((await cdkvm(["plan"], { cwd: broken })).stderr).toContain("CDKVM_PROJECT_INVALID");
    write(broken, { "cdktf.json": "{}" });
    expect((await cdkvm(["plan"], { cwd: broken })).stderr).toContain("names no app");
  });

  it("a missing fleet file is reported", async () => {
    expect((await cdkvm(["plan", "fleet.yaml"], { cwd: folder() })).stderr).toContain("CDKVM_FLEET_MISSING");
  });
});
