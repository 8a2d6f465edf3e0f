import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { cdkvm, project, repository, run } from "../cli/cdkvm.ts";
import { guest, remove, update, volume } from "../review/build.ts";
import { skippedBecause } from "../hosts/skipped.ts";

const page = readFileSync(join(repository, "docs/guide/policy.md"), "utf8");

/** The blocks that name their file in the first line, by that name. */
const files = Object.fromEntries(
  [...page.matchAll(/^```(?:yaml|ts|rego)\n(?:#|\/\/) (\S+)\n(.*?)^```$/gms)].map(([, name = "", text = ""]) => [name, text]),
);

const planJson = (...changes: readonly object[]): string =>
  JSON.stringify({ format_version: "1.2", terraform_version: "1.12.6", resource_changes: changes, planned_values: {}, configuration: {} });
const memory = planJson(update("libvirt_domain.web1", guest("web1"), { memory: 8 }));
const losing = planJson(
  update("libvirt_domain.web1", guest("web1"), { memory: 8 }),
  remove("libvirt_volume.old-logs", volume("old-logs", 1)),
);

const guideProject = (): string => project({ ...files, "memory.json": memory, "losing.json": losing });

describe("the policy of the guide", { timeout: 60_000 }, () => {
  it("has the files that the page writes", () => {
    expect(Object.keys(files).toSorted()).toEqual([
      "cdkvm.policy.test.yaml",
      "cdkvm.policy.yaml",
      "cdkvm.waivers.yaml",
      "plan-policy/plan.rego",
      "policy/review.rego",
      "policy/rules.ts",
    ]);
  });

  it("passes its own test cases", async () => {
    expect(await cdkvm(["policy", "test"], { cwd: guideProject() })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("2 passed, 0 failed"),
    });
  });

  it("knows its rule in TypeScript", async () => {
    const { stdout } = await cdkvm(["policy", "explain", "small-guests"], { cwd: guideProject() });
    expect(stdout).toContain("small-guests (error)\nA guest has at most 64 GiB.");
  });

  it.each([
    ["cdkvm.policy.yaml", "policy"],
    ["cdkvm.waivers.yaml", "waivers"],
    ["cdkvm.policy.test.yaml", "policy-tests"],
  ])("%s is valid by the JSON Schema for editors, and a typing error is not", (file, schema) => {
    const path = join(repository, `docs/reference/${schema}.schema.json`);
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(readFileSync(path, "utf8")) as object);
    const data = parse(files[file] ?? "") as Record<string, unknown>;
    validate(data);
    expect(validate.errors).toBeNull();
    expect(validate({ ...data, typo: 1 })).toBe(false);
  });
});

const conftest = ["conftest", process.env["CDKVM_TEST_CONFTEST"]].find((path) => path !== undefined && runs(path));

function runs(path: string): boolean {
  try {
    execFileSync(path, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(conftest === undefined)(
  `conftest ${conftest === undefined ? skippedBecause("conftest is not on PATH; `npm run test:conftest` builds it, in three minutes") : ""}`,
  () => {
    const denied = async (cwd: string, ...args: string[]): Promise<{ readonly code: number | null; readonly said: string[] }> => {
      const { code, stdout } = await run(conftest ?? "", ["test", "--output", "json", ...args], { cwd });
      const [{ failures = [] } = {}] = JSON.parse(stdout) as { failures?: { msg: string }[] }[];
      return { code, said: failures.map(({ msg }) => msg) };
    };

    it("judges the review's JSON as it is", async () => {
      const cwd = guideProject();
      await run("sh", ["-c", `"$0" "$1" review losing.json --json > review.json`, process.execPath, join(repository, "dist/cli/main.js")], {
        cwd,
      });
      expect(await denied(cwd, "review.json")).toEqual({ code: 1, said: ["libvirt_domain.web1: web1 will restart: memory 4 → 8 GiB"] });
    });

    it("judges the plan's JSON as it is", async () => {
      const cwd = guideProject();
      expect(await denied(cwd, "losing.json", "--policy", "plan-policy")).toEqual({
        code: 1,
        said: ["libvirt_volume.old-logs is deleted"],
      });
      expect(await denied(cwd, "memory.json", "--policy", "plan-policy")).toEqual({ code: 0, said: [] });
    });
  },
);
