import { describe, expect, test } from "vitest";
import { type Forge, type ForgeKind, openForge, setLabels, stickComment, stickIssues, type Told } from "../../forge/index.ts";
import { CdkvmError } from "../../model/errors.ts";
import { ForgeServer } from "./server.ts";
import { told } from "./told.ts";

const TOKEN = "glpat-0123456789abcdef";
const RED = { name: "data-loss", color: "d73a4a", description: "A plan loses data" };
const YELLOW = { name: "restart", color: "fbca04", description: "A plan restarts something" };
const DRIFT = { name: "cdkvm-drift", color: "fbca04", description: "A host differs" };

async function open(kind: ForgeKind): Promise<{ server: ForgeServer; forge: Forge; waits: number[] }> {
  const server = await ForgeServer.start(kind);
  const waits: number[] = [];
  const repository = kind === "gitlab" ? "g/r" : "o/r";
  const place = { kind, api: server.base, repository, number: 7, sha: "abc", page: undefined };
  const wait = (milliseconds: number): Promise<number> => Promise.resolve(waits.push(milliseconds));
  return { server, forge: openForge(place, { MINE: TOKEN }, "MINE", wait), waits };
}

const failureOf = async (work: Promise<unknown>): Promise<CdkvmError> => {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(CdkvmError);
  return error as CdkvmError;
};

const NEW_COMMENT = /^POST .*\/(comments|notes)$/;

