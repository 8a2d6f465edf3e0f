import { hostName } from "../../model/name.ts";
import { problemsOf } from "../../model/problems.ts";
import type { PropPath } from "../../model/schema-at.ts";
import type { FleetProblem } from "../errors.ts";
import { guestProps, withDefaults, type WholeEntry } from "../guests.ts";
import { tell } from "../problem-words.ts";
import { wholeGuest, type GuestDefaults, type GuestEntry } from "../schema.ts";
import type { FleetSource } from "../source/source.ts";
import { guestPath } from "./checked.ts";
import { guestFault } from "./faults.ts";
import { errorOf } from "./names.ts";

/** The problems of a guest's entry merged with the defaults. */
export function entryProblems(source: FleetSource, entry: string, whole: WholeEntry): FleetProblem[] {
  return [...valueProblems(source, entry), ...countProblems(source, entry, whole), ...hostNameProblems(source, entry, whole)];
}

function valueProblems(source: FleetSource, entry: string): FleetProblem[] {
  const { guests, defaults } = source.data as { readonly guests: Record<string, GuestEntry>; readonly defaults?: GuestDefaults };
  const props = guestProps(withDefaults(guests[entry] ?? {}, defaults));
  const inFile = (path: PropPath): PropPath => guestPath(source, ["guests", entry, ...path]);
  return problemsOf(wholeGuest, props, (path) => source.spelling(inFile(path))).flatMap((problem) => {
    if (source.isUnset(inFile(problem.path))) return [];
    const path = ["guests", entry, ...problem.path];
    if (problem.kind === "missing" && problem.path[0] === "memory") return source.problem(path, guestFault.noMemory(entry), "key");
    return tell(source, { ...problem, path }, inFile(problem.path));
  });
}

/** What the guests of one entry cannot share. */
function countProblems(source: FleetSource, entry: string, { count = 1, cloudInit, disks }: WholeEntry): FleetProblem[] {
  if (count < 2) return [];
  const inFile = (path: PropPath): PropPath => guestPath(source, ["guests", entry, ...path]);
  const ofCloudInit = (["hostname", "fqdn", "name", "instanceId"] as const).flatMap((key) => {
    if (cloudInit?.[key] === undefined) return [];
    const fix = key === "hostname" ? "remove it: each guest then has its own name" : "remove it";
    return source.problem(inFile(["cloudInit", key]), guestFault.sameValue(`cloudInit.${key}`, entry, count, fix));
  });
  const ofDisks = (disks ?? []).flatMap((disk, index) => {
    if (typeof disk === "string" || disk.shareable || disk.readOnly) return [];
    return (["volume", "block", "file"] as const).flatMap((key) =>
      disk[key] === undefined
        ? []
        : source.problem(inFile(["disks", index, key]), guestFault.sameDisk(`disks[${index}].${key}`, entry, count)),
    );
  });
  return [...ofCloudInit, ...ofDisks];
}

/** cloud-init takes the guest's name as its host name, unless told otherwise. */
function hostNameProblems(source: FleetSource, entry: string, { name, cloudInit }: WholeEntry): FleetProblem[] {
  if (!cloudInit || cloudInit.hostname !== undefined || cloudInit.fqdn !== undefined || cloudInit.userData !== undefined) return [];
  const error = errorOf(hostName, name ?? entry);
  if (!error) return [];
  const fault = guestFault.hostName(error.problem);
  return [name === undefined ? source.problem(["guests", entry], fault, "key") : source.problem(["guests", entry, "name"], fault)];
}
