import { noToken } from "./errors.ts";
import type { Forge } from "./forge.ts";
import { GitHub } from "./github.ts";
import { GitLab } from "./gitlab.ts";
import { Gitea } from "./gitea.ts";
import { ForgeHttp, type HttpOptions } from "./http.ts";
import { type Place, tokensIn } from "./place.ts";

const MADE = { github: GitHub, gitlab: GitLab, gitea: Gitea } as const;

/** Opens the repository of a place. @param tokenFrom the only variable that may contain the token. @default the forge's usual ones */
export function openForge(
  { kind, api, repository }: Place,
  environment: Readonly<Record<string, string | undefined>>,
  tokenFrom?: string,
  wait?: HttpOptions["wait"],
): Forge {
  const tokens = tokenFrom === undefined ? tokensIn(environment, kind) : { [tokenFrom]: environment[tokenFrom] };
  const token = Object.values(tokens).find((value) => value);
  if (!token) throw noToken(Object.keys(tokens));
  const scheme = kind === "gitea" ? "token" : "Bearer";
  return new MADE[kind](new ForgeHttp({ base: api, token, scheme, ...(wait && { wait }) }), repository);
}
