import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseUri } from "../libvirt/uri.ts";
import { userRuntime } from "../libvirt/user-runtime.ts";

/** Daemons that serve QEMU guests, by the names that their processes have. */
const DAEMONS = ["libvirtd", "virtqemud"] as const;

const known = new Map<string, boolean>();

/**
 * Whether libvirt at this URI surely sees the files that this process sees: it is reached over its own socket here, and its
 * daemon has the same root mount. A daemon in a container, or one whose socket came over a tunnel, does not.
 */
export function sharesFiles(uri: string): boolean {
  let shares = known.get(uri);
  if (shares === undefined) {
    shares = isHere(uri);
    known.set(uri, shares);
  }
  return shares;
}

function isHere(text: string): boolean {
  const { transport, session, options } = parseUri(text);
  if (transport !== "unix" || options["socket"] !== undefined) return false;
  const folder = session ? userRuntime() : "/run";
  const mine = rootMount("self");
  const daemons = DAEMONS.flatMap((name) => {
    const pid = read(join(folder, `${name}.pid`))?.trim();
    return pid !== undefined && /^\d+$/.test(pid) && read(`/proc/${pid}/comm`)?.trim() === name ? [rootMount(pid)] : [];
  });
  return mine !== undefined && daemons.length > 0 && daemons.every((root) => root === mine);
}

/** The kernel numbers each mount of each mount namespace: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
const rootMount = (pid: string): string | undefined =>
  read(`/proc/${pid}/mountinfo`)
    ?.split("\n")
    .map((line) => line.split(" "))
    .findLast((fields) => fields[4] === "/")?.[0];

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Whether there surely is nothing at a path: a folder that may not be looked into could hold it. */
export function isMissing(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
  }
}
