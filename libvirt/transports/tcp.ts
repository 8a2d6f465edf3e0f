import { connect } from "node:net";
import { CdkvmError, messageOf } from "../../model/errors.ts";
import type { LibvirtUri } from "../uri.ts";
import { connected, socketTransport } from "./socket.ts";
import type { Transport } from "./transport.ts";

const TCP_PORT = 16509;

/** Interprets a failed TCP connection for the user. */
export const networkFailure = (uri: LibvirtUri, port: number, cause: unknown): CdkvmError => {
  const doing = `connect to ${uri.text}`;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return new CdkvmError({
      code: "CDKVM_HOST_UNKNOWN",
      doing,
      problem: `the name ${uri.host} does not resolve`,
      fix: "check the host's name, or write its address",
      cause,
    });
  }
  const refused = code === "ECONNREFUSED";
  return new CdkvmError({
    code: "CDKVM_HOST_UNREACHABLE",
    doing,
    problem: refused ? `${uri.host} refuses connections on port ${port}` : `${uri.host} port ${port}: ${messageOf(cause)}`,
    likely: refused ? `libvirtd does not listen for ${uri.transport} there` : "the host is down, or a firewall is between",
    fix: refused
      ? `on ${uri.host}: systemctl enable --now libvirtd-${uri.transport}.socket; or use qemu+ssh://${uri.host}/system, which needs nothing`
      : `check: ping ${uri.host}`,
    cause,
  });
};

/** `qemu+tcp://`: neither encrypted nor, by default, authenticated; only for networks that are already secure. */
export const dialTcp = async (uri: LibvirtUri, signal: AbortSignal): Promise<Transport> => {
  const port = uri.port ?? TCP_PORT;
  const socket = connect({ host: uri.host, port, noDelay: true, keepAlive: true });
  try {
    await connected(socket, "connect", signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw networkFailure(uri, port, error);
  }
  return socketTransport(socket);
};
