import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cdkvm, folder, repository, run as shell } from "./cdkvm.ts";

const commands = ["init", "synth", "list", "plan", "apply", "destroy", "output", "review", "console", "doctor", "engine", "unlock"];
const run = (...args: string[]) => cdkvm(args, { cwd: repository });

describe("the command line", () => {
  it("lists its commands for --help, help and no arguments, without colors if there is no terminal", async () => {
    const [asked, word, none] = await Promise.all([run("--help"), run("help"), run()]);
    expect(asked.code).toBe(0);
    for (const command of commands) expect(asked.stdout).toContain(command);
    expect(asked.stdout).not.toContain("\u001B[");
    expect(word).toEqual(asked);
    expect(none).toEqual({ ...asked, code: 1 });
  });

  it("prints its version", async () => {
    const { version } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { version: string };
    expect(await run("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it.each([...commands, "engine install", "engine which", "diff", "deploy"])("explains %s", async (words) => {
    const { code, stdout, stderr } = await run(...words.split(" "), "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`USAGE cdkvm ${{ diff: "plan", deploy: "apply" }[words] ?? words}`);
    expect(stdout).not.toContain("\u001B[");
  });

  it("goes on without a message when nobody reads its output any more", async () => {
    const line = `set -o pipefail; "${process.execPath}" dist/cli/main.js policy list | { exec 0<&-; sleep 2; }`;
    expect(await shell("bash", ["-c", line], { cwd: repository })).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("suggests the intended command", async () => {
    const { code, stdout, stderr } = await run("plna");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain('unknown command "plna"');
    expect(stderr).toContain("did you mean `cdkvm plan`?");
  });

  it("suggests the intended option", async () => {
    const { code, stderr } = await run("plan", "--paralelism=3");
    expect(code).toBe(1);
    expect(stderr).toContain("unknown option --paralelism");
    expect(stderr).toContain("did you mean --parallelism?");
  });

  it.each([
    [["plan", "--parallelism=0"], '"0" is not a whole number above 0'],
    [["plan", "--out"], "--out requires a value"],
    [["plan", "--app", "--json"], "--app requires a value"],
    [["init", "--template=debain"], "did you mean debian?"],
    [["engine"], "the subcommand is missing"],
    [["engine", "instal"], "did you mean `cdkvm engine install`?"],
    [["console"], "GUEST"],
    [["review", "a.json", "b.json"], 'unexpected argument "b.json"'],
  ])("refuses %j", async (args, problem) => {
    const { code, stderr } = await cdkvm(args, { cwd: folder() });
    expect(code).toBe(1);
    expect(stderr).toContain(problem);
  });

  it("prints errors as data with --json", async () => {
    const { code, stdout, stderr } = await cdkvm(["plan", "--json"], { cwd: folder() });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    const { error } = JSON.parse(stderr) as { error: { code: string; fix: string } };
    expect(error.code).toBe("CDKVM_PROJECT_MISSING");
    expect(error.fix).toContain("cdkvm init");
  });
});
