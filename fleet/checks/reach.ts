import type { PropPath } from "../../model/schema-at.ts";
import type { FleetProblem } from "../errors.ts";
import type { FleetSource } from "../source/source.ts";
import { reachFault } from "./faults.ts";

/** What a fleet file can access beyond the guests, networks and volumes that it creates. */
interface Reach {
  /** Its path; `*` is any key or index. */
  readonly path: readonly string[];
  /** Whether a value there counts. @default any value does */
  readonly when?: (value: unknown) => boolean;
  readonly what: string;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isPath = (value: unknown): boolean => isText(value) && value.startsWith("/");
const isFile = (value: unknown): boolean => isText(value) && (value.startsWith("/") || /^file:/i.test(value));
const hasOptions = (value: unknown): boolean => isText(value) && value.includes("?");

const HERE = "a file on the machine that runs apply";
const ON_HOST = "a file or device on the host";
const guest = (...path: string[]): readonly (readonly string[])[] => [
  ["guests", "*", ...path],
  ["defaults", ...path],
];
const each = (paths: readonly (readonly string[])[], rest: Omit<Reach, "path">): Reach[] => paths.map((path) => ({ path, ...rest }));

const reaches: readonly Reach[] = [
  { path: ["hosts", "*"], when: hasOptions, what: "this machine's files and programs, through the options of a URI" },
  { path: ["hosts", "*", "uri"], when: hasOptions, what: "this machine's files and programs, through the options of a URI" },
  { path: ["hosts", "*", "provider"], when: (value) => value !== "embedded", what: "a provider from a registry" },
  { path: ["hosts", "*", "poolPath"], what: "a directory on the host" },
  { path: ["images", "*", "path"], what: HERE },
  { path: ["images", "*", "url"], when: isFile, what: HERE },
  { path: ["images", "*", "allowBackingFile"], when: (value) => value === true, what: "files on the host that an image names" },
  { path: ["pools", "*", "path"], what: "a directory on the host" },
  { path: ["pools", "*", "device"], what: ON_HOST },
  { path: ["pools", "*", "devices"], what: ON_HOST },
  { path: ["pools", "*", "adapter"], what: ON_HOST },
  { path: ["pools", "*", "auth"], what: "a secret on the host" },
  ...each(guest("disks", "*"), { when: isFile, what: HERE }),
  ...each(guest("disks", "*", "image"), { when: isFile, what: HERE }),
  ...each(guest("disks", "*", "block"), { what: ON_HOST }),
  ...each(guest("disks", "*", "file"), { what: ON_HOST }),
  ...each(guest("disks", "*", "cdrom"), { when: isPath, what: ON_HOST }),
  ...each(guest("kernel"), { what: ON_HOST }),
  ...each(guest("initrd"), { what: ON_HOST }),
  ...each(guest("tpm", "passthrough"), { what: ON_HOST }),
];

/** What `--untrusted` rejects: the file's author may access only its own guests, networks and storage. */
export const reachProblems = (source: FleetSource): FleetProblem[] =>
  reaches.flatMap(({ path, when, what }) =>
    found(source.data, path)
      .filter(({ value }) => value !== undefined && value !== null && when?.(value) !== false)
      .map((one) => source.problem(one.path, reachFault.forbidden(what), "key")),
  );

/** `command` makes ssh run a program chosen by the file on this machine; that is for the machine's user to decide. */
export function commandProblems(source: FleetSource): FleetProblem[] {
  return [...found(source.data, ["hosts", "*"]), ...found(source.data, ["hosts", "*", "uri"])]
    .filter(({ value }) => isText(value) && RUNS.test(value))
    .map(({ path }) => source.problem(path, reachFault.command()));
}

/** A percent-encoded option name is not an option. */
const RUNS = /[?&;]command=/i;

interface Found {
  readonly path: PropPath;
  readonly value: unknown;
}

function found(data: unknown, steps: readonly string[], path: PropPath = []): Found[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ path, value: data }];
  if (typeof data !== "object" || data === null) return [];
  const entries: (readonly [string | number, unknown])[] = Array.isArray(data)
    ? data.map((one: unknown, index) => [index, one] as const)
    : Object.entries(data);
  return entries.filter(([key]) => step === "*" || key === step).flatMap(([key, value]) => found(value, rest, [...path, key]));
}
