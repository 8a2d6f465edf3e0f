import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { numberOf, placeOf } from "../../forge/index.ts";
import { folder } from "../cli/cdkvm.ts";

const actions = {
  GITHUB_ACTIONS: "true",
  GITHUB_API_URL: "https://api.github.com",
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "o/r",
  GITHUB_RUN_ID: "5",
  GITHUB_REF: "refs/pull/7/merge",
  GITHUB_SHA: "merged",
};

test("GitHub: the number from the ref, the commit from the event", () => {
  const event = join(folder(), "event.json");
  writeFileSync(event, JSON.stringify({ pull_request: { number: 8, head: { sha: "head" } } }));
  const place = { kind: "github", api: "https://api.github.com", repository: "o/r", page: "https://github.com/o/r/actions/runs/5" };
  expect(placeOf(actions, {})).toEqual({ ...place, number: 7, sha: "merged" });
  expect(placeOf({ ...actions, GITHUB_EVENT_PATH: event }, {})).toEqual({ ...place, number: 8, sha: "head" });
});

test.each([
  { FORGEJO_ACTIONS: "true", GITEA_ACTIONS: "true" },
  { GITEA_ACTIONS: "true" },
  {}, // only the API's path tells
])("Gitea and Forgejo, which set GitHub's variables too: %j", (own) => {
  expect(placeOf({ ...actions, GITHUB_API_URL: "https://code.example.org/api/v1", ...own }, {})).toMatchObject({
    kind: "gitea",
    api: "https://code.example.org/api/v1",
    number: 7,
  });
});

test("GitLab: the commit of the branch, not of the merged result", () => {
  const env = {
    GITLAB_CI: "true",
    CI_API_V4_URL: "https://gitlab.example.org/api/v4",
    CI_PROJECT_ID: "12",
    CI_MERGE_REQUEST_IID: "7",
    CI_COMMIT_SHA: "merged",
    CI_JOB_URL: "https://gitlab.example.org/job",
  };
  const place = { kind: "gitlab", api: "https://gitlab.example.org/api/v4", repository: "12", number: 7, page: env.CI_JOB_URL };
  expect(placeOf(env, {})).toEqual({ ...place, sha: "merged" });
  expect(placeOf({ ...env, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: "head" }, {})).toEqual({ ...place, sha: "head" });
});

test("options come before the environment, and say what it does not", () => {
  const given = { forge: "forgejo", api: "https://code.example.org/api/v1", repo: "a/b", number: 3, sha: "c" };
  expect(placeOf(actions, given)).toMatchObject({ kind: "gitea", api: given.api, repository: "a/b", number: 3, sha: "c" });
  expect(placeOf({}, given)).toMatchObject({ kind: "gitea" });
  expect(() => placeOf({}, {})).toThrow(expect.objectContaining({ code: "CDKVM_FORGE_UNKNOWN" }));
  expect(() => placeOf({}, { forge: "gitlab" })).toThrow("does not say its API");
  expect(() => numberOf(placeOf({ ...actions, GITHUB_REF: "refs/heads/main" }, {}))).toThrow("does not say its number");
});
