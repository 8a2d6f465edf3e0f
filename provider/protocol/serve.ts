import { Server, ServerCredentials } from "@grpc/grpc-js";
import { mkdtempSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCertificate } from "./certificate.ts";
import { handshakeLine, readHandshake } from "./handshake.ts";
import type { Provider } from "./resource.ts";
import { controllerService, providerService } from "./service.ts";
import { Session } from "./session.ts";

/** How often the process checks whether the engine that started it still runs: afterwards, nobody records its work. */
const PARENT_CHECK_MS = 100;
/** How long to wait for the last reply to be sent; the engine kills the process after 2 s. */
const DRAIN_TIMEOUT_MS = 300;
/** A Unix socket path is limited to 108 bytes, 104 on macOS. */
const LONGEST_TEMP_DIR = 80;
const STDOUT = 1;

/**
 * Serves a provider to the engine that started this process, until the engine is done or gone. Returns once the engine
 * knows where to connect; the open socket then keeps the process alive until it ends.
 *
 * Ctrl-C reaches every process of the terminal: the provider leaves it to the engine, which finishes the work in progress
 * and calls `StopProvider`. SIGTERM and SIGHUP have the same effect as that call.
 */
export async function serve<Client>(provider: Provider<Client>): Promise<void> {
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

  const folder = mkdtempSync(join(tmpdir().length > LONGEST_TEMP_DIR ? "/tmp" : tmpdir(), "cdkvm-provider-"));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  process.on("exit", removeFolder);
  const socket = join(folder, "socket");
  const certificate = createCertificate();
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1, "grpc.enable_channelz": 0 });
  const end = endOnce(server, session);
  for (const { definition, implementation } of [providerService(session, once(removeFolder)), controllerService(end)]) {
    server.addService(definition, implementation);
  }
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
