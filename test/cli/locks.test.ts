import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { realEngines } from "../engine/engines.ts";
import { skippedBecause } from "../hosts/skipped.ts";
import { noPostgres, type Postgres, startPostgres } from "../hosts/postgres.ts";
import { cdkvm, environment, project, type Ran, repository } from "./cdkvm.ts";

/** Stacks without a host, whose states are in a database where there is one. The command of HOLD runs while they are applied. */
const program = `import { App, HostStack, PgBackend, TerraformOutput, TerraformResource } from "cdkvm";
const app = new App();
for (const name of process.env["STACKS"]!.split(",")) {
  const stack = new HostStack(app, name);
  if (process.env["PG"]) new PgBackend(stack, { connStr: process.env["PG"], schemaName: name });
  const note = new TerraformResource(stack, "note", { terraformResourceType: "terraform_data" });
  note.addOverride("input", process.env["INPUT"] ?? "one");
  if (process.env["HOLD"]) {
    const hold = new TerraformResource(stack, "hold", { terraformResourceType: "terraform_data" });
    hold.addOverride("triggers_replace", process.env["HOLD"]);
    hold.addOverride("provisioner", [{ "local-exec": { command: process.env["HOLD"] } }]);
  }
  new TerraformOutput(stack, "said", { value: note.getStringAttribute("output") });
}
app.synth();
`;

/** Waits for a file, which the test writes when the others have come as far as they should. */
const untilGo = (cwd: string): string => `touch ${cwd}/held; while [ ! -e ${cwd}/go ]; do sleep 0.1; done`;

const none = noPostgres();
const engines = await realEngines();
const cases = engines.flatMap((engine) => [
  { ...engine, backend: "local" },
  { ...engine, backend: "pg" },
]);

