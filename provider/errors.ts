import type { AttributePath } from "../model/values.ts";
import { CdkvmError } from "../model/errors.ts";
import { errorAt } from "./diagnose.ts";
import { importCommand } from "./import-command.ts";

/**
 * A name whose object is not in this state.
 *
 * @param isByCdkvm whether cdkvm created the object, for any state
 */
export const nameTaken = (noun: string, name: string, uuid: string, uri: string, isByCdkvm: boolean): Error =>
  errorAt(["name"], {
    code: "CDKVM_NAME_TAKEN",
    doing: `create the ${noun} ${name} on ${uri}`,
    problem: `a ${noun} named "${name}" already exists on this host, but not in this state`,
    likely: isByCdkvm
      ? `cdkvm created it for another stack or from another checkout, this state was lost, or this apply replaces it with create_before_destroy, which is not possible with a unique name. Its UUID is ${uuid}. It was not changed`
      : `it was not created by cdkvm. Its UUID is ${uuid}. It was not changed`,
    fix: `choose another name, refer to the existing object, or import it (${importCommand(uuid)}) if no other state has it`,
  });

/** Another apply of this configuration is creating the object. */
export const nameBusy = (noun: string, name: string, uri: string, pid: number): Error =>
  errorAt(["name"], {
    code: "CDKVM_NAME_TAKEN",
    doing: `create the ${noun} ${name} on ${uri}`,
    problem: `another apply of this configuration is creating the ${noun} "${name}"`,
    likely: `it is process ${pid}, and the state is not locked`,
    fix: "wait until that apply ends",
  });

/** The plan destroys an object at one address and creates one of the same name at another. */
export const nameMoves = (noun: string, name: string, uri: string): Error =>
  errorAt(["name"], {
    code: "CDKVM_NAME_TAKEN",
    doing: `plan the ${noun} ${name} on ${uri}`,
    problem: `the ${noun} "${name}" would be destroyed at one address of this state and created at another`,
    likely: "its resource has a new address: it was renamed, or its construct has another path",
    fix: "declare the move (host.moved({ from, to }) in a program, otherwise a moved block); or remove the resource, apply, and add it again",
  });

/** @param existing the other resource's object, if it is on the host */
export const nameTwice = (noun: string, name: string, uri: string, existing?: string): Error =>
  errorAt(["name"], {
    code: "CDKVM_NAME_TWICE",
    doing: `claim the name of a ${noun} on ${uri}`,
    problem: `two resources of this configuration define a ${noun} named ${JSON.stringify(name)}`,
    likely:
      existing === undefined
        ? "one is a copy of the other, and both are new"
        : `one is a copy of the other, which already exists on the host: ${existing}`,
    fix: `give each its own name; both have name = ${JSON.stringify(name)}`,
  });

/** @param list the command that lists such objects: `virsh net-list --all` */
export const importNotFound = (noun: string, id: string, uri: string, list: string): Error =>
  new CdkvmError({
    code: "CDKVM_NOT_FOUND",
    doing: `import the ${noun} ${id}`,
    problem: `there is no ${noun} ${JSON.stringify(id)} on ${uri}`,
    fix: `give its name or UUID; \`${list}\` lists them`,
  });

export const cannotImport = (type: string, noun: string, id: string): Error =>
  new CdkvmError({
    code: "CDKVM_CANNOT_IMPORT",
    doing: `import ${type} ${JSON.stringify(id)}`,
    problem: `a ${noun} is generated from its configuration: there is nothing to import`,
    fix: "apply it; the same configuration generates the same file",
  });

/** @param items what an imported object has and its configuration lacks: `devices.disks sda` */
export const importLeftOut = (path: AttributePath, noun: string, name: string, items: readonly string[]): Error =>
  errorAt(path, {
    code: "CDKVM_IMPORT_LEFT_OUT",
    doing: `plan the imported ${noun} ${name}`,
    problem: `the configuration of the ${noun} ${name} omits what it has: ${items.join(", ")}`,
    likely: "the configuration was not compared with the object; apply would remove what it omits",
    fix: "add it to the configuration; to remove it, first apply with it and then delete it there, or remove it with virsh",
  });

/** What this apply works on was removed by other means meanwhile. */
export const disappeared = (noun: string, name: string, doing: "created" | "changed"): Error =>
  new Error(`the ${noun} ${name} disappeared while it was being ${doing}`);

/** @param failed the guests that did not come back */
export const rolloutAborted = (name: string, failed: readonly string[]): Error =>
  new CdkvmError({
    code: "CDKVM_ROLLOUT_ABORTED",
    doing: `restart the guest ${name}`,
    problem: `the rollout has stopped, and ${name} was not changed: ${failed.join(", ")} did not restart and come back`,
    fix: `see to ${failed.join(", ")}, then plan and apply again: the rollout goes on with the rest`,
  });
