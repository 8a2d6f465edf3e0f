import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { cdkvm, folder, repository, write } from "./cdkvm.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
}

interface Workflow {
  readonly on: object;
  readonly permissions: object;
  readonly concurrency: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly defaults: { readonly run: { readonly shell: string } };
  readonly jobs: Readonly<
    Record<string, { readonly if?: string; readonly permissions: Readonly<Record<string, string>>; readonly steps: Step[] }>
  >;
}

const text = (path: string): string => readFileSync(join(repository, path), "utf8");

/** What of a step could run what nobody reviewed. */
function problemsOf({ uses, run }: Step): string[] {
  return [
    ...(uses !== undefined && !/^actions\/(checkout|setup-node|upload-artifact|download-artifact)@[0-9a-f]{40}$/.test(uses)
      ? [`not pinned: ${uses}`]
      : []),
    ...(run?.includes("${{") ? [`an expression in a script: ${run}`] : []),
  ];
}

describe.each(["github", "forgejo"])("templates/%s", (forge) => {
  test.each(["plan", "apply", "drift"])("cdkvm-%s.yml pins what it uses, and has only the permissions that it needs", (name) => {
    const workflow = parse(text(`templates/${forge}/cdkvm-${name}.yml`)) as Workflow;
    expect(workflow.permissions).toEqual({});
    expect(workflow.defaults.run.shell).toBe("bash"); // with pipefail
    expect(workflow.concurrency.group).toMatch(/^cdkvm-/);
    expect(workflow.concurrency["cancel-in-progress"]).toBe(name === "plan");
    const jobs = Object.values(workflow.jobs);
    expect(jobs.flatMap(({ steps }) => steps.flatMap(problemsOf))).toEqual([]);
    const writes = jobs.flatMap(({ permissions }) =>
      Object.entries(permissions).flatMap(([scope, access]) => (access === "write" ? [scope] : [])),
    );
    const needed = { plan: ["pull-requests", "issues", "statuses"], apply: [], drift: ["issues"] }[name];
    expect(writes).toEqual(forge === "github" ? needed : []);
  });

  test.each(["plan", "apply"])("cdkvm-%s.yml runs for no fork", (name) => {
    const { jobs } = parse(text(`templates/${forge}/cdkvm-${name}.yml`)) as Workflow;
    for (const job of Object.values(jobs)) expect(job.if).toContain("github.event.pull_request.head.repo.full_name == github.repository");
  });
});

test("action.yml uses nothing else, and puts no input into a script", () => {
  const action = parse(text("action.yml")) as { runs: { using: string; steps: Step[] } };
  expect(action.runs.using).toBe("composite");
  expect(action.runs.steps.map(({ shell }) => shell)).toEqual(action.runs.steps.map(() => "bash"));
  expect(action.runs.steps.flatMap(problemsOf)).toEqual([]);
});

interface Job {
  readonly image?: string;
  readonly rules?: readonly { readonly if: string }[];
  readonly resource_group?: string;
  readonly artifacts?: object;
}

test("the GitLab component declares its inputs, pins its image, and runs for no fork", () => {
  const [header, jobs] = parseAllDocuments(text("templates/cdkvm.yml")).map((one) => one.toJS() as unknown);
  const { inputs } = (header as { spec: { inputs: Record<string, { default: string }> } }).spec;
  const used = [...text("templates/cdkvm.yml").matchAll(/\$\[\[ inputs\.([\w-]+) \]\]/g)].map(([, name = ""]) => name);
  expect([...new Set(used)].toSorted()).toEqual(Object.keys(inputs).toSorted());
  expect(inputs["image"]?.default).toMatch(/^node:\d+\.\d+\.\d+$/);
  const { "cdkvm-plan": plan, "cdkvm-apply": apply, "cdkvm-drift": drift } = jobs as Record<string, Job>;
  expect(plan?.rules).toEqual([
    { if: '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID' },
  ]);
  expect(plan?.artifacts).toMatchObject({ expire_in: "5 days", access: "developer" });
  expect([plan, apply, drift].map((job) => job?.resource_group)).toEqual([
    "cdkvm-plan-$CI_MERGE_REQUEST_IID",
    "cdkvm-apply",
    "cdkvm-drift",
  ]);
});

describe("cdkvm ci init", () => {
  test.each([
    ["github", [".github/workflows/cdkvm-apply.yml", ".github/workflows/cdkvm-drift.yml", ".github/workflows/cdkvm-plan.yml"]],
    ["gitlab", [".gitlab/cdkvm.yml"]],
    ["forgejo", [".forgejo/workflows/cdkvm-apply.yml", ".forgejo/workflows/cdkvm-drift.yml", ".forgejo/workflows/cdkvm-plan.yml"]],
  ])("%s: writes files that parse, and overwrites none that differs", async (forge, files) => {
    const cwd = folder();
    const { code, stdout } = await cdkvm(["ci", "init", forge], { cwd });
    expect(code).toBe(0);
    expect(stdout.split("\n").filter((line) => line.startsWith("wrote"))).toEqual(files.map((file) => `wrote ${file}`));
    for (const file of files) {
      const content = readFileSync(join(cwd, file), "utf8");
      expect(parse(content)).toBeTypeOf("object");
      expect(content).not.toContain("$[[");
    }
    expect((await cdkvm(["ci", "init", forge], { cwd })).stdout).toContain("nothing to write");
    const [first = ""] = files;
    write(cwd, { [first]: "# mine\n" });
    const refused = await cdkvm(["ci", "init", forge], { cwd });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`${first} differ from what this version writes`);
    expect(readFileSync(join(cwd, first), "utf8")).toBe("# mine\n");
    expect((await cdkvm(["ci", "init", forge, "--force"], { cwd })).stdout).toContain(`wrote ${first}`);
  });

  test("suggests the forge that was meant", async () => {
    expect((await cdkvm(["ci", "init", "bitbucket"], { cwd: folder() })).stderr).toContain("use one of github, gitlab, forgejo");
  });
});
