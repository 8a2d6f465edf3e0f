import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { cdkvm, folder, project, type Ran, repository, write } from "../cli/cdkvm.ts";
import { ForgeServer } from "../forge/server.ts";
import { type Job, runLabJob, runnerPath, runWorkflow, script } from "../forge/runner.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Jobs have a checkout each, so the state is elsewhere. */
const program = (networks: readonly string[]): string => `import { App, HostStack, LocalBackend, Network } from "cdkvm";
const app = new App();
const lab = new HostStack(app, "kvm1", { uri: process.env["ONE"] });
new LocalBackend(lab, { path: process.env["STATE"] + "/kvm1.tfstate" });
${JSON.stringify(networks)}.forEach((name, index) => new Network(lab, name, { ipv4: \`10.93.\${index}.0/24\` }));
app.synth();
`;

const HEAD = "0123456789abcdef0123456789abcdef01234567";
const MERGED = "fedcba9876543210fedcba9876543210fedcba98";
const TOKEN = "ci-token-0123456789";
const KEY = "8f0c1d2e3b4a59687766554433221100";

describeWithHosts("the CI files, run step by step", () => {
  const start = hostsOfFile();
  let host: Host;
  let base: Record<string, string | undefined>;
  const networks = async (): Promise<string> => (await host.virsh("net-list", "--name")).split(/\s+/).filter(Boolean).toSorted().join(" ");

  beforeAll(async () => {
    host = await start();
  }, 300_000);

  /** A pull request that adds a network to a host that has one. */
  async function request(
    forge: "github" | "gitlab" | "forgejo",
  ): Promise<{ branch: Job; merge: Job; server: ForgeServer; artifacts: string }> {
    const server = await ForgeServer.start(forge === "forgejo" ? "gitea" : forge);
    base = {
      CI: "true",
      ONE: host.uri,
      STATE: folder(),
      PATH: runnerPath(),
      GITHUB_ACTIONS: undefined,
      GITLAB_CI: undefined,
      GITHUB_TOKEN: undefined,
      GITLAB_TOKEN: undefined,
    };
    const main = project({ "main.ts": program(["lan"]) });
    expect(await cdkvm(["apply", "--auto-approve"], { cwd: main, env: base })).toMatchObject({ code: 0 });
    onTestFinished(async () => void (await cdkvm(["destroy", "--auto-approve"], { cwd: main, env: base })));
    const files = project({
      "main.ts": program(["lan", "dmz"]),
      "event.json": JSON.stringify({ pull_request: { number: 7, head: { sha: HEAD } } }),
    });
    const merged = project({ "main.ts": program(["lan", "dmz"]) });
    for (const cwd of [files, merged]) expect(await cdkvm(["ci", "init", forge], { cwd })).toMatchObject({ code: 0 });
    return { branch: { cwd: files, env: base }, merge: { cwd: merged, env: base }, server, artifacts: folder() };
  }

  /** What the forge was told: never the plan in clear. */
  function expectReview(server: ForgeServer, artifact: Buffer): void {
    expect(server.comments.map(({ body }) => body)).toEqual([expect.stringMatching(/network dmz/)]);
    expect(server.statuses).toMatchObject([{ sha: HEAD, name: "cdkvm", state: "success" }]);
    expect(artifact.subarray(0, 8).toString()).toBe("Salted__");
  }

  const context = {
    "github.token": TOKEN,
    "secrets.CDKVM_PLAN_KEY": KEY,
    "secrets.CDKVM_TOKEN": TOKEN,
    "github.event.pull_request.head.sha": HEAD,
    "github.event.pull_request.number": "7",
    "github.event.pull_request.merge_commit_sha": MERGED,
  };

  test("GitHub: the merge applies the artifact of the last passed plan, and nothing twice", async () => {
    const { branch, merge, server, artifacts } = await request("github");
    const env = { GITHUB_ACTIONS: "true", GITHUB_API_URL: server.base, GITHUB_REPOSITORY: "o/r", GITHUB_EVENT_PATH: "event.json" };
    const at = ({ cwd, env: own }: Job): Job => ({ cwd, env: { ...own, ...env } });
    const kept = join(artifacts, "plans.tgz.enc");
    await runWorkflow(join(branch.cwd, ".github/workflows/cdkvm-plan.yml"), at(branch), context, {
      "upload-artifact": ({ path = "" }) => copyFileSync(join(branch.cwd, path), kept),
    });
    expectReview(server, readFileSync(kept));
    expect(await networks()).toBe("lan");

    const apply = (run: string, merged = "tree"): Promise<string> => {
      server.more = (call) => {
        if (call.endsWith(`/git/commits/${HEAD}`)) return [200, { tree: { sha: "tree" } }];
        if (call.endsWith(`/git/commits/${MERGED}`)) return [200, { tree: { sha: merged } }];
        return call.endsWith("/cdkvm-plan.yml/runs") ? [200, { workflow_runs: run === "" ? [] : [{ id: Number(run) }] }] : undefined;
      };
      return runWorkflow(join(merge.cwd, ".github/workflows/cdkvm-apply.yml"), at(merge), context, {
        "download-artifact": (given) => {
          expect(given).toMatchObject({ "run-id": run, "github-token": TOKEN });
          copyFileSync(kept, join(merge.cwd, "plans.tgz.enc"));
        },
      });
    };
    await expect(apply("55", "other")).rejects.toThrow("more was merged than planned");
    await expect(apply("")).rejects.toThrow(`no passed plan of ${HEAD}`);
    expect(await networks()).toBe("lan");
    expect(await apply("55")).toContain("libvirt_network.dmz");
    expect(await networks()).toBe("dmz lan");
    expect(await apply("55")).toContain("already applied by this plan, skipped");
    expect(await networks()).toBe("dmz lan");
  });

  test("Forgejo: the plan is a package until it is applied", async () => {
    const { branch, merge, server } = await request("forgejo");
    const origin = new URL(server.base).origin;
    const packages = new Map<string, Buffer>();
    server.more = (call, content) => {
      const [method, path = ""] = call.split(" ");
      if (path.includes("/git/commits/")) return [200, { commit: { tree: { sha: "tree" } } }];
      if (!path.startsWith("/api/packages/o/generic/cdkvm-plans-r/")) return undefined;
      if (method === "PUT") return packages.set(path, content) && [201, {}];
      if (method === "GET") return packages.has(path) ? [200, packages.get(path)] : [404, {}];
      const below = [...packages.keys()].filter((one) => one.startsWith(`${path}/`));
      for (const one of below) packages.delete(one);
      return [below.length > 0 ? 204 : 404, {}];
    };
    const own = {
      GITHUB_ACTIONS: "true",
      FORGEJO_ACTIONS: "true",
      GITHUB_API_URL: server.base,
      GITHUB_SERVER_URL: origin,
      GITHUB_REPOSITORY: "o/r",
    };
    const at = ({ cwd, env }: Job): Job => ({ cwd, env: { ...env, ...own, GITHUB_EVENT_PATH: "event.json" } });
    await runWorkflow(join(branch.cwd, ".forgejo/workflows/cdkvm-plan.yml"), at(branch), context, {});
    const [artifact = Buffer.alloc(0)] = packages.values();
    expectReview(server, artifact);
    const apply = join(merge.cwd, ".forgejo/workflows/cdkvm-apply.yml");
    expect(await runWorkflow(apply, at(merge), context, {})).toContain("libvirt_network.dmz");
    expect(await networks()).toBe("dmz lan");
    expect(packages.size).toBe(0);
    await expect(runWorkflow(apply, at(merge), context, {})).rejects.toThrow("404");
    await host.virsh("net-destroy", "dmz");
    await runWorkflow(join(merge.cwd, ".forgejo/workflows/cdkvm-drift.yml"), at(merge), context, {});
    expect(server.issues).toMatchObject([{ title: "Drift of kvm1", open: true }]);
  });

  test("GitLab: the merge applies the artifact of the last passed pipeline", async () => {
    const { branch, merge, server } = await request("gitlab");
    const own = { GITLAB_CI: "true", CI_API_V4_URL: server.base, CI_PROJECT_ID: "g/r", GITLAB_TOKEN: TOKEN, CDKVM_PLAN_KEY: KEY };
    const planned = { ...branch, env: { ...branch.env, ...own, CI_MERGE_REQUEST_IID: "7", CI_COMMIT_SHA: HEAD } };
    await runLabJob(join(branch.cwd, ".gitlab/cdkvm.yml"), "cdkvm-plan", planned);
    const artifact = readFileSync(join(branch.cwd, "plans.tgz.enc"));
    expectReview(server, artifact);

    const git = (words: string): Promise<Ran> => script(`git -c user.name=a -c user.email=a@b ${words}`, merge);
    await script("git init -q . && git remote add origin . && git add main.ts", merge);
    await git("commit -qm planned");
    await git("update-ref refs/merge-requests/7/head HEAD");
    const head = (await git("rev-parse HEAD")).stdout.trim();
    let more: readonly object[] = [{ new_path: "main.ts" }];
    const answers: Record<string, unknown> = {
      [`repository/commits/${MERGED}/merge_requests`]: [{ iid: 7, state: "merged" }],
      "merge_requests/7": { sha: head },
      "merge_requests/7/pipelines": [
        { id: 32, sha: head, status: "failed" },
        { id: 31, sha: head, status: "success" },
        { id: 30, sha: MERGED, status: "success" },
      ],
      "pipelines/31/jobs": [{ id: 99, name: "cdkvm-plan" }],
      "jobs/99/artifacts/plans.tgz.enc": artifact,
    };
    server.more = (call) => {
      if (call.endsWith("/repository/compare")) return [200, { diffs: more }];
      const answer = answers[call.replace("GET /api/v4/projects/12/", "")];
      return answer === undefined ? undefined : [200, answer];
    };
    const applied = { ...merge, env: { ...merge.env, ...own, CI_PROJECT_ID: "12", CI_COMMIT_SHA: MERGED } };
    const apply = (): Promise<string> => runLabJob(join(merge.cwd, ".gitlab/cdkvm.yml"), "cdkvm-apply", applied);
    await expect(apply()).rejects.toThrow("more was merged than planned");
    more = [];
    expect(await apply()).toContain("libvirt_network.dmz");
    expect(await networks()).toBe("dmz lan");
  });

  test("the action plans the stacks that it is given, comments and judges them", async () => {
    const { branch, server } = await request("github");
    const env = {
      ...branch.env,
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: server.base,
      GITHUB_REPOSITORY: "o/r",
      GITHUB_EVENT_PATH: "event.json",
    };
    const inputs = { stacks: "kvm1", "fail-on": "data-loss", title: "lab; true", token: TOKEN, folder: "." };
    const given = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`inputs.${name}`, value]));
    await runWorkflow(join(repository, "action.yml"), { cwd: branch.cwd, env }, given, {});
    expect(server.comments.map(({ body }) => body)).toEqual([expect.stringMatching(/^<!-- cdkvm: lab_ true -->[^]*network dmz/)]);
    expect(existsSync(join(branch.cwd, "plans/kvm1.tfplan"))).toBe(true);
    await expect(
      runWorkflow(join(repository, "action.yml"), { cwd: branch.cwd, env }, { ...given, "inputs.stacks": "other" }, {}),
    ).rejects.toThrow('no stack is named "other"');
  });

  test("a plan that the rules forbid is commented, and not kept", async () => {
    const { branch, server, artifacts } = await request("github");
    write(branch.cwd, { "main.ts": program([]) });
    const env = {
      ...branch.env,
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: server.base,
      GITHUB_REPOSITORY: "o/r",
      GITHUB_EVENT_PATH: "event.json",
    };
    const path = join(branch.cwd, ".github/workflows/cdkvm-plan.yml");
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("data-loss,replace", "delete"));
    const kept = join(artifacts, "kept");
    const planned = runWorkflow(path, { cwd: branch.cwd, env }, context, { "upload-artifact": () => writeFileSync(kept, "") });
    await expect(planned).rejects.toThrow("delete: network lan is deleted");
    expect(existsSync(kept)).toBe(false);
    expect(server.comments).toHaveLength(1);
    expect(server.statuses).toMatchObject([{ state: "failure" }]);
  });
});
