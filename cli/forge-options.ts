import type { ArgsDef } from "citty";
import { type Forge, forgeNames, openForge, type Place, placeOf } from "../forge/index.ts";
import { positive } from "./options.ts";

/** Options of commands that write to a forge. Each comes before what the CI job's environment says. */
export const forgeOptions = {
  forge: { type: "enum", options: [...forgeNames], description: "The forge (default: the CI job's)" },
  api: { type: "string", description: "URL of its API (default: the CI job's)", valueHint: "url" },
  repo: { type: "string", description: "Repository (default: the CI job's)", valueHint: "owner/name" },
  "token-env": {
    type: "string",
    description: "Variable that contains the token (default: GITHUB_TOKEN, GITLAB_TOKEN, FORGEJO_TOKEN or GITEA_TOKEN)",
    valueHint: "name",
  },
} as const satisfies ArgsDef;

export interface ForgeArgs {
  readonly forge?: string | undefined;
  readonly api?: string | undefined;
  readonly repo?: string | undefined;
  readonly "token-env"?: string | undefined;
  readonly number?: string | undefined;
  readonly sha?: string | undefined;
}

/** The forge and the request that options and environment name. */
export function forgeOf(args: ForgeArgs): { readonly place: Place; readonly forge: Forge } {
  const place = placeOf(process.env, { ...args, number: positive("number", args.number) });
  return { place, forge: openForge(place, process.env, args["token-env"]) };
}
