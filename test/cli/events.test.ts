import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cdkvm, project, type Ran } from "./cdkvm.ts";

const program = `import { App, HostStack, TerraformResource, secret } from "cdkvm";
const app = new App();
const stack = new HostStack(app, "ev-a", { uri: "qemu+tcp://ev-a/system" });
const note = new TerraformResource(stack, "note", { terraformResourceType: "terraform_data" });
note.addOverride("input", "note");
if (process.env["FAILS"]) {
  const fails = new TerraformResource(stack, "fails", { terraformResourceType: "terraform_data" });
  fails.addOverride("provisioner", [{ "local-exec": { command: \`echo \${secret("hunter22-hunter22")}; exit 3\` } }]);
}
app.synth();
`;

interface Line {
  readonly timestamp: string;
  readonly severity_text: string;
  readonly event_name: string;
  readonly trace_id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

describe("--events", { timeout: 60_000 }, () => {
  const cli = (cwd: string, words: string, env: Record<string, string> = {}): Promise<Ran> => cdkvm(words.split(" "), { cwd, env });
  const text = (cwd: string): string => readFileSync(join(cwd, "audit.jsonl"), "utf8");
  const lines = (cwd: string): readonly Line[] =>
    text(cwd)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
  const names = (cwd: string): readonly string[] => lines(cwd).map(({ event_name: name }) => name);

  test("appends each run, stack and resource, with its duration", async () => {
    const cwd = project({ "main.ts": program });
    expect(await cli(cwd, "apply --auto-approve --events audit.jsonl")).toMatchObject({ code: 0 });
    const once = ["cdkvm.run.start", "cdkvm.stack.start", "cdkvm.resource.start", "cdkvm.resource.end", "cdkvm.stack.end", "cdkvm.run.end"];
    expect(names(cwd)).toEqual(once);
    expect(statSync(join(cwd, "audit.jsonl")).mode & 0o777).toBe(0o600);
    const [start, , , resource, stack, end] = lines(cwd);
    expect(resource?.attributes).toEqual({
      "cdkvm.stack": "ev-a",
      "cdkvm.host": "qemu+tcp://ev-a/system",
      "cdkvm.resource.address": "terraform_data.note",
      "cdkvm.resource.type": "terraform_data",
      "cdkvm.action": "create",
      duration: expect.any(Number),
    });
    expect(stack?.attributes["duration"]).toBeGreaterThan(0);
    expect(end).toMatchObject({ severity_text: "INFO", trace_id: start?.trace_id, attributes: { "process.exit.code": 0 } });
    expect(await cli(cwd, "destroy --auto-approve --events audit.jsonl")).toMatchObject({ code: 0 });
    expect(names(cwd)).toEqual([...once, ...once]);
    expect(lines(cwd)[9]?.attributes).toMatchObject({ "cdkvm.action": "delete", "cdkvm.resource.address": "terraform_data.note" });
  });

  test("records a failure with its code, and no secret", async () => {
    const cwd = project({ "main.ts": program });
    expect(await cli(cwd, "apply --auto-approve --events audit.jsonl", { FAILS: "1" })).toMatchObject({ code: 1 });
    const failed = lines(cwd).filter(({ severity_text: severity }) => severity === "ERROR");
    expect(failed.map(({ event_name: name, attributes }) => [name, attributes["error.type"] ?? attributes["process.exit.code"]])).toEqual([
      ["cdkvm.resource.end", undefined],
      ["cdkvm.stack.error", "CDKVM_ENGINE_FAILED"],
      ["cdkvm.run.end", 1],
    ]);
    expect(failed[1]?.body).toContain("exit status 3");
    expect(text(cwd)).not.toContain("hunter22-hunter22");
  });

  test("records a refused plan folder, and who made an accepted one", async () => {
    const cwd = project({ "main.ts": program });
    expect(await cli(cwd, "plan --out plans/")).toMatchObject({ code: 0 });
    expect(await cli(cwd, "apply plans/ --events audit.jsonl", { FAILS: "1" })).toMatchObject({ code: 1 });
    expect(lines(cwd)[1]).toMatchObject({ event_name: "cdkvm.run.error", attributes: { "error.type": "CDKVM_PLANS_OUTDATED" } });
    expect(await cli(cwd, "apply plans/ --events audit.jsonl")).toMatchObject({ code: 0 });
    expect(lines(cwd).find(({ event_name: name }) => name === "cdkvm.plan.verified")?.attributes["cdkvm.plan.by"]).toMatch(/^\S+@\S+$/);
  });

  test("is refused for a file that cannot be written, before anything else", async () => {
    const cwd = project({ "main.ts": program });
    expect(await cli(cwd, "apply --auto-approve --events nowhere/audit.jsonl")).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("CDKVM_EVENTS_FILE"),
    });
  });
});
