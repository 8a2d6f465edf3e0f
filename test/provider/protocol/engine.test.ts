import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { bundleProvider } from "../../../scripts/build-provider.ts";
import { EMBEDDED_SOURCE } from "../../../model/embedded-source.ts";
import { writeLauncher } from "../../../stacks/launcher.ts";
import { realEngines } from "../../engine/engines.ts";

const program = await bundleProvider("test/provider/protocol/toy-provider.ts", "dist/test/toy-provider.mjs");
const compiled = join(dirname(program), "compiled");
const engines = await realEngines();

type Attributes = Record<string, unknown>;

/** A folder with a configuration, the launcher of the toy provider, and the folder whose files are its objects. */
class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), "cdkvm-toy-"));
  readonly notes = join(this.folder, "notes");
  readonly engine: string;

  constructor(engine: string) {
    this.engine = engine;
    mkdirSync(this.notes);
    mkdirSync(join(this.folder, "tmp"));
    writeLauncher(this.folder, { bundle: program });
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  configure(notes: Record<string, Attributes>, more: Record<string, unknown> = {}): void {
    const configuration = {
      terraform: { required_providers: { toy: { source: EMBEDDED_SOURCE } } },
      provider: { toy: { folder: this.notes } },
      ...(Object.keys(notes).length === 0 ? {} : { resource: { toy_note: notes } }),
      ...more,
    };
    writeFileSync(join(this.folder, "main.tf.json"), JSON.stringify(configuration));
  }

  start(...args: string[]): ChildProcess & { readonly output: Promise<string>; readonly code: Promise<number | null> } {
    const { TF_CLI_CONFIG_FILE: _, ...environment } = process.env;
    const settings = { TMPDIR: join(this.folder, "tmp"), NODE_COMPILE_CACHE: compiled, TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1" };
    const child = spawn(this.engine, args, {
      cwd: this.folder,
      env: { ...environment, ...settings },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const output = Promise.all([readAll(child.stdout), readAll(child.stderr)]).then((both) => both.join(""));
    return Object.assign(child, { output, code: new Promise<number | null>((resolve) => child.once("close", resolve)) });
  }

  async run(command: string, ...args: string[]): Promise<{ readonly code: number | null; readonly output: string }> {
    const child = this.start(command, ...(command === "state" || command === "show" ? [] : ["-no-color"]), ...args);
    const [code, output] = await Promise.all([child.code, child.output]);
    // Engines break long lines of a diagnostic.
    return { code, output: output.replace(/\n[│╷╵]? */g, " ") };
  }

  async ok(command: string, ...args: string[]): Promise<string> {
    const { code, output } = await this.run(command, ...args);
    expect({ code, output }).toMatchObject({ code: 0 });
    return output;
  }

  get apply(): Promise<string> {
    return this.ok("apply", "-auto-approve");
  }

  /** The recorded attributes of one note, and whether it is marked for replacement. */
  state(name = "a"): { attributes: Attributes; status?: string } | undefined {
    const path = join(this.folder, "terraform.tfstate");
    const { resources } = JSON.parse(readFileSync(path, "utf8")) as {
      resources: { name: string; instances: { attributes: Attributes }[] }[];
    };
    return resources.find((one) => one.name === name)?.instances[0];
  }

  /** What the provider left behind. */
  get leftovers(): string[] {
    return readdirSync(join(this.folder, "tmp")).filter((name) => name.startsWith("cdkvm-provider-"));
  }
}

async function workspace(engine: string, notes: Record<string, Attributes>, more?: Record<string, unknown>): Promise<Workspace> {
  const made = new Workspace(engine);
  made.configure(notes, more);
  await made.ok("init");
  return made;
}

if (engines.length === 0) it.skip("the provider's work with a real engine: neither tofu nor terraform is here", () => {});

describe.each(engines.map(({ kind, path }) => ({ kind, path })))("with $kind", ({ path }) => {
  it("creates, plans no changes, updates, replaces and destroys", { timeout: 60_000 }, async () => {
    const full = {
      name: "n",
      tags: ["b", "a"],
      lines: ["x"],
      author: { name: "me", anonymous: {} },
      pages: [{ number: 1 }],
      secret: "s3cr3t",
    };
    const work = await workspace(
      path,
      { a: full },
      { data: { toy_length: { l: { of: "four" } } }, output: { length: { value: "${data.toy_length.l.length}" } } },
    );
    const lock = readFileSync(join(work.folder, ".terraform.lock.hcl"), "utf8");
    expect(await work.apply).not.toContain("s3cr3t");
    expect(work.state()?.attributes).toMatchObject({
      id: join(work.notes, "n.json"),
      size: 1,
      author: { mood: "calm", anonymous: {} },
      pinned: null,
    });
    expect(await work.ok("output", "length")).toMatch(/^4/);
    expect((await work.run("plan", "-detailed-exitcode")).code).toBe(0);

    writeLauncher(work.folder, { bundle: program });
    work.configure({ a: { ...full, pages: [{ number: 1, title: "t" }] } });
    expect(await work.apply).toMatch(/0 added, 1 changed, 0 destroyed/);
    work.configure({ a: { ...full, name: "other" } });
    expect(await work.ok("plan")).toMatch(/forces replacement/);
    expect(await work.apply).toMatch(/1 added, 0 changed, 1 destroyed/);
    expect(readFileSync(join(work.folder, ".terraform.lock.hcl"), "utf8")).toBe(lock);

    expect(await work.ok("destroy", "-auto-approve")).toMatch(/1 destroyed/);
    expect(readdirSync(work.notes).filter((name) => name.endsWith(".json"))).toEqual([]);
    expect(readFileSync(join(work.notes, "configured"), "utf8").length).toBeGreaterThan(0);
    expect(existsSync(join(work.notes, "closed"))).toBe(true);
    expect(work.leftovers).toEqual([]);
  });

  it("recreates missing objects and imports existing ones", { timeout: 60_000 }, async () => {
    const work = await workspace(path, { a: { name: "n" } });
    await work.apply;
    rmSync(join(work.notes, "n.json"));
    expect((await work.run("plan", "-detailed-exitcode")).code).toBe(2);
    await work.apply;
    await work.ok("state", "rm", "toy_note.a");
    await work.ok("import", "toy_note.a", "n");
    expect(work.state()?.attributes).toMatchObject({ name: "n", size: 1 });
    expect((await work.run("plan", "-detailed-exitcode")).code).toBe(0);
  });

  it("shows errors and warnings at their attribute, and checks before it plans", { timeout: 60_000 }, async () => {
    const work = await workspace(path, { a: { name: "forbidden" }, b: { name: "b", size: 1.5 } });
    const { code, output } = await work.run("validate");
    expect(code).toBe(1);
    expect(output).toMatch(/This name is taken.*"name": "forbidden"|This name is taken.*forbidden is reserved/s);
    expect(output).toMatch(/size must be a whole number/);
    work.configure({ a: { name: "n", behaviour: "warn" } });
    expect(await work.ok("plan")).toMatch(/Warning: Careful/);
    work.configure({ a: { name: "n", behaviour: "print" } });
    expect(await work.apply).not.toContain("this is not a handshake");
    work.configure({ a: { name: "n", behaviour: "protected" } });
    await work.apply;
    const refused = await work.run("plan", "-destroy");
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/The note is protected/);
  });

  it("records exactly what exists after a failure", { timeout: 60_000 }, async () => {
    const work = await workspace(path, {
      a: { name: "n", behaviour: "fail" },
      h: { name: "h", behaviour: "half", pages: [{ number: 1 }] },
      ok: { name: "ok" },
    });
    const { code, output } = await work.run("apply", "-auto-approve");
    expect(code).toBe(1);
    expect(output).toMatch(/Error: disk on fire.*while: create toy_note.*caused by: a match/s);
    expect(output).toMatch(/Error: Only half was written/);
    expect(work.state("a")).toBeUndefined();
    expect(work.state("ok")?.attributes).toMatchObject({ size: 2 });
    expect(work.state("h")).toMatchObject({ status: "tainted", attributes: { id: join(work.notes, "h.json"), size: null } });

    work.configure({ i: { name: "i", behaviour: "immortal" } });
    await work.apply;
    expect(work.state("h")).toBeUndefined();
    const failed = await work.run("destroy", "-auto-approve");
    expect(failed.output).toMatch(/it would not go.*while: delete toy_note/s);
    expect(work.state("i")?.attributes).toMatchObject({ id: join(work.notes, "i.json") });
  });

  it("survives an unexpected error and keeps the state of what was in progress", { timeout: 60_000 }, async () => {
    const work = await workspace(path, { a: { name: "n", behaviour: "stray" } });
    expect((await work.run("apply", "-auto-approve")).output).toMatch(/Error: a stray error/);
    expect(work.state()).toMatchObject({ status: "tainted", attributes: { name: "n" } });
  });

  it("reports once that the host is unreachable or not known yet", { timeout: 60_000 }, async () => {
    const gone = { provider: { toy: { folder: "/nowhere/at/all" } } };
    const work = await workspace(path, { a: { name: "a" }, b: { name: "b" }, c: { name: "c" } }, gone);
    const { output } = await work.run("plan");
    expect(output.match(/Make it first/g)).toHaveLength(1);
    expect(output.match(/There is no folder/g)).toHaveLength(3);
    expect((await work.run("validate")).code).toBe(0);

    work.configure(
      { a: { name: "a" } },
      {
        provider: { toy: { folder: "${terraform_data.later.id}" } },
        resource: { terraform_data: { later: {} }, toy_note: { a: { name: "a" } } },
      },
    );
    expect((await work.run("plan")).output).toMatch(/provider's configuration is not known yet/);
  });

  it("stops on Ctrl-C with the state saved, and leaves nothing behind", { timeout: 60_000 }, async () => {
    const work = await workspace(path, { a: { name: "n", behaviour: "slow" } });
    const apply = work.start("apply", "-no-color", "-auto-approve");
    await expect.poll(() => existsSync(join(work.notes, "started")), { timeout: 20_000 }).toBe(true);
    // The terminal sends it to every process of the group.
    process.kill(-(apply.pid ?? 0), "SIGINT");
    expect({ code: await apply.code, output: await apply.output }).toMatchObject({ code: 1 });
    expect(work.state()).toMatchObject({ attributes: { name: "n", size: 1 } });
    expect(work.leftovers).toEqual([]);
  });

  it("ends when the engine is killed", { timeout: 60_000 }, async () => {
    const work = await workspace(path, { a: { name: "n", behaviour: "slow" } });
    const apply = work.start("apply", "-no-color", "-auto-approve");
    await expect.poll(() => existsSync(join(work.notes, "started")), { timeout: 20_000 }).toBe(true);
    apply.kill("SIGKILL");
    await expect.poll(() => work.leftovers, { timeout: 5000 }).toEqual([]);
    expect(existsSync(join(work.notes, "closed"))).toBe(true);
  });

  it("leaves nothing behind when it is killed", { timeout: 60_000 }, async () => {
    const work = await workspace(path, { a: { name: "n", behaviour: "slow" } });
    const apply = work.start("apply", "-no-color", "-auto-approve");
    const started = join(work.notes, "started");
    await expect.poll(() => existsSync(started) && readFileSync(started, "utf8"), { timeout: 20_000 }).toMatch(/^\d+$/);
    process.kill(Number(readFileSync(started, "utf8")), "SIGKILL");
    expect(await apply.code).toBe(1);
    expect(work.leftovers).toEqual([]);
  });

  it("reads a state written with another version of the schema", { timeout: 60_000 }, async () => {
    const work = await workspace(path, { a: { name: "n" } });
    await work.apply;
    const file = join(work.folder, "terraform.tfstate");
    const state = JSON.parse(readFileSync(file, "utf8")) as { resources: { instances: { attributes: Attributes }[] }[] };
    const attributes = state.resources[0]?.instances[0]?.attributes ?? {};
    delete attributes["pages"];
    attributes["abolished"] = { since: 1 };
    writeFileSync(file, JSON.stringify(state));
    expect((await work.run("plan", "-detailed-exitcode")).code).toBe(0);
  });
});
