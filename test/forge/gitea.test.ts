import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Forge, openForge, setLabels, stickComment, stickIssues } from "../../forge/index.ts";
import { folder } from "../cli/cdkvm.ts";
import { skippedBecause } from "../hosts/skipped.ts";
import { told } from "./told.ts";

const built = process.env["CDKVM_TEST_GITEA"];
const reason = "CDKVM_TEST_GITEA names no Gitea; test/forge/gitea.sh builds one";

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

describe.skipIf(built === undefined)(`a real Gitea${built === undefined ? ` ${skippedBecause(reason)}` : ""}`, () => {
  const removals: (() => void)[] = [];
  let api: string;
  let forge: Forge;
  let sha: string;
  let authorization: string;

  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const headers = { authorization, "content-type": "application/json" };
    const answer = await fetch(`${api}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };

  beforeAll(async () => {
    const home = folder((remove) => removals.push(remove));
    mkdirSync(join(home, "data"));
    const port = await freePort();
    const config = join(home, "app.ini");
    const sections = {
      "": { RUN_MODE: "prod", I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: "true", WORK_PATH: home },
      server: {
        HTTP_ADDR: "127.0.0.1",
        HTTP_PORT: port,
        STATIC_ROOT_PATH: join(built ?? "", "source"),
        DISABLE_SSH: "true",
        OFFLINE_MODE: "true",
      },
      database: { DB_TYPE: "sqlite3" },
      security: { INSTALL_LOCK: "true" },
    };
    const lines = Object.entries(sections).flatMap(([name, values]) => [
      ...(name === "" ? [] : [`[${name}]`]),
      ...Object.entries(values).map(([key, value]) => `${key} = ${value}`),
    ]);
    writeFileSync(config, lines.join("\n"));
    const env = { ...process.env, HOME: home };
    const gitea = (...args: string[]): string =>
      execFileSync(join(built ?? "", "gitea"), ["--config", config, ...args], {
        env,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    gitea("migrate");
    gitea(
      "admin",
      "user",
      "create",
      "--admin",
      "--username",
      "me",
      "--password",
      "a-Long-one-1",
      "--email",
      "a@example.org",
      "--must-change-password=false",
    );
    const token =
      gitea("admin", "user", "generate-access-token", "--username", "me", "--scopes", "all", "--raw").trim().split("\n").at(-1) ?? "";
    const server = spawn(join(built ?? "", "gitea"), ["--config", config, "web"], { env, stdio: "ignore" });
    removals.unshift(() => server.kill());
    api = `http://127.0.0.1:${port}/api/v1`;
    authorization = `token ${token}`;
    await vi.waitFor(() => call("GET", "/version"), { timeout: 30_000, interval: 200 });
    await call("POST", "/user/repos", { name: "fleet", auto_init: true, default_branch: "main" });
    await call("POST", "/repos/me/fleet/contents/main.ts", { branch: "main", new_branch: "grow", content: "eA==" });
    const request = (await call("POST", "/repos/me/fleet/pulls", { head: "grow", base: "main", title: "Grow" })) as {
      head: { sha: string };
    };
    sha = request.head.sha;
    forge = openForge({ kind: "gitea", api, repository: "me/fleet", number: 1, sha, page: undefined }, { GITEA_TOKEN: token });
  }, 120_000);
  afterAll(() => removals.forEach((remove) => remove()));

  test("one comment, found among many and updated", async () => {
    for (let one = 0; one < 55; one++) await call("POST", "/repos/me/fleet/issues/1/comments", { body: `comment ${one}` });
    expect(await stickComment(forge, 1, "plan", told("first"))).toBe("created");
    for (let one = 0; one < 5; one++) await call("POST", "/repos/me/fleet/issues/1/comments", { body: `later ${one}` });
    expect(await stickComment(forge, 1, "plan", told("second"))).toBe("updated");
    expect(await stickComment(forge, 1, "plan", told("second"))).toBe("unchanged");
    const all = (await call("GET", "/repos/me/fleet/issues/1/comments")) as { body: string }[];
    expect(all.map(({ body }) => body).filter((body) => body.includes("cdkvm"))).toEqual([
      expect.stringMatching(/^<!-- cdkvm: plan -->[^]*\nsecond\n[^]*<summary>Earlier plans<\/summary>[^]*\nfirst\n/),
    ]);
  });

  test("labels come and go", async () => {
    const ours = ["data-loss", "restart"].map((name) => ({ name, color: "d73a4a", description: "" }));
    await setLabels(forge, 1, ours, ["data-loss", "restart"]);
    await setLabels(forge, 1, ours, ["restart"]);
    expect(await forge.labels(1)).toEqual(["restart"]);
    expect(((await call("GET", "/repos/me/fleet/labels")) as { name: string }[]).map(({ name }) => name).toSorted()).toEqual([
      "data-loss",
      "restart",
    ]);
  });

  test("a status stands at the commit", async () => {
    await forge.setStatus(sha, { name: "cdkvm", ok: false, description: "loses data" });
    await forge.setStatus(sha, { name: "cdkvm", ok: true, description: "nothing is destroyed" });
    expect(await call("GET", `/repos/me/fleet/commits/${sha}/status`)).toMatchObject({ state: "success", total_count: 1 });
  });

  test("a commit names its tree, which cdkvm-apply.yml compares", async () => {
    expect(await call("GET", `/repos/me/fleet/git/commits/${sha}`)).toMatchObject({
      commit: { tree: { sha: expect.stringMatching(/^[0-9a-f]{40}$/) } },
    });
  });

  test("an issue opens, and closes", async () => {
    const label = { name: "cdkvm-drift", color: "fbca04", description: "" };
    const run = (text: string | undefined) => stickIssues(forge, label, [{ name: "drift", title: "Drift of kvm1", text, over: "gone" }]);
    expect([await run("a"), await run("a"), await run("b"), await run(undefined), await run(undefined)].flat()).toEqual([
      "created",
      "unchanged",
      "updated",
      "closed",
      "none",
    ]);
    expect(await call("GET", "/repos/me/fleet/issues?state=closed&type=issues")).toMatchObject([
      { title: "Drift of kvm1", body: "<!-- cdkvm: drift -->\ngone" },
    ]);
  });
});