describe.each(cases)("the lock of a state, $kind with the backend $backend", { timeout: 240_000 }, ({ path, backend }) => {
  const skip = backend === "pg" && none !== undefined;
  if (skip) {
    test.skip(`is tried with a server ${skippedBecause(none)}`, () => {});
    return;
  }
  let server: Postgres | undefined;
  beforeAll(async () => {
    if (backend === "pg") server = await startPostgres();
  });
  afterAll(() => server?.stop());

  let number = 0;
  /** A project with names of its own in the database, so that each test's stacks are new. */
  const fleet = (count: number) => {
    const stacks = Array.from({ length: count }, () => `s${++number}`);
    const env = { STACKS: stacks.join(","), CDKVM_ENGINE: path, ...(server && { PG: server.connStr }) };
    const make = (): string => project({ "main.ts": program });
    const run = (cwd: string, words: string, more: Record<string, string> = {}): Promise<Ran> =>
      cdkvm(words.split(" "), { cwd, env: { ...env, ...more }, timeout: 200_000 });
    /** An apply that holds the locks until the file `go` is there, or it is killed. */
    const holder = async (cwd: string): Promise<{ child: ChildProcess; done: Promise<unknown> }> => {
      const words = [join(repository, "dist/cli/main.js"), "apply", "--auto-approve"];
      const child = spawn(process.execPath, words, { cwd, env: environment({ ...env, HOLD: untilGo(cwd) }), stdio: "ignore" });
      const done = once(child, "exit");
      onTestFinished(async () => {
        child.kill("SIGINT");
        await done;
      });
      await expect.poll(() => existsSync(join(cwd, "held")), { timeout: 60_000 }).toBe(true);
      return { child, done };
    };
    return { stacks, make, run, holder };
  };

  test("names the stack, the holder, the time, and the command that removes it", async () => {
    const { stacks, make, run, holder } = fleet(1);
    const cwd = make();
    const { child, done } = await holder(cwd);
    const locked = await run(cwd, "plan --json --lock-timeout 0");
    expect(locked.code).toBe(1);
    const [{ error }] = JSON.parse(locked.stdout) as [{ error: { code: string; problem: string; fix: string } }];
    expect(error.code).toBe("CDKVM_STATE_LOCKED");
    expect(error.problem).toMatch(new RegExp(`^the state of ${stacks[0]} is locked by .*@.* since \\d{4}-`));
    expect(error.fix).toContain(`\`cdkvm unlock ${stacks[0]}\``);

    const asked = await run(cwd, `unlock ${stacks[0]}`);
    expect(asked.code).toBe(1);
    expect(asked.stdout).toMatch(/^s\d+ is locked by .*@.* since /);
    expect(asked.stderr).toContain("--yes");
    if (backend === "pg") {
      expect((await run(cwd, `unlock ${stacks[0]} --yes`)).stdout).toMatch(/Released the lock of .*\.\n$/);
      expect((await run(cwd, "plan --lock-timeout 0")).code).toBe(0);
    } else {
      const kept = await run(cwd, `unlock ${stacks[0]} --yes`);
      expect(kept.stderr).toContain("CDKVM_LOCK_KEPT");
      const pid = Number(/kill -INT (\d+)/.exec(kept.stderr)?.[1]);
      expect(readFileSync(`/proc/${pid}/cmdline`, "utf8")).toContain("apply");
    }
    child.kill("SIGINT");
    await done;
    expect((await run(cwd, `unlock ${stacks[0]}`)).stdout).toBe(`${stacks[0]} is not locked.\n`);
  });

  test("is waited for", async () => {
    const { make, run, holder } = fleet(1);
    const cwd = make();
    await holder(cwd);
    const waiting = run(cwd, "plan");
    await run(cwd, "plan --lock-timeout 2"); // meanwhile the other one waits
    writeFileSync(join(cwd, "go"), "");
    expect(await waiting).toMatchObject({ code: 0, stdout: expect.stringContaining("plan: 1 to delete") });
  });

  test("of a killed process is gone", async () => {
    const { make, run, stacks } = fleet(1);
    const cwd = make();
    expect((await run(cwd, "synth")).code).toBe(0);
    const folder = join(cwd, "cdktf.out/stacks", stacks[0] ?? "");
    expect((await run(cwd, "plan", { HOLD: untilGo(cwd) })).code).toBe(0);
    const child = spawn(path, ["apply", "-auto-approve"], { cwd: folder, stdio: "ignore", detached: true });
    const exited = once(child, "exit");
    await expect.poll(() => existsSync(join(cwd, "held")), { timeout: 30_000 }).toBe(true);
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await exited;
    expect(await run(cwd, "apply --auto-approve")).toMatchObject({ code: 0 });
  });

  test.runIf(backend === "local")("keeps a state that is being written from being put back", async () => {
    const { make, run, holder, stacks } = fleet(1);
    const cwd = make();
    expect((await run(cwd, "apply --auto-approve")).code).toBe(0);
    expect((await run(cwd, "apply --auto-approve", { INPUT: "two" })).code).toBe(0); // there is a backup now
    await holder(cwd);
    const state = join(cwd, `terraform.${stacks[0]}.tfstate`);
    await truncate(state, 0); // as an engine does that writes it
    expect((await run(cwd, "plan --lock-timeout 0")).stderr).toContain("CDKVM_STATE_LOCKED");
    expect(readFileSync(state, "utf8")).toBe("");
  });

  test.runIf(backend === "pg")("new stacks may be applied at once, by one and by several people", async () => {
    const { stacks, make, run } = fleet(3);
    const ran = await Promise.all([make(), make()].map((cwd) => run(cwd, "apply --auto-approve")));
    for (const { code, stdout, stderr } of ran) expect({ code, said: `${stdout}\n${stderr}` }).toMatchObject({ code: 0 });
    for (const name of stacks) {
      const again = await run(make(), `plan ${name} --detailed-exitcode`);
      expect(again.code).toBe(0);
    }
  });

  test.runIf(backend === "pg")("of another's apply is waited for, and what it left behind is planned again", async () => {
    const { make, run, holder } = fleet(1);
    const [mine, theirs] = [make(), make()];
    expect((await run(mine, "plan --out one.tfplan")).code).toBe(0);
    await holder(theirs);
    const waiting = run(mine, "apply --auto-approve");
    const planning = async (): Promise<number> => (await server?.sessions("cdkvm plan%")) ?? 0;
    await expect.poll(planning, { timeout: 60_000, interval: 100 }).toBeGreaterThan(0);
    writeFileSync(join(theirs, "go"), "");
    expect(await waiting).toMatchObject({ code: 0, stdout: expect.stringContaining("plan: 1 to delete") });
    const stale = await run(mine, "apply --plan one.tfplan");
    expect(stale).toMatchObject({ code: 1, stderr: expect.stringContaining("CDKVM_PLAN_STALE") });
  });
});
