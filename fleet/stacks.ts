import { TerraformResource } from "#cdktf";
import type { Construct, IConstruct } from "constructs";
import { readFile } from "node:fs/promises";
import { CdkvmError } from "../model/errors.ts";
import type { Fleet } from "./parse.ts";
import { FleetFileError, type FleetProblem, unreadableFleet } from "./errors.ts";
import { isOn } from "./checks/references.ts";
import { FleetHostBuilder } from "./host-builder.ts";
import { keepLock, readLock } from "./keep-lock.ts";
import type { HostStack } from "../stacks/host-stack.ts";
import { near } from "../stacks/near.ts";

/**
 * Reads a fleet file and the lock file next to it. Resolves `${env.NAME}` and `${secret.NAME}` from the environment.
 *
 * @throws FleetFileError with all its problems; CdkvmError if it cannot be read
 */
export async function loadFleet(path: string): Promise<Fleet> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw unreadableFleet(path, cause);
  }
  // Its validators take time to load; programs without a fleet file avoid that.
  const { parseFleet } = await import("./parse.ts");
  return parseFleet(text, near(path), process.env, readLock(path), { untrusted: process.env["CDKVM_FLEET_UNTRUSTED"] === "1" });
}

/** Fixes for constructs' errors, worded for a fleet file instead of a program. */
const FIXES: Readonly<Record<string, string>> = {
  CDKVM_POOL_BACKING: "use a pool of files, for example type: directory; or make the disk a volume with image:, which copies the image",
  CDKVM_POOL_FORMAT: "remove format, or use a pool of files, for example type: directory",
};

/**
 * Builds a fleet: a HostStack per host, with the same constructs as in a program. Ids match the file, so that a program can
 * replace it: a guest's id is its name, a network's is `network-<name>`, and likewise for pools, images and volumes.
 * `cdkvm plan` and `apply` make it write the lock file.
 *
 * @throws FleetFileError with all problems that the constructs report, and their positions
 */
export function fleetStacks(scope: Construct, fleet: Fleet): readonly HostStack[] {
  const problems: FleetProblem[] = [];
  const attempt = <Made>(path: readonly string[], build: () => Made): Made | undefined => {
    try {
      return build();
    } catch (error) {
      if (!(error instanceof CdkvmError)) throw error;
      const { problem: message, fix } = error.details;
      problems.push(fleet.source.problem(path, { message, fix: FIXES[error.code] ?? fix }, "key"));
      return undefined;
    }
  };
  /** Records its position in the file in the configuration, for the provider's errors. */
  const recordPosition = (path: readonly string[], made: IConstruct): void => {
    const position = `${fleet.source.file}:${fleet.source.lineOf(path, "key")}`;
    for (const one of made.node.findAll()) if (TerraformResource.isTerraformResource(one)) one.addOverride("//.place", position);
  };
  const builders = Object.entries(fleet.hosts).flatMap(([name, props]) => {
    const builder = attempt(["hosts", name], () => new FleetHostBuilder(scope, name, props, fleet));
    return builder ? [builder] : [];
  });
  for (const builder of builders) {
    for (const section of ["networks", "pools", "volumes"] as const)
      for (const [name, item] of Object.entries(fleet[section]))
        if (isOn(item, builder.name)) attempt([section, name], () => recordPosition([section, name], builder[section](name)));
    for (const guest of fleet.guests)
      if (guest.host === builder.name)
        attempt(["guests", guest.entry], () => recordPosition(["guests", guest.entry], builder.guest(guest)));
  }
  if (problems.length > 0) throw new FleetFileError(fleet.source.file, problems);
  keepLock(fleet);
  return builders.map(({ stack }) => stack);
}
