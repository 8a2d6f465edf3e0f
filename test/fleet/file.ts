import { FleetFileError } from "../../fleet/errors.ts";
import { parseFleet, type Fleet } from "../../fleet/parse.ts";

export const read = (text: string, env: Record<string, string> = {}): Fleet => parseFleet(text, "fleet.yaml", env);

export function errorOf(text: string, env: Record<string, string> = {}): FleetFileError {
  try {
    read(text, env);
  } catch (error) {
    if (error instanceof FleetFileError) return error;
    throw error;
  }
  throw new Error("the file was taken");
}

/** Each problem's first line, without the file's name. */
export const told = (text: string, env: Record<string, string> = {}): string[] =>
  errorOf(text, env).problems.map(({ line, column, message, fix }) => `${line}:${column}: ${message}${fix && `; ${fix}`}`);

export const one = "hosts: { kvm1: qemu:///system }\n";
export const two = "hosts: { kvm1: qemu:///system, kvm2: qemu+ssh://root@kvm2/system }\n";
