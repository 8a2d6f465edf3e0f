import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Libvirt } from "../../libvirt/connection.ts";
import { CdkvmError } from "../../model/errors.ts";

let folder: string;
const servers: { server: Server; sockets: Set<Socket> }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdkvm-connect-"));
});

const closeServers = async (): Promise<void> => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
};

afterEach(async () => {
  await closeServers();
  rmSync(folder, { recursive: true, force: true });
});

/** A peer on loopback that does what `behave` says with each connection. */
const listen = async (behave: (socket: Socket) => void): Promise<number> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    behave(socket);
  });
  servers.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as { port: number }).port;
};

const failure = async (uri: string, options: Parameters<typeof Libvirt.connect>[1] = {}): Promise<CdkvmError> => {
  try {
    await (await Libvirt.connect(uri, options)).close();
  } catch (error) {
    if (error instanceof CdkvmError) return error;
    throw error;
  }
  throw new Error(`${uri} was reached`);
};

const program = (text: string): string => {
  const path = join(folder, "ssh");
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
};

describe("a failing connection", () => {
  test("a host that accepts the connection and never answers times out", async () => {
    const port = await listen(() => {});
    const started = performance.now();
    const error = await failure(`qemu+tcp://127.0.0.1:${port}/system`, { timeoutMs: 200 });
    expect(error.code).toBe("CDKVM_HOST_UNREACHABLE");
    expect(error.message).toContain("no answer within 0.2 seconds");
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test("a closed port is reported, with the way to open it", async () => {
    const port = await listen(() => {});
    await closeServers();
    const error = await failure(`qemu+tcp://127.0.0.1:${port}/system`);
    expect(error.code).toBe("CDKVM_HOST_UNREACHABLE");
    expect(error.details.fix).toContain("libvirtd-tcp.socket");
  });

  test("a peer that is not libvirt is reported as such", async () => {
    const port = await listen((socket) => socket.once("data", () => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")));
    const error = await failure(`qemu+tcp://127.0.0.1:${port}/system`);
    expect(error.code).toBe("CDKVM_CONNECT_FAILED");
    expect(error.details.problem).toContain("the peer is not libvirt");
  });

  test("a peer that hangs up is reported", async () => {
    const port = await listen((socket) => socket.once("data", () => socket.end()));
    const error = await failure(`qemu+tcp://127.0.0.1:${port}/system`);
    expect(error.code).toBe("CDKVM_CONNECT_FAILED");
    expect(error.details.likely).toContain("max_clients");
  });

  test("a missing socket is reported with the service to start", async () => {
    const error = await failure(`qemu+unix:///system?socket=${join(folder, "none")}`);
    expect(error.code).toBe("CDKVM_SOCKET_MISSING");
    expect(error.details.problem).toContain(join(folder, "none"));
  });

  test("an aborted attempt rejects with the caller's reason", async () => {
    const port = await listen(() => {});
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("enough")), 50);
    await expect(Libvirt.connect(`qemu+tcp://127.0.0.1:${port}/system`, { signal: stop.signal })).rejects.toThrow("enough");
    await expect(Libvirt.connect(`qemu+tcp://127.0.0.1:${port}/system`, { signal: stop.signal })).rejects.toThrow("enough");
  });

  test("a missing ssh is reported", async () => {
    const error = await failure(`qemu+ssh://kvm1/system?command=${join(folder, "none")}`);
    expect(error.code).toBe("CDKVM_SSH_MISSING");
  });

  test("ssh's own message is in the error", async () => {
    const ssh = program(`echo "me@kvm1: Permission denied (publickey)." >&2; exit 255`);
    const error = await failure(`qemu+ssh://me@kvm1/system?command=${ssh}`);
    expect(error.code).toBe("CDKVM_HOST_REFUSED_LOGIN");
    expect(error.explain()).toContain("ssh-copy-id me@kvm1");
  });

  test("a hanging ssh is ended with the attempt", async () => {
    const ssh = program(`echo $$ > ${folder}/pid; exec sleep 60`);
    const error = await failure(`qemu+ssh://kvm1/system?command=${ssh}`, { timeoutMs: 500 });
    expect(error.code).toBe("CDKVM_HOST_UNREACHABLE");
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});
