import type { AttributePath } from "../../../model/values.ts";
import type { Finding } from "./finding.ts";

/* What libvirt would refuse, as far as the configuration alone shows. */

export const badName = (name: string): Finding => ({
  path: ["name"],
  summary: `${JSON.stringify(name)} cannot be a guest's name`,
  fix: "use a name without slashes and line breaks",
});

export const noMemory: Finding = {
  path: ["memory"],
  summary: "The guest has no memory",
  fix: 'set memory, with memory_unit: memory = 2, memory_unit = "GiB"',
};

export const lessThanOne = (attribute: string, value: number): Finding => ({
  path: [attribute],
  summary: `${attribute} = ${value} is less than 1`,
  fix: "give the guest at least 1",
});

/** @param values of both attributes, with their units */
export const moreThan = (attribute: string, limit: string, [value, most]: readonly [string | number, string | number]): Finding => ({
  path: [attribute],
  summary: `${attribute}, ${value}, is more than ${limit}, ${most}`,
  fix: `lower it, or raise ${limit}`,
});

export const autodestroys: Finding = {
  path: ["create", "autodestroy"],
  summary: "create.autodestroy would end the guest with this apply",
  fix: "leave it out",
};

export const badRestart = (restart: string): Finding => ({
  path: ["restart"],
  summary: `restart = ${JSON.stringify(restart)} is neither "allowed" nor "never"`,
  fix: 'use "never" to have a restart refused at plan time',
});

/** @param key `target.dev` */
export const sameIdentity = (
  path: AttributePath,
  noun: string,
  [one, other]: readonly [number, number],
  key: string,
  value: string,
): Finding => ({
  path,
  summary: `${noun} ${one + 1} has the same ${key} as ${noun} ${other + 1}: ${value}`,
  fix: `give each ${noun} its own`,
});

export const sameBootOrder = (path: AttributePath, name: string, other: string, order: number): Finding => ({
  path,
  summary: `${name} has the same place in the boot order as ${other}: ${order}`,
  fix: "number the devices from 1, each with its own",
});
