import { Server, ServerCredentials } from "@grpc/grpc-js";
import { createServer, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import type { FromProvider, ToProvider } from "../../model/provider-run.ts";
import type { Provider } from "./resource.ts";
import { beginRun, endRun, isAttached, setEngine } from "./run.ts";
import { addServices, serverOptions } from "./service.ts";
import { Session } from "./session.ts";
import { socketFolder } from "./socket-folder.ts";

/** How long an engine may take between two of its connections, if the cdkvm that ran it was killed. */
const BETWEEN_STEPS_MS = 5000;

/**
 * Serves a provider to the engines that the cdkvm that started this process runs, one after the other. An engine that starts a provider
 * itself does so for each step of a command; this one it connects to, each time (`TF_REATTACH_PROVIDERS`). Each connection is a
 * session, as a process of its own would be: a step, or one of a stack's provider aliases.
 *
 * If cdkvm is killed, its engine goes on: so the process ends after the last connection.
 *
 * @see https://github.com/hashicorp/go-plugin/blob/main/client.go (ReattachConfig)
 */
export async function serveAttached<Client>(provider: Provider<Client>): Promise<void> {
  // A session's garbage would otherwise stay until the next one has made as much: 176 MiB instead of 140 at 1,000 guests.
  setFlagsFromString("--heap-growing-percent=20");
  const sessions = new Set<Session<unknown>>();
  const { socket } = socketFolder();
  let [isInRun, isEnding] = [false, false];
  const exitIfDone = (): void => {
    if (!isEnding || sessions.size > 0) return;
    if (!isInRun) process.exit(0);
    setTimeout(() => sessions.size === 0 && process.exit(0), BETWEEN_STEPS_MS);
  };
  const closeAfter = (connection: Socket, session: Session<unknown>): void => {
    connection.once("close", () => void session.close().finally(() => sessions.delete(session) && exitIfDone()));
  };

  const server = createServer((connection) => {
    const session = new Session<unknown>(provider);
    sessions.add(session);
    closeAfter(
      connection.on("error", () => {}),
      session,
    );
    const grpc = new Server(serverOptions);
    addServices(grpc, session, { called: () => {}, shutdown: () => void session.close() });
    grpc.createConnectionInjector(ServerCredentials.createInsecure()).injectConnection(connection);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(socket, resolve));

  const stopAll = (): void => {
    isEnding = true;
    for (const session of sessions) session.stop();
    exitIfDone();
  };
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, stopAll);
  for (const event of ["uncaughtException", "unhandledRejection"] as const)
    process.on(event, (error: unknown) => {
      process.stderr.write(`cdkvm provider: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      for (const session of sessions) session.fail(error);
    });
  process.stderr.on("error", () => {}); // the cdkvm that would print it is gone
  process.on("disconnect", () => {
    isEnding = true;
    exitIfDone();
  });
  process.on("message", (message: ToProvider) => {
    isInRun = !("end" in message);
    if ("begin" in message) tellCdkvm(begin(message.begin, socket));
    else if ("engine" in message) setEngine(message.engine);
    else endRun();
  });
}

function begin(run: Parameters<typeof beginRun>[0], socket: string): FromProvider {
  try {
    beginRun(run);
    return { socket };
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}

/** Sends a message to the cdkvm that started this process; false if an engine started it. */
export function tellCdkvm(message: FromProvider): boolean {
  if (!isAttached()) return false;
  if (process.connected) process.send?.(message, () => {}); // it may be gone meanwhile
  return true;
}
