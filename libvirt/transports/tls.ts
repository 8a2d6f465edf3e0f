import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { noCaCertificate, tlsFailed } from "../connect-errors.ts";
import type { LibvirtUri } from "../uri.ts";
import { connected, socketTransport } from "./socket.ts";
import { networkFailure } from "./tcp.ts";
import type { Transport } from "./transport.ts";

const TLS_PORT = 16514;

interface Certificates {
  readonly ca: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

const readable = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};

/** Where libvirt looks for them (https://libvirt.org/kbase/tlscerts.html): pkipath, the user's, the machine's. */
const certificates = (uri: LibvirtUri): Certificates => {
  const { pkipath } = uri.options;
  const user = join(homedir(), ".pki", "libvirt");
  const sets = pkipath
    ? [{ ca: join(pkipath, "cacert.pem"), cert: join(pkipath, "clientcert.pem"), key: join(pkipath, "clientkey.pem") }]
    : [
        { ca: join(user, "cacert.pem"), cert: join(user, "clientcert.pem"), key: join(user, "clientkey.pem") },
        { ca: "/etc/pki/CA/cacert.pem", cert: "/etc/pki/libvirt/clientcert.pem", key: "/etc/pki/libvirt/private/clientkey.pem" },
      ];
  for (const paths of sets) {
    const ca = readable(paths.ca);
    if (ca === undefined) continue;
    const cert = readable(paths.cert);
    const key = readable(paths.key);
    return cert && key ? { ca, cert, key } : { ca };
  }
  throw noCaCertificate(
    uri,
    sets.map(({ ca }) => ca),
  );
};

const REFUSED = "libvirtd refuses the client's certificate";

/** After the handshake, libvirtd sends one byte: whether it accepts the client's certificate. */
const accepted = (socket: TLSSocket, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (error?: unknown): void => {
      socket.off("readable", look);
      socket.off("error", settle);
      socket.off("close", ended);
      signal.removeEventListener("abort", aborted);
      if (error === undefined) return resolve();
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const look = (): void => {
      const byte = socket.read(1) as Buffer | null;
      if (byte !== null) settle(byte[0] === 1 ? undefined : new Error(REFUSED));
    };
    const ended = (): void => settle(new Error(REFUSED));
    const aborted = (): void => settle(signal.reason);
    socket.on("readable", look);
    socket.once("error", settle);
    socket.once("close", ended);
    if (signal.aborted) aborted();
    else signal.addEventListener("abort", aborted, { once: true });
  });

const network = new Set(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"]);

export const dialTls = async (uri: LibvirtUri, signal: AbortSignal): Promise<Transport> => {
  const port = uri.port ?? TLS_PORT;
  const verify = uri.options["no_verify"] !== "1";
  const socket = connect({
    host: uri.host,
    port,
    ...certificates(uri),
    rejectUnauthorized: verify,
    ...(isIP(uri.host) === 0 && { servername: uri.host }),
  });
  try {
    await connected(socket, "secureConnect", signal);
    await accepted(socket, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    if (network.has((error as NodeJS.ErrnoException).code ?? "")) throw networkFailure(uri, port, error);
    throw tlsFailed(uri, error);
  }
  socket.setNoDelay(true).setKeepAlive(true);
  return socketTransport(socket);
};
