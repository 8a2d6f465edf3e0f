import { connect } from "node:net";
import type { CdkvmError } from "../../model/errors.ts";
import { hostUnreachable, portRefused, unknownHost } from "../connect-errors.ts";
import type { LibvirtUri } from "../uri.ts";
import { connected, socketTransport } from "./socket.ts";
import type { Transport } from "./transport.ts";

const TCP_PORT = 16509;

/** Interprets a failed TCP connection for the user. */
export const networkFailure = (uri: LibvirtUri, port: number, cause: unknown): CdkvmError => {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return unknownHost(uri, cause);
  return (code === "ECONNREFUSED" ? portRefused : hostUnreachable)(uri, port, cause);
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
