import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseUri } from "../libvirt/uri.ts";
import { userRuntime } from "../libvirt/user-runtime.ts";
import { perRun } from "./protocol/run.ts";

/** Daemons that run QEMU guests, by process name. */
const DAEMONS = ["libvirtd", "virtqemud"] as const;

const known = perRun(() => new Map<string, boolean>());

/**
 * Whether libvirt at this URI is certain to see the files that this process sees: it is reached over its local socket, and its daemon
 * has the same root mount. A daemon in a container, or one behind a tunneled socket, does not.
 */
export function sharesFiles(uri: string): boolean {
  let shares = known().get(uri);
  if (shares === undefined) {
    shares = isHere(uri);
    known().set(uri, shares);
  }
  return shares;
}

function isHere(text: string): boolean {
  const { transport, session, options } = parseUri(text);
  if (transport !== "unix" || options["socket"] !== undefined) return false;
  const folder = session ? userRuntime() : "/run";
  const own = rootMount("self");
  const daemons = DAEMONS.flatMap((name) => {
    const pid = read(join(folder, `${name}.pid`))?.trim();
    return pid !== undefined && /^\d+$/.test(pid) && read(`/proc/${pid}/comm`)?.trim() === name ? [rootMount(pid)] : [];
  });
  return own !== undefined && daemons.length > 0 && daemons.every((root) => root === own);
}

/** The kernel assigns an ID to each mount of each mount namespace: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
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

/** Whether a path certainly does not exist: an unreadable folder could contain it. */
export function isMissing(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
  }
}
