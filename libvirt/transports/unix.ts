import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CdkvmError } from "../../model/errors.ts";
import { socketDenied, socketFailed, socketMissing, socketRefused } from "../connect-errors.ts";
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
      // a socket that refuses is more informative than a missing one
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
  const code = codeOf(cause);
  if (code === "EACCES" || code === "EPERM") return socketDenied(uri, path, userInfo().username, cause);
  if (code === "ENOENT") return socketMissing(uri, paths, cause);
  return (code === "ECONNREFUSED" ? socketRefused : socketFailed)(uri, path, cause);
};
