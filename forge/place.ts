import { existsSync, readFileSync } from "node:fs";
import { noForge, noPlace } from "./errors.ts";
import type { ForgeKind } from "./forge.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a CI job runs, and for what. */
export interface Place {
  readonly kind: ForgeKind;
  /** The API's URL. */
  readonly api: string;
  /** `owner/name`; GitLab also takes its number. */
  readonly repository: string;
  /** Of the pull or merge request; undefined if the job runs for none. */
  readonly number: number | undefined;
  /** The commit that the request proposes; undefined if the job does not say. */
  readonly sha: string | undefined;
  /** The job's page. */
  readonly page: string | undefined;
}

/** What the command line says instead of the environment. */
export interface GivenPlace {
  readonly forge?: string | undefined;
  readonly api?: string | undefined;
  readonly repo?: string | undefined;
  readonly number?: number | undefined;
  readonly sha?: string | undefined;
}

/** Reads the CI job's environment. */
export function placeOf(env: Environment, given: GivenPlace): Place {
  const kind = kindOf(given.forge) ?? detected(env);
  if (kind === undefined) throw noForge();
  const found = kind === "gitlab" ? inGitLab(env) : inActions(env, kind);
  const api = given.api ?? found.api;
  const repository = given.repo ?? found.repository;
  if (api === undefined) throw noPlace("API", "--api");
  if (repository === undefined) throw noPlace("repository", "--repo");
  return { kind, api, repository, number: given.number ?? found.number, sha: given.sha ?? found.sha, page: found.page };
}

/** The request's number. Throws if the job runs for none. */
export function numberOf({ number }: Place): number {
  if (number === undefined) throw noPlace("number", "--number");
  return number;
}

/** The variables that may contain the token, the first one first, with their values. */
export function tokensIn(env: Environment, kind: ForgeKind): Environment {
  if (kind === "gitlab") return { GITLAB_TOKEN: env["GITLAB_TOKEN"] };
  if (kind === "github") return { GITHUB_TOKEN: env["GITHUB_TOKEN"] };
  return { FORGEJO_TOKEN: env["FORGEJO_TOKEN"], GITEA_TOKEN: env["GITEA_TOKEN"], GITHUB_TOKEN: env["GITHUB_TOKEN"] };
}

/** The values of `--forge`. */
export const forgeNames = ["github", "gitlab", "gitea", "forgejo"] as const;

const kindOf = (name: string | undefined): ForgeKind | undefined => (name === "forgejo" ? "gitea" : (name as ForgeKind | undefined));

/** Gitea's and Forgejo's runners also set GitHub's variables, so they are asked for first. */
function detected(env: Environment): ForgeKind | undefined {
  if (env["FORGEJO_ACTIONS"] || env["GITEA_ACTIONS"]) return "gitea";
  if (env["GITLAB_CI"]) return "gitlab";
  if (!env["GITHUB_ACTIONS"]) return undefined;
  return env["GITHUB_API_URL"]?.endsWith("/api/v1") ? "gitea" : "github"; // an old runner of theirs
}

type Found = { readonly [Key in Exclude<keyof Place, "kind">]: Place[Key] | undefined };

function inGitLab(env: Environment): Found {
  return {
    api: env["CI_API_V4_URL"],
    repository: env["CI_PROJECT_ID"],
    number: numbered(env["CI_MERGE_REQUEST_IID"]),
    // in a pipeline for merged results, the commit is one that nobody sees
    sha: env["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"] || env["CI_COMMIT_SHA"],
    page: env["CI_JOB_URL"],
  };
}

interface Event {
  readonly pull_request?: { readonly number?: number; readonly head?: { readonly sha?: string } };
}

function inActions(env: Environment, kind: ForgeKind): Found {
  const server = env["GITHUB_SERVER_URL"];
  const repository = env["GITHUB_REPOSITORY"];
  const run = env["GITHUB_RUN_ID"];
  const path = env["GITHUB_EVENT_PATH"];
  const { pull_request: request } = path !== undefined && existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Event) : {};
  return {
    api: env["GITHUB_API_URL"] ?? (kind === "github" ? "https://api.github.com" : undefined),
    repository,
    number: request?.number ?? numbered(/^refs\/pull\/(\d+)\//.exec(env["GITHUB_REF"] ?? "")?.[1]),
    // GITHUB_SHA is a merge of the request, which nobody sees
    sha: request?.head?.sha ?? env["GITHUB_SHA"],
    page: server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined,
  };
}

const numbered = (text: string | undefined): number | undefined => (text ? Number(text) : undefined);
