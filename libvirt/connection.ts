import { CdkvmError } from "../model/errors.ts";
import { connectFailed, libvirtRefused, loginRequired, noAnswer, userRefused } from "./connect-errors.ts";
import { Domains } from "./domains.ts";
import { isLibvirtError, LibvirtError } from "./errors.ts";
import { Events } from "./events.ts";
import { Networks } from "./networks.ts";
import { Node } from "./node.ts";
import { Pools } from "./pools.ts";
import { Procedure } from "./procedures.ts";
import { body, RpcClient } from "./rpc/client.ts";
import type { KeepaliveOptions } from "./rpc/keepalive.ts";
import type { PatienceOptions } from "./rpc/patience.ts";
import { Secrets } from "./secrets.ts";
import { dial } from "./transports/dial.ts";
import { type LibvirtUri, parseUri } from "./uri.ts";
import { Volumes } from "./volumes.ts";
import { AUTH_TYPES_MAX } from "./xdr/limits.ts";

export interface ConnectOptions {
  /** Milliseconds before giving up on a host that does not answer. @default 15000 */
  readonly timeoutMs?: number;
  /** Aborts the connection attempt, and each call on the connection. */
  readonly signal?: AbortSignal;
  readonly keepalive?: KeepaliveOptions;
  /** How long calls may wait. */
  readonly patience?: Omit<PatienceOptions, "signal">;
  /**
   * Opens another connection after this one is lost. Unsent calls, and those that only read, are repeated there.
   * @default a lost connection ends all calls
   */
  readonly reconnect?: () => Promise<Libvirt>;
}

const DEFAULT_TIMEOUT_MS = 15_000;

/** `remote_auth_type`. */
const Auth = { NONE: 0, SASL: 1, POLKIT: 2 } as const;

/** A connection to libvirt: https://libvirt.org/html/libvirt-libvirt-host.html#virConnectOpen. */
export class Libvirt {
  readonly uri: LibvirtUri;
  readonly domains: Domains;
  readonly networks: Networks;
  readonly pools: Pools;
  readonly volumes: Volumes;
  readonly node: Node;
  readonly secrets: Secrets;
  readonly events: Events;
  /** Settles when the connection ends: with a CDKVM_CONNECTION_LOST error, or with undefined after {@link close}. */
  readonly closed: Promise<Error | undefined>;
  readonly #rpc: RpcClient;

  private constructor(uri: LibvirtUri, rpc: RpcClient) {
    this.uri = uri;
    this.#rpc = rpc;
    this.closed = rpc.closed;
    this.domains = new Domains(rpc);
    this.networks = new Networks(rpc);
    this.pools = new Pools(rpc);
    this.volumes = new Volumes(rpc);
    this.node = new Node(rpc);
    this.secrets = new Secrets(rpc);
    this.events = new Events(rpc);
  }

  /**
   * Opens a connection. Throws a CdkvmError: CDKVM_BAD_URI, CDKVM_SOCKET_MISSING, CDKVM_SOCKET_PERMISSION,
   * CDKVM_SOCKET_REFUSED, CDKVM_HOST_UNKNOWN, CDKVM_HOST_UNREACHABLE, CDKVM_HOST_REFUSED_LOGIN, CDKVM_HOST_KEY,
   * CDKVM_SSH_MISSING, CDKVM_SSH_FAILED, CDKVM_TLS_FAILED, CDKVM_CONNECT_FAILED.
   */
  static async connect(text: string, options: ConnectOptions = {}): Promise<Libvirt> {
    const uri = parseUri(text);
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort(noAnswer(uri, timeoutMs)), timeoutMs);
    const signal = options.signal ? AbortSignal.any([options.signal, ended.signal]) : ended.signal;
    try {
      signal.throwIfAborted();
      const rpc = new RpcClient(await dial(uri, signal), uri.text, {
        ...options.keepalive,
        ...options.patience,
        ...(options.signal && { signal: options.signal }),
      });
      try {
        await open(uri, rpc, signal);
      } catch (error) {
        await rpc.close();
        throw signal.aborted ? signal.reason : explain(uri, error);
      }
      const { reconnect } = options;
      if (reconnect !== undefined) rpc.succeedBy(async () => (await reconnect()).#rpc);
      return new Libvirt(uri, rpc);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes the connection; calls in progress are rejected. */
  async close(): Promise<void> {
    await this.#rpc.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Makes the open connection keep the process alive; the default. */
  ref(): void {
    this.#rpc.ref();
  }

  unref(): void {
    this.#rpc.unref();
  }
}

const open = async (uri: LibvirtUri, rpc: RpcClient, signal: AbortSignal): Promise<void> => {
  // remote_auth_list_ret: int types<REMOTE_AUTH_TYPE_LIST_MAX>
  const types = (await rpc.call(Procedure.AUTH_LIST, body(64), { signal })).array(AUTH_TYPES_MAX, (reader) => reader.int());
  if (types.includes(Auth.POLKIT)) {
    try {
      await rpc.call(Procedure.AUTH_POLKIT, body(64), { signal });
    } catch (error) {
      throw isLibvirtError(error) ? userRefused(uri, error) : error;
    }
  } else if (types.length > 0 && !types.includes(Auth.NONE)) {
    throw loginRequired(uri, types.includes(Auth.SASL) ? "SASL" : types);
  }
  // remote_connect_open_args: optional string name, unsigned int flags
  await rpc.call(Procedure.CONNECT_OPEN, body(128).optionalString(uri.name).uint(0), { signal });
};

const explain = (uri: LibvirtUri, error: unknown): unknown => {
  if (isLibvirtError(error, "AUTH_FAILED", "AUTH_CANCELLED", "AUTH_UNAVAILABLE", "ACCESS_DENIED", "OPERATION_DENIED"))
    return userRefused(uri, error);
  if (error instanceof LibvirtError) return libvirtRefused(uri, error);
  if (error instanceof CdkvmError && error.code !== "CDKVM_CONNECTION_LOST") return error;
  // the transport knows the reason (ssh's own message)
  if (error instanceof CdkvmError && error.cause instanceof CdkvmError) return error.cause;
  return connectFailed(uri, error);
};
