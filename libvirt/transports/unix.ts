import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CdkvmError, messageOf } from "../../model/errors.ts";
import type { LibvirtUri } from "../uri.ts";
import { userRuntime } from "../user-runtime.ts";
import { connected, socketTransport } from "./socket.ts";
import type { Transport } from "./transport.ts";

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

/** The sockets where libvirt may listen: the QEMU daemon's own (hosts with modular daemons), then libvirtd's. */
export const socketPaths = (uri: LibvirtUri): string[] => {
  const { socket, mode } = uri.options;
  if (socket) return [socket];
  const folder = uri.session ? userRuntime() : "/run/libvirt";
  const direct = join(folder, "virtqemud-sock");
  const legacy = join(folder, "libvirt-sock");
  if (mode === "direct") return [direct];
  if (mode === "legacy") return [legacy];
  return [direct, legacy];
};

const tryPaths = async (paths: readonly string[], signal: AbortSignal): Promise<Transport | { error: unknown; path: string }> => {
  let worst: { error: unknown; path: string } | undefined;
  for (const path of paths) {
    const socket = connect(path);
    try {
      await connected(socket, "connect", signal);
      return socketTransport(socket);
    } catch (error) {
      if (signal.aborted) throw error;
      // a socket that refuses says more than a missing one
      if (worst === undefined || codeOf(worst.error) === "ENOENT") worst = { error, path };
    }
  }
  return worst as { error: unknown; path: string };
};

const findDaemon = (): string | undefined =>
  ["virtqemud", "libvirtd"]
    .flatMap((name) =>
      [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"].map((folder) => join(folder, name)),
    )
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

/** The first client that needs libvirt's session daemon starts it; it exits once it is unused. */
const startSession = async (paths: readonly string[], signal: AbortSignal): Promise<Transport | undefined> => {
  const daemon = findDaemon();
  if (daemon === undefined) return undefined;
  const child = spawn(daemon, ["--timeout", "120"], { detached: true, stdio: "ignore" });
  let ended = false;
  child.once("exit", () => (ended = true));
  child.once("error", () => (ended = true));
  child.unref();
  for (;;) {
    await sleep(50, undefined, { signal });
    const opened = await tryPaths(paths, signal);
    if ("write" in opened) return opened;
    if (ended) return undefined;
  }
};

export const dialUnix = async (uri: LibvirtUri, signal: AbortSignal): Promise<Transport> => {
  const paths = socketPaths(uri);
  const opened = await tryPaths(paths, signal);
  if ("write" in opened) return opened;
  const code = codeOf(opened.error);
  const absent = code === "ENOENT" || code === "ECONNREFUSED";
  if (absent && uri.session && !uri.options["socket"]) {
    const started = await startSession(paths, signal);
    if (started) return started;
  }
  throw failure(uri, opened.path, paths, opened.error);
};

const failure = (uri: LibvirtUri, path: string, paths: readonly string[], cause: unknown): CdkvmError => {
  const doing = `connect to ${uri.text}`;
  const code = codeOf(cause);
  if (code === "EACCES" || code === "EPERM") {
    const user = userInfo().username;
    return new CdkvmError({
      code: "CDKVM_SOCKET_PERMISSION",
      doing,
      problem: `${user} may not open ${path}`,
      likely: "your user is not in the group libvirt",
      fix: `run: sudo usermod -aG libvirt ${user}; then log in again`,
      cause,
    });
  }
  if (code === "ENOENT") {
    return new CdkvmError({
      code: "CDKVM_SOCKET_MISSING",
      doing,
      problem: `there is no libvirt socket at ${paths.join(" or ")}`,
      likely: "libvirtd is not installed or not running on this machine",
      fix:
        "run: sudo systemctl enable --now libvirtd.socket (Debian, Ubuntu: apt-get install libvirt-daemon-system first); " +
        "for another host use qemu+ssh://",
      cause,
    });
  }
  if (code === "ECONNREFUSED") {
    return new CdkvmError({
      code: "CDKVM_SOCKET_REFUSED",
      doing,
      problem: `nobody listens at ${path}`,
      likely: "libvirtd has stopped",
      fix: "run: sudo systemctl restart libvirtd; then look at: journalctl -u libvirtd",
      cause,
    });
  }
  return new CdkvmError({ code: "CDKVM_SOCKET_FAILED", doing, problem: `${path}: ${messageOf(cause)}`, cause });
};
