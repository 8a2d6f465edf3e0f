import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { StackRun } from "../../cli/stack-run.ts";
import type { Stack } from "../../cli/stack.ts";
import { Terminal } from "../../cli/terminal.ts";
import { cdkvm, project, type Ran, type RunOptions } from "./cdkvm.ts";

/** Stacks without a host: each runs a command when it is applied. */
const program = `import { App, HostStack, TerraformOutput, TerraformResource } from "cdkvm";
const app = new App();
const stacks = JSON.parse(process.env["STACKS"]!) as Record<string, { command?: string; reads?: string; fails?: boolean }>;
for (const [name, { command, reads, fails }] of Object.entries(stacks)) {
  const stack = new HostStack(app, name);
  const note = new TerraformResource(stack, "note", { terraformResourceType: "terraform_data" });
  note.addOverride("input", fails ? "\${file(\\"absent\\")}" : name);
  if (command) note.addOverride("provisioner", [{ "local-exec": { command } }]);
  new TerraformOutput(stack, "name", { value: note.getStringAttribute("output") });
  if (reads) {
    const config = { path: \`../../../terraform.\${reads}.tfstate\` };
    stack.addOverride("data.terraform_remote_state.other", { backend: "local", config });
    new TerraformOutput(stack, "told", { value: "\${data.terraform_remote_state.other.outputs.name}" });
  }
}
app.synth();
`;

const stacks = (of: object, cwd: string) => {
  const env = { STACKS: JSON.stringify(of) };
  return (words: string, more: Partial<RunOptions> = {}): Promise<Ran> => cdkvm(words.split(" "), { cwd, ...more, env });
};

interface Entry {
  readonly stack: string;
  readonly error?: { readonly code: string; readonly problem: string };
}
const codes = (ran: Ran): object =>
  Object.fromEntries((JSON.parse(ran.stdout) as Entry[]).map(({ stack, error }) => [stack, error?.code ?? "done"]));

describe("after the answer no", () => {
  const stacksOf = (...names: readonly string[]): Stack[] => names.map((name) => ({ name, folder: `/${name}`, dependencies: [] }));
  const ended = async (
    names: readonly string[],
    work: (run: StackRun<string>, stacks: readonly Stack[]) => Promise<void>,
  ): Promise<string> => {
    let said = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean((said += String(text))));
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    onTestFinished(() => void vi.restoreAllMocks());
    const stacks = stacksOf(...names);
    const run = new StackRun<string>(new Terminal({ color: false }), stacks, { command: "apply", json: false });
    await work(run, stacks);
    run.decline();
    expect(run.end((value) => value)).toBe(1);
    return said;
  };

  test("nothing was changed if that was the first question", async () => {
    expect(await ended(["a"], async () => {})).toBe("Nothing was changed.\n");
    const said = await ended(["a", "b"], async (run, [a]) => run.done(a as Stack, "no changes"));
    expect(said).toContain("Nothing was changed.\n");
  });

  test("the summary names what was applied before, and what failed", async () => {
    const said = await ended(["a", "b", "c", "d"], async (run, [a, b, c]) => {
      run.done(a as Stack, "applied");
      run.done(b as Stack, "no changes");
      await run.each([c as Stack], () => Promise.reject(new Error("broken")));
    });
    expect(said).toContain("Nothing else was changed; already applied: a; failed, possibly after some changes: c.\n");
    expect(said).toMatch(/^d +not tried +not approved/m);
  });
});

describe("several stacks", { timeout: 120_000 }, () => {
  test("a stack that reads another's state runs after it, and is skipped if that one failed", async () => {
    const cwd = project({ "main.ts": program });
    const good = stacks({ a: { reads: "z" }, b: {}, z: {} }, cwd);
    expect((await good("list")).stdout).toBe("a  (after z)\nb\nz\n");
    const bad = stacks({ a: { reads: "z" }, b: {}, z: { fails: true } }, cwd);
    const ran = await bad("apply --auto-approve --json");
    expect(ran.code).toBe(1);
    expect(codes(ran)).toEqual({ a: "CDKVM_STACK_NOT_TRIED", b: "done", z: "CDKVM_ENGINE_FAILED" });
    expect(ran.stdout).toContain("it depends on z, which was not applied");
    expect((await good("apply --auto-approve")).code).toBe(0);
    expect((await good("output a")).stdout).toContain("told = z");
  });

  test("stacks of a fleet that use each other's values run one after another", async () => {
    const cwd = project({
      "main.ts": `import { App, FleetStack, TerraformOutput, TerraformResource } from "cdkvm";
const app = new App();
const uri = "qemu+tcp://192.0.2.1/system";
const fleet = new FleetStack(app, "fleet", { hosts: { a: uri, b: uri } });
const note = new TerraformResource(fleet.host("b"), "note", { terraformResourceType: "terraform_data" });
note.addOverride("input", process.env["STACKS"] === "{}" ? "from b" : '\${file("absent")}');
new TerraformOutput(fleet.host("a"), "told", { value: note.getStringAttribute("output") });
app.synth();
`,
    });
    expect((await stacks({}, cwd)("list")).stdout).toBe("a  (after b)\nb\n");
    expect(codes(await stacks({ fail: {} }, cwd)("apply --auto-approve --json"))).toEqual({
      a: "CDKVM_STACK_NOT_TRIED",
      b: "CDKVM_ENGINE_FAILED",
    });
    expect((await stacks({}, cwd)("apply --auto-approve")).stdout).toContain('told = "from b"');
  });

  test("states that read each other are not a cycle of stacks", async () => {
    const cwd = project({ "main.ts": program });
    expect((await stacks({ a: { reads: "b" }, b: { reads: "a" } }, cwd)("list")).code).toBe(0);
  });

  test("Ctrl-C reports what was done, interrupted and not started", async () => {
    const cwd = project({ "main.ts": program });
    const run = stacks({ a: {}, b: { reads: "a", command: "touch started; sleep 60" }, c: { reads: "b" } }, cwd);
    let sent = false;
    const ran = await run("apply --auto-approve", {
      onStart: (child) => {
        const timer = setInterval(() => {
          if (sent || !existsSync(join(cwd, "cdktf.out/stacks/b/started"))) return;
          sent = true;
          child.kill("SIGINT");
        }, 50);
        child.on("exit", () => clearInterval(timer));
      },
    });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/^a +applied/m);
    expect(ran.stdout).toMatch(/^b +interrupted +its state contains what was finished/m);
    expect(ran.stdout).toMatch(/^c +not tried +interrupted/m);
    expect(ran.stdout).toMatch(/^a: ✓ terraform_data.note created/m);
  });

  test("outputs are shown although one stack's state cannot be read", async () => {
    const cwd = project({ "main.ts": program });
    const run = stacks({ a: {}, b: {} }, cwd);
    expect((await run("apply --auto-approve --json")).code).toBe(0);
    writeFileSync(join(cwd, "terraform.a.tfstate"), '{"version":99}');
    const ran = await run("output --json");
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stdout)).toEqual({ b: { name: "b" } });
    expect(JSON.parse(ran.stderr.trim().split("\n").at(-1) ?? "")).toMatchObject({ stack: "a", error: { code: "CDKVM_ENGINE_FAILED" } });
  });
});
