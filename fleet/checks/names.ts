import { CdkvmError, type ErrorDetails } from "../../model/errors.ts";
import { libvirtName } from "../../model/name.ts";
import type { FleetProblem } from "../errors.ts";
import type { FleetGuest } from "../guests.ts";
import type { Checked } from "./checked.ts";
import { nameFault } from "./faults.ts";
import { isOn } from "./references.ts";

/** Names of guests that libvirt rejects, and names that two guests, networks or pools of a host would have. */
export const nameProblems = (checked: Checked): FleetProblem[] => [...guestProblems(checked), ...itemProblems(checked)];

function guestProblems({ source, guests }: Checked): FleetProblem[] {
  const taken = new Map<string, FleetGuest>();
  return guests.flatMap((guest) => {
    const path = ["guests", guest.entry];
    const other = taken.get(guest.name);
    taken.set(guest.name, other ?? guest);
    const error = guest.index === 0 ? errorOf(libvirtName, guest.name) : undefined;
    return [
      ...(error ? [source.problem([...path, "name"], nameFault.invalid(error.problem, error.fix))] : []),
      ...(other && other.entry !== guest.entry
        ? [source.problem(path, nameFault.guest(guest.name, other.entry, source.lineOf(["guests", other.entry], "key")), "key")]
        : []),
    ];
  });
}

function itemProblems({ source, data }: Checked): FleetProblem[] {
  const problems = new Map<string, FleetProblem>();
  for (const section of ["networks", "pools"] as const) {
    for (const host of Object.keys(data.hosts)) {
      const names = new Map<string, string>();
      for (const [key, item] of Object.entries(data[section] ?? {})) {
        if (!isOn(item, host)) continue;
        const name = item.name ?? key;
        const other = names.get(name);
        names.set(name, key);
        if (other === undefined || problems.has(`${section}.${key}`)) continue;
        const fault = nameFault.item(name, `${section}.${other}`, host);
        problems.set(
          `${section}.${key}`,
          item.name === undefined ? source.problem([section, key], fault, "key") : source.problem([section, key, "name"], fault),
        );
      }
    }
  }
  return [...problems.values()];
}

/** The error of a text's parser. */
export function errorOf(parse: (text: string) => unknown, text: string): ErrorDetails | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof CdkvmError) return error.details;
    throw error;
  }
}
