import { TerraformResource } from "#cdktf";
import type { Construct, IConstruct } from "constructs";
import { readFile } from "node:fs/promises";
import { CdkvmError, messageOf } from "../model/errors.ts";
import type { Fleet } from "../model/fleet.ts";
import { FleetFileError, type FleetProblem } from "../model/fleet/error.ts";
import { isOn } from "../model/fleet/references.ts";
import { FleetHostBuilder } from "./fleet-host.ts";
import { keepLock, readLock } from "./fleet-lock.ts";
import type { HostStack } from "./host-stack.ts";
import { near } from "./near.ts";

/**
 * Reads a fleet file, and the lock file beside it. `${env.NAME}` and `${secret.NAME}` in it are taken from the environment.
 *
 * @throws FleetFileError with all that is wrong in it; CdkvmError when it cannot be read
 */
export async function loadFleet(path: string): Promise<Fleet> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new CdkvmError({
      code: "CDKVM_FLEET_MISSING",
      doing: "read the fleet file",
      problem: `${path} cannot be read: ${messageOf(cause)}`,
      fix: "check the path; `cdkvm init --template fleet` writes one",
      cause,
    });
  }
  // Its checkers take time to load, which programs without a fleet file need not spend.
  const { parseFleet } = await import("../model/fleet.ts");
  return parseFleet(text, near(path), process.env, readLock(path), { untrusted: process.env["CDKVM_FLEET_UNTRUSTED"] === "1" });
}

/** The fixes of constructs that speak of a program, in the words of a file. */
const FIXES: Readonly<Record<string, string>> = {
  CDKVM_POOL_BACKING: "use a pool of files, as type: directory; or make the disk a volume with image:, which copies",
  CDKVM_POOL_FORMAT: "leave format out, or use a pool of files, as type: directory",
};

/**
 * Builds a fleet: a HostStack for each host, with the same constructs that a program has. Ids are those of the file, so
 * that a program can take over: a guest's is its name, that of a network `network-<name>`, and so for pools, images and
 * volumes. `cdkvm plan` and `apply` have it write the lock file.
 *
 * @throws FleetFileError with all that the constructs refuse, and where it stands
 */
export function fleetStacks(scope: Construct, fleet: Fleet): readonly HostStack[] {
  const problems: FleetProblem[] = [];
  const attempt = <Made>(path: readonly string[], build: () => Made): Made | undefined => {
    try {
      return build();
    } catch (error) {
      if (!(error instanceof CdkvmError)) throw error;
      problems.push(fleet.source.problem(path, error.details.problem, FIXES[error.code] ?? error.details.fix ?? "", "key"));
      return undefined;
    }
  };
  /** Notes in the configuration where the file has it, for errors of the provider's. */
  const place = (path: readonly string[], made: IConstruct): void => {
    const { file, line } = fleet.source.problem(path, "", "", "key");
    for (const one of made.node.findAll()) if (TerraformResource.isTerraformResource(one)) one.addOverride("//.place", `${file}:${line}`);
  };
  const builders = Object.entries(fleet.hosts).flatMap(([name, props]) => {
    const builder = attempt(["hosts", name], () => new FleetHostBuilder(scope, name, props, fleet));
    return builder ? [builder] : [];
  });
  for (const builder of builders) {
    for (const section of ["networks", "pools", "volumes"] as const)
      for (const [name, item] of Object.entries(fleet[section]))
        if (isOn(item, builder.name)) attempt([section, name], () => place([section, name], builder[section](name)));
    for (const guest of fleet.guests)
      if (guest.host === builder.name) attempt(["guests", guest.entry], () => place(["guests", guest.entry], builder.guest(guest)));
  }
  if (problems.length > 0) throw new FleetFileError(fleet.source.file, problems);
  keepLock(fleet);
  return builders.map(({ stack }) => stack);
}
