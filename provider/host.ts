import type { Libvirt } from "../libvirt/connection.ts";
import type { RolloutSettings } from "../model/rollout.ts";
import { Claims } from "./claims.ts";
import { HostConnection, type HostTimes } from "./connection.ts";
import { Ledger } from "./ledger.ts";
import { Locks } from "./locks.ts";
import { Once } from "./once.ts";
import { Rollout } from "./rollout.ts";
import { HostUsers } from "./users/host-users.ts";

let sessions = 0;

/** The host that a provider's session works on, and what this run knows about it. */
export class Host {
  /** Undefined if guests restart whenever the engine comes to them. */
  readonly rollout: Rollout | undefined;
  readonly uri: string;
  /** Its number in this process. */
  readonly session = ++sessions;
  /** Which resource owns each name. */
  readonly claims = new Claims();
  /** The guest that writes each disk. */
  readonly writers = new Map<string, string>();
  /** Which guests use what. */
  readonly users = new HostUsers(() => this.libvirt());
  readonly ledger = new Ledger();
  readonly locks = new Locks();
  readonly once = new Once();
  readonly #connection: HostConnection;

  constructor(
    uri: string,
    signal: AbortSignal,
    { rollout, ...times }: HostTimes & { readonly rollout?: RolloutSettings | undefined } = {},
  ) {
    this.uri = uri;
    this.rollout = rollout && new Rollout(rollout);
    this.#connection = new HostConnection(uri, signal, times);
  }

  /** The open connection. @throws CdkvmError as {@link Libvirt.connect} does */
  libvirt(): Promise<Libvirt> {
    return this.#connection.libvirt();
  }

  /** The host's own name. */
  hostname(): Promise<string> {
    return this.once.ask("hostname", async () => (await this.libvirt()).node.hostname());
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
