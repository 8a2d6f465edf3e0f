import { expect, test } from "vitest";
import { ForgeServer } from "../forge/server.ts";
import { create, guest, remove, update, volume } from "../review/build.ts";
import { cdkvm, folder, type Ran, write } from "./cdkvm.ts";
import { planJson } from "./plan-json.ts";

const losing = planJson(create("libvirt_domain.web1", guest("web1")), remove("libvirt_volume.data", volume("data", 10)));
const restarting = planJson(update("libvirt_domain.web1", guest("web1"), { memory: 8 }));
const at = (timestamp: string, plan: string): string => JSON.stringify({ ...(JSON.parse(plan) as object), timestamp });

const TOKEN = "ghp_0123456789abcdefghij";
/** No forge of a real CI job that runs these tests. */
const NONE = {
  GITHUB_ACTIONS: undefined,
  GITLAB_CI: undefined,
  GITEA_ACTIONS: undefined,
  FORGEJO_ACTIONS: undefined,
  GITHUB_TOKEN: undefined,
};

async function job(): Promise<{ server: ForgeServer; comment: (plan: string, ...args: string[]) => Promise<Ran> }> {
  const server = await ForgeServer.start("github");
  const cwd = folder();
  const event = { pull_request: { number: 7, head: { sha: "0123456789abcdef" } } };
  const env = {
    ...NONE,
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: server.base,
    GITHUB_REPOSITORY: "o/r",
    GITHUB_EVENT_PATH: "event.json",
    GITHUB_TOKEN: TOKEN,
  };
  return {
    server,
    comment: (plan, ...args) => {
      write(cwd, { "plan.json": plan, "event.json": JSON.stringify(event) });
      return cdkvm(["comment", "plan.json", ...args], { cwd, env });
    },
  };
}

test("a job comments the review, and sets labels and a status; the next push replaces it, and folds what matters of it", async () => {
  const { server, comment } = await job();
  expect(await comment(at("2026-01-01T03:04:05Z", losing))).toEqual({
    code: 0,
    stdout: "comment created\nlabels: data-loss\nstatus: failure\n",
    stderr: "",
  });
  expect(server.comments[0]?.body).toMatch(/^<!-- cdkvm: plan -->\n[^]*\*\*Data is lost\*\*[^]*Plan of commit 0123456789ab/);
  expect(server.statuses[0]).toMatchObject({ sha: "0123456789abcdef", name: "cdkvm", state: "failure" });
  expect(server.statuses[0]?.description).toContain("data is lost");

  expect((await comment(at("2026-01-02T03:04:05Z", restarting))).stdout).toBe("comment updated\nlabels: restart\nstatus: success\n");
  expect(server.comments).toHaveLength(1);
  const [newest = "", earlier = ""] = server.comments[0]?.body.split("<summary>Earlier plans</summary>") ?? [];
  expect(newest).not.toContain("Data is lost");
  expect(newest).toContain("1 stack, commit 0123456789ab, planned 2026-01-02T03:04:05Z\n");
  expect(earlier).toContain("> **Data is lost**");
  expect(earlier).toContain("commit 0123456789ab, planned 2026-01-01T03:04:05Z\n");
  expect(earlier).not.toMatch(/### |Topology/);
  expect((await comment(at("2026-01-02T03:04:05Z", restarting))).stdout).toMatch(/^comment unchanged\n/);
  expect(server.requestLabels).toEqual(["restart"]);
  expect(server.statuses[0]).toMatchObject({ state: "success", description: "no rule is broken" });

  expect((await comment(restarting, "--fail-on", "restart", "--title", "lab", "--no-labels")).stdout).toBe(
    "comment created\nstatus: failure\n",
  );
  expect(server.comments).toHaveLength(2);
  expect(server.statuses[0]?.name).toBe("cdkvm: lab");
});

test("a review that is too long for the forge is shortened, never refused", async () => {
  const { server, comment } = await job();
  const many = Array.from({ length: 400 }, (_, index) => create(`libvirt_domain.web${index}`, guest(`web${index}`, { memory: index + 1 })));
  expect(await comment(planJson(...many))).toMatchObject({ code: 0 });
  expect(server.comments[0]?.body.length).toBeGreaterThan(50_000);
  expect(server.comments[0]?.body.length).toBeLessThanOrEqual(65_536);
});

test("errors name what is missing, and never the token", async () => {
  const { server, comment } = await job();
  server.troubles.push({ call: /\/comments/, status: 401, body: { message: `Bad credentials ${TOKEN}` } });
  const { code, stdout, stderr } = await comment(losing);
  expect(code).toBe(1);
  expect(stderr).toContain("CDKVM_FORGE_REFUSED");
  expect(stdout + stderr).not.toContain(TOKEN);
  const cwd = folder();
  write(cwd, { "plan.json": losing });
  expect((await cdkvm(["comment", "plan.json"], { cwd, env: NONE })).stderr).toContain("CDKVM_FORGE_UNKNOWN");
  const given = ["--forge", "gitlab", "--api", "https://gitlab.example.org/api/v4", "--repo", "g/r", "--number", "7"];
  expect((await cdkvm(["comment", "plan.json", ...given], { cwd, env: NONE })).stderr).toContain("GITLAB_TOKEN is not set");
});
