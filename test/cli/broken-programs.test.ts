import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { fromReport, type ProgramReport } from "../../model/program-error.ts";
import { cdkvm, project, repository, run } from "./cdkvm.ts";

/** Broken programs, each next to the expected message. `vitest -u` rewrites the messages: read them. */
const fixtures = join(import.meta.dirname, "../fixtures/broken/programs");
const beforeProgram = pathToFileURL(join(repository, "stacks/before-program.ts")).href;
const inProject = (name: string): string => project({ "main.ts": readFileSync(join(fixtures, `${name}.ts`), "utf8") });

describe("a broken program gets a helpful message with the user's own line and no stack trace", () => {
  const programs = readdirSync(fixtures).filter((file) => file.endsWith(".ts"));
  test.each(programs.map((file) => basename(file, ".ts")))("%s", async (name) => {
    const cwd = inProject(name);
    const errors = join(cwd, "error.json");
    const { code, stderr } = await run(process.execPath, ["--import", beforeProgram, "main.ts"], {
      cwd,
      env: { CDKVM_ERRORS: errors, CDKTF_OUTDIR: join(cwd, "out") },
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const message = fromReport(JSON.parse(readFileSync(errors, "utf8")) as ProgramReport).explain();
    await expect(`${message}\n`).toMatchFileSnapshot(join(fixtures, `${name}.txt`));
  });
});

test("a syntax error is reported by Node, with its line", async () => {
  const { code, stderr } = await cdkvm(["synth"], { cwd: project({ "main.ts": "const app = 1;\nconst app = 2;\n" }) });
  expect(code).toBe(1);
  expect(stderr).toMatch(/main\.ts:2\nconst app = 2;\n {6}\^\n\nSyntaxError: Identifier 'app' has already been declared\n/);
  expect(stderr).toMatch(/fix: fix the error above\n {2}code: CDKVM_SYNTH_FAILED\n$/);
});

test("--stack shows the stack trace", async () => {
  const { stderr } = await cdkvm(["synth", "--stack"], { cwd: inProject("in-a-function") });
  expect(stderr).toMatch(/\n {4}at new VM [\s\S]*main\.ts:\d+:5\)\n[\s\S]*main\.ts:12:1/);
});

test("--json has the file, line, column and code of a program's error, and of each problem of a fleet file", async () => {
  const cwd = inProject("memory-without-unit");
  const program = await cdkvm(["synth", "--json"], { cwd });
  expect(JSON.parse(program.stderr)).toEqual({
    error: {
      code: "CDKVM_PROPS",
      doing: "VM kvm1/web1",
      problem: 'memory: 4096 has no unit; did you mean "4096 MiB" or "4096 GiB"?',
      file: "main.ts",
      line: 5,
      column: 1,
    },
  });
  const fleet = project({ "fleet.yaml": "hosts: { kvm1: kvm1 }\n" });
  const { stderr } = await cdkvm(["synth", "fleet.yaml", "--json"], { cwd: fleet });
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: "CDKVM_FLEET", file: "fleet.yaml", line: 1, column: 16, problems: [{ line: 1, column: 16 }] },
  });
});

test("only the problems of a fleet file are shown", async () => {
  const { code, stderr } = await cdkvm(["plan", "fleet.yaml"], { cwd: project({ "fleet.yaml": "hosts: { kvm1: kvm1 }\n" }) });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: [
      'error: fleet.yaml:1:16: kvm1: "kvm1" is not a libvirt URI; did you mean "qemu+ssh://kvm1/system"?',
      "  1 | hosts: { kvm1: kvm1 }",
      "    |                ^^^^",
      "",
      "1 problem; nothing was changed",
      "",
    ].join("\n"),
  });
});

test("a program that handles its own errors chooses its exit code", async () => {
  const main = `import { App } from "cdkvm";
process.on("uncaughtException", () => process.exit(7));
new App();
throw new Error("no");
`;
  const { code, stderr } = await cdkvm(["synth"], { cwd: project({ "main.ts": main }) });
  expect(code).toBe(1);
  expect(stderr).toContain("error: no\n");
});
