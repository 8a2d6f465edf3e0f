import type { LibvirtUri } from "../uri.ts";
import type { Transport } from "./transport.ts";

/** Opens the transport of a URI. Modules of unused transports are not loaded. */
export const dial = async (uri: LibvirtUri, signal: AbortSignal): Promise<Transport> => {
  switch (uri.transport) {
    case "unix":
      return (await import("./unix.ts")).dialUnix(uri, signal);
    case "tcp":
      return (await import("./tcp.ts")).dialTcp(uri, signal);
    case "tls":
      return (await import("./tls.ts")).dialTls(uri, signal);
    case "ssh":
      return (await import("./ssh.ts")).dialSsh(uri, signal);
  }
};
