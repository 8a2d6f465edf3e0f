import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { onPath } from "../hosts/requirements.ts";
import { folder, repository, run, write } from "./cdkvm.ts";

const terminal = JSON.stringify(join(repository, "cli/terminal.ts"));
const asks = `import { Terminal } from ${terminal};
console.log("answer:", String(await new Terminal().confirm("Apply?", "--auto-approve")));
`;

describe("a question", () => {
  it("without a terminal is an error that names the option", async () => {
    const cwd = folder();
    write(cwd, { "ask.ts": asks });
    const { code, stderr } = await run(process.execPath, ["ask.ts"], { cwd, input: "yes\n" });
    expect(code).toBe(1);
    expect(stderr).toContain("CDKVM_NOT_APPROVED");
    expect(stderr).toContain("--auto-approve");
  });

  it.skipIf(!onPath("script")).each([
    ["yes", "yes\r", true],
    ["YES with blanks", "  YES \r", true],
    ["y", "y\r", false],
    ["no", "no\r", false],
    ["nothing", "\r", false],
    ["Ctrl-C", "\u0003", false],
    ["Ctrl-D", "\u0004", false],
  ])("on a terminal interprets %s", async (_, keys, answer) => {
    const cwd = folder();
    write(cwd, { "ask.ts": asks });
    let asked = false;
    const { code, stdout } = await run("script", ["-qec", `${process.execPath} ask.ts`, "/dev/null"], {
      cwd,
      env: { TERM: "xterm" },
      onStart: () => {},
      onOutput: (said, child) => {
        if (asked || !said.includes("to continue: ")) return;
        asked = true;
        child.stdin?.write(keys);
      },
      timeout: 15_000,
    });
    expect(stdout).toContain(`answer: ${answer}`);
    expect(stdout).not.toContain("    at ");
    expect(code).toBe(0);
  });
});
