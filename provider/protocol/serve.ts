import { Server, ServerCredentials } from "@grpc/grpc-js";
import { writeSync } from "node:fs";
import { serveAttached } from "./attached.ts";
import { createCertificate } from "./certificate.ts";
import { handshakeLine, readHandshake } from "./handshake.ts";
import type { Provider } from "./resource.ts";
import { addServices, serverOptions } from "./service.ts";
import { Session } from "./session.ts";
import { socketFolder } from "./socket-folder.ts";

/** How often the process checks whether the engine that started it still runs: afterwards, nobody records its work. */
const PARENT_CHECK_MS = 100;
/** How long to wait for the last reply to be sent; the engine kills the process after 2 s. */
const DRAIN_TIMEOUT_MS = 300;
const STDOUT = 1;

/** Serves a provider to the engine, or the cdkvm, that started this process. */
export const serve = <Client>(provider: Provider<Client>): Promise<void> =>
  process.env["CDKVM_ATTACHED"] && process.send ? serveAttached(provider) : serveEngine(provider);

/**
 * Serves a provider to the engine that started this process, until the engine is done or gone. Returns once the engine
 * knows where to connect; the open socket then keeps the process alive until it ends.
 *
 * Ctrl-C reaches every process of the terminal: the provider leaves it to the engine, which finishes the work in progress
 * and calls `StopProvider`. SIGTERM and SIGHUP have the same effect as that call.
 */
async function serveEngine<Client>(provider: Provider<Client>): Promise<void> {
  const parent = process.ppid;
  reserveStdout();
  const handshake = readHandshake(process.env);
  if (typeof handshake === "string") {
    process.stderr.write(`${handshake}\n`);
    process.exitCode = 1;
    return;
  }
  const session = new Session<unknown>(provider);
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => session.stop());
  process.on("uncaughtException", (error) => failed(session, error));
  process.on("unhandledRejection", (error) => failed(session, error));

  const { socket, remove } = socketFolder();
  const certificate = createCertificate();
  const server = new Server(serverOptions);
  const end = endOnce(server, session);
  addServices(server, session, { called: once(remove), shutdown: end });
  const keys = [{ private_key: certificate.key, cert_chain: certificate.pem }];
  await bind(server, `unix:${socket}`, ServerCredentials.createSsl(Buffer.from(handshake.clientCertificate), keys, true));
  endWithParent(parent, end);
  try {
    writeSync(STDOUT, handshakeLine(socket, certificate));
  } catch {
    end(); // the engine was killed before it could read the line
  }
}

/** The engine keeps its one connection: the first call removes the socket file, so that a killed process leaves nothing behind. */
function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}

/** Standard output is reserved for the handshake; everything else goes where the engine logs it. */
function reserveStdout(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr);
  process.stderr.on("error", () => {}); // the engine that would log it is gone
}

function failed(session: Session<unknown>, error: unknown): void {
  process.stderr.write(`cdkvm provider: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  session.fail(error);
}

const bind = (server: Server, address: string, credentials: ServerCredentials): Promise<void> =>
  new Promise((resolve, reject) => server.bindAsync(address, credentials, (error) => (error === null ? resolve() : reject(error))));

/** Sends the last reply, closes the client, removes the socket, exits. */
function endOnce(server: Server, session: Session<unknown>): () => void {
  let ending = false;
  return () => {
    if (ending) return;
    ending = true;
    const drained = new Promise<void>((resolve) => {
      server.tryShutdown(() => resolve());
      setTimeout(resolve, DRAIN_TIMEOUT_MS);
    });
    void Promise.all([session.close(), drained]).finally(() => process.exit(0));
  };
}

/** A killed engine makes no more calls: the process gets another parent and ends. */
function endWithParent(parent: number, end: () => void): void {
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, PARENT_CHECK_MS).unref();
}
