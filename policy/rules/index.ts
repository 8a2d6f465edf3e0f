import type { Rule } from "../rule.ts";
import { overcommit } from "./capacity.ts";
import { dataLoss, networkLoss, remove, replace } from "./changes.ts";
import { groupDown } from "./group-down.ts";
import { maxRestarts, restart } from "./restarts.ts";
import { backupLabel, confinement, hostKeyChecks, imageChecksum, openDisplay, passwordLogin } from "./setup.ts";

/** The rules that every policy knows. */
export const builtInRules: readonly Rule[] = [
  dataLoss,
  networkLoss,
  restart,
  replace,
  remove,
  maxRestarts,
  groupDown,
  overcommit,
  backupLabel,
  imageChecksum,
  openDisplay,
  passwordLogin,
  hostKeyChecks,
  confinement,
];