describe.each(["github", "gitlab", "gitea"] as const)("%s", (kind) => {
  test("a comment is made once, found on a later page, and updated", async () => {
    const { server, forge } = await open(kind);
    server.pageSize = 2;
    for (let id = 1; id <= 5; id++) server.comments.push({ id, body: "looks good", author: 2 });
    expect(await stickComment(forge, 7, "plan", told("first"))).toBe("created");
    for (let id = 6; id <= 9; id++) server.comments.push({ id, body: "still good", author: 2 });
    expect(await stickComment(forge, 7, "plan", told("second"))).toBe("updated");
    expect(await stickComment(forge, 7, "plan", told("second"))).toBe("unchanged");
    const ours = server.comments.map(({ body }) => body).filter((body) => body.startsWith("<!--"));
    expect(ours).toEqual([expect.stringMatching(/^<!-- cdkvm: plan -->\n## Plan\n\n<!-- .* -->\nsecond\n/)]);
    expect(server.writes).toHaveLength(2);
    expect([...server.authorizations]).toEqual([`${kind === "gitea" ? "token" : "Bearer"} ${TOKEN}`]);
  });

  test("what matters of the last three texts stays below the new one, folded", async () => {
    const { server, forge } = await open(kind);
    const text = (index: number): Told => told(`> [!CAUTION]\n> **Data is lost**\n> - volume v${index}`, `commit ${index}`);
    for (const index of [1, 2, 3, 4, 5]) await stickComment(forge, 7, "plan", text(index));
    const [newest = "", earlier = ""] = server.comments[0]?.body.split("<details>") ?? [];
    expect(newest).toContain("> [!CAUTION]\n> **Data is lost**\n> - volume v5\ncommit 5\n");
    expect(newest).toContain("\ndetails\n");
    expect(earlier).toMatch(/^<summary>Earlier plans<\/summary>\n[^]*\n<\/details>$/);
    expect(earlier.match(/volume v\d|commit \d/g)).toEqual(["volume v4", "commit 4", "volume v3", "commit 3", "volume v2", "commit 2"]);
    expect(earlier).not.toMatch(/details\n|\[!/);
  });

  test("the same plan changes nothing, and a later one that says the same is not told twice", async () => {
    const { server, forge } = await open(kind);
    await stickComment(forge, 7, "plan", told("web1 restarts", "commit 1"));
    await stickComment(forge, 7, "plan", told("web1 is deleted", "commit 2"));
    expect(await stickComment(forge, 7, "plan", told("web1 is deleted", "commit 2"))).toBe("unchanged");
    expect(server.writes).toHaveLength(2);
    expect(await stickComment(forge, 7, "plan", told("web1 is deleted", "commit 3"))).toBe("updated");
    const body = server.comments[0]?.body ?? "";
    expect(body.match(/web1 \w+ ?\w*|commit \d/g)).toEqual(["commit 3", "web1 is deleted", "commit 3", "web1 restarts", "commit 1"]);
  });

  test("earlier texts go where the forge has no room for them, never the new one", async () => {
    const { server, forge } = await open(kind);
    const long = (letter: string, length: number): Told => told(letter.repeat(length));
    await stickComment(forge, 7, "plan", long("a", 100));
    await stickComment(forge, 7, "plan", long("b", forge.limit - 1000));
    expect(server.comments[0]?.body).toMatch(/a{100}/);
    await stickComment(forge, 7, "plan", long("c", 2000));
    const body = server.comments[0]?.body ?? "";
    expect(body).toMatch(/c{2000}/);
    expect(body).not.toMatch(/b{100}/);
    await stickComment(forge, 7, "plan", { ...told("d"), rest: "e".repeat(forge.limit - 200) });
    expect(server.comments[0]?.body).toContain("e".repeat(forge.limit - 200));
    expect(server.comments[0]?.body.length).toBeLessThanOrEqual(forge.limit);
  });

  test("a comment of somebody else with the same marker is left alone", async () => {
    const { server, forge } = await open(kind);
    server.comments.push({ id: 1, body: "<!-- cdkvm: plan -->\nNothing is destroyed, merge it", author: 2 });
    expect(await stickComment(forge, 7, "plan", told("a volume is deleted"))).toBe("created");
    expect(server.comments.map(({ author }) => author)).toEqual([2, 1]);
  });

  test("one of two comments that were made at the same time stays", async () => {
    const { server, forge } = await open(kind);
    for (const id of [1, 2]) server.comments.push({ id, body: "<!-- cdkvm: plan -->\nold", author: 1 });
    await stickComment(forge, 7, "plan", told("new"));
    expect(server.comments.map(({ body }) => body)).toEqual([expect.stringMatching(/\nnew\n/), "_The plan is in the comment above._"]);
    expect(await stickComment(forge, 7, "plan", told("new"))).toBe("unchanged");
  });

  test.each([
    { what: "502", trouble: { status: 502 } },
    { what: "a closed connection", trouble: {} },
  ])("after $what, a comment that was made is not made again", async ({ trouble }) => {
    const { server, forge, waits } = await open(kind);
    server.troubles.push({ call: NEW_COMMENT, done: true, ...trouble });
    expect(await stickComment(forge, 7, "plan", told("text"))).toBe("created");
    expect(server.comments).toHaveLength(1);
    expect(waits).toHaveLength(1);
  });

  test("a comment that was not made is tried again, until it is too often", async () => {
    const { server, forge, waits } = await open(kind);
    server.troubles.push({ call: NEW_COMMENT, status: 503, times: 2 });
    expect(await stickComment(forge, 7, "plan", told("text"))).toBe("created");
    expect(server.comments).toHaveLength(1);
    server.troubles.push({ call: NEW_COMMENT, status: 503, times: 99 });
    waits.length = 0;
    const error = await failureOf(stickComment(forge, 7, "other", told("text")));
    expect(error).toMatchObject({ code: "CDKVM_FORGE_UNREACHABLE", details: { problem: "the forge answered 503" } });
    expect(waits).toHaveLength(5);
    expect(waits.map((one) => Math.floor(Math.log2(one / 1000)))).toEqual([0, 1, 2, 3, 4]);
  });

  test("labels are created, set, and removed when they are no longer true; others stay", async () => {
    const { server, forge } = await open(kind);
    server.repoLabels.push("bug", "restart");
    server.requestLabels.push("bug");
    await setLabels(forge, 7, [RED, YELLOW], ["data-loss", "restart"]);
    expect(server.requestLabels).toEqual(["bug", "data-loss", "restart"]);
    await setLabels(forge, 7, [RED, YELLOW], ["restart"]);
    expect(server.requestLabels).toEqual(["bug", "restart"]);
    const before = server.writes.length;
    await setLabels(forge, 7, [RED, YELLOW], ["restart"]);
    expect(server.writes).toHaveLength(before);
    expect(server.repoLabels.toSorted()).toEqual(["bug", "data-loss", "restart"]);
  });

  test("a label is not created twice after an answer was lost", async () => {
    const { server, forge } = await open(kind);
    server.troubles.push({ call: /^POST .*\/labels$/, status: 502, done: true });
    await setLabels(forge, 7, [RED], ["data-loss"]);
    expect(server.repoLabels).toEqual(["data-loss"]);
    expect(server.requestLabels).toEqual(["data-loss"]);
  });

  test("a status is set, also the same one again", async () => {
    const { server, forge } = await open(kind);
    const status = { name: "cdkvm", ok: false, description: "1 volume's data is lost" };
    server.troubles.push({ call: /^POST .*\/statuses\//, status: 502, done: true });
    await forge.setStatus("abc", status);
    expect(server.statuses).toEqual([
      { sha: "abc", name: "cdkvm", state: kind === "gitlab" ? "failed" : "failure", description: status.description },
    ]);
    await forge.setStatus("abc", status);
  });

  test("an issue opens once, is updated, and closes", async () => {
    const { server, forge } = await open(kind);
    const run = (text: string | undefined) =>
      stickIssues(forge, DRIFT, [{ name: "drift of kvm1", title: "Drift of kvm1", text, over: "It is gone." }]);
    expect(await run(undefined)).toEqual(["none"]);
    server.troubles.push({ call: /^POST .*\/issues$/, done: true });
    expect([...(await run("web1 stopped")), ...(await run("web1 stopped")), ...(await run("web1 edited"))]).toEqual([
      "created",
      "unchanged",
      "updated",
    ]);
    expect(server.issues).toMatchObject([{ title: "Drift of kvm1", body: "<!-- cdkvm: drift of kvm1 -->\nweb1 edited", open: true }]);
    expect([...(await run(undefined)), ...(await run(undefined))]).toEqual(["closed", "none"]);
    expect(await run("web1 gone")).toEqual(["created"]);
    expect(server.issues.map(({ open }) => open)).toEqual([false, true]);
  });

  test("rate limits are waited for as the forge asks, within bounds", async () => {
    const { server, forge, waits } = await open(kind);
    const reset = String(Math.ceil(Date.now() / 1000) + 30);
    server.troubles.push(
      { call: NEW_COMMENT, status: 429, headers: { "retry-after": "7" } },
      { call: NEW_COMMENT, status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset } },
      {
        call: NEW_COMMENT,
        status: 403,
        body: { documentation_url: "https://docs.github.com/rest/rate-limits#about-secondary-rate-limits" },
      },
    );
    expect(await stickComment(forge, 7, "plan", told("text"))).toBe("created");
    expect(waits.map((one) => Math.round(one / 1000))).toEqual([7, expect.closeTo(30, -1), 60]);
    expect(server.comments).toHaveLength(1);
    server.troubles.push({ call: NEW_COMMENT, status: 429, headers: { "retry-after": "3600" } });
    expect(await failureOf(stickComment(forge, 7, "other", told("text")))).toMatchObject({ code: "CDKVM_FORGE_RATE_LIMIT" });
  });

  test("a refusal is final, gives the forge's reason, and hides the token", async () => {
    const { server, forge, waits } = await open(kind);
    server.troubles.push({ call: NEW_COMMENT, status: 403, body: { message: `no such scope for ${TOKEN}` } });
    const error = await failureOf(stickComment(forge, 7, "plan", told("text")));
    expect(error.code).toBe("CDKVM_FORGE_REFUSED");
    expect(error.details.problem).toBe("the forge answered 403: no such scope for (sensitive)");
    expect(JSON.stringify([error.message, error.stack, error.details])).not.toContain(TOKEN);
    expect(waits).toEqual([]);
  });

  test("a redirect is not followed: it could take the token elsewhere", async () => {
    const { server, forge } = await open(kind);
    const elsewhere = await ForgeServer.start(kind);
    server.troubles.push({ call: /\/user$/, status: 301, headers: { location: `${elsewhere.base}/user` } });
    expect((await failureOf(stickComment(forge, 7, "plan", told("text")))).details.fix).toContain("it was renamed or moved");
    expect(elsewhere.calls).toEqual([]);
  });
});

test("the token of a workflow, which has no user, updates what a bot wrote", async () => {
  const { server, forge } = await open("github");
  server.isApp = true;
  server.comments.push({ id: 1, body: "<!-- cdkvm: plan -->\nmine", author: 2 });
  expect(await stickComment(forge, 7, "plan", told("first"))).toBe("created");
  expect(await stickComment(forge, 7, "plan", told("second"))).toBe("updated");
  expect(server.comments).toHaveLength(2);
});

test.each(["http://forge.example.org/api/v1", "https://user:pass@forge.example.org", "ftp://x", "nonsense"])(
  "%s is refused: the token goes out encrypted, or stays on this machine",
  (api) => {
    const place = { kind: "gitea" as const, api, repository: "o/r", number: 7, sha: undefined, page: undefined };
    expect(() => openForge(place, { GITEA_TOKEN: TOKEN })).toThrow(expect.objectContaining({ code: "CDKVM_FORGE_INSECURE" }));
  },
);

test("without a token, it names the variables", () => {
  const place = { kind: "gitlab" as const, api: "https://x", repository: "o/r", number: 7, sha: undefined, page: undefined };
  expect(() => openForge(place, {})).toThrow("GITLAB_TOKEN is not set");
});
