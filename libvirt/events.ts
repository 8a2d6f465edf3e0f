import { Procedure } from "./procedures.ts";
import { type DomainRef, readDomain, writeDomain } from "./refs.ts";
import { body, type RpcClient } from "./rpc/client.ts";
import type { XdrReader } from "./xdr/reader.ts";

const details = {
  defined: ["added", "updated", "renamed", "from-snapshot"],
  undefined: ["removed", "renamed"],
  started: ["booted", "migrated", "restored", "from-snapshot", "wakeup"],
  suspended: ["paused", "migrated", "ioerror", "watchdog", "restored", "from-snapshot", "api-error", "postcopy", "postcopy-failed"],
  resumed: ["unpaused", "migrated", "from-snapshot", "postcopy", "postcopy-failed"],
  stopped: ["shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from-snapshot"],
  shutdown: ["finished", "guest", "host"],
  pmsuspended: ["memory", "disk"],
  crashed: ["panicked", "crashloaded"],
} as const;

const lifecycleEvents = Object.keys(details) as (keyof typeof details)[];

/** `virDomainEventType` and its detail. */
export interface LifecycleEvent {
  readonly domain: DomainRef;
  readonly event: keyof typeof details | "unknown";
  readonly detail: string;
}

/** A device of the running guest was added or removed, or its removal failed. */
export interface DeviceEvent {
  readonly domain: DomainRef;
  /** The device's alias: `virtio-disk1`. */
  readonly alias: string;
}

export interface AgentEvent {
  readonly domain: DomainRef;
  readonly connected: boolean;
}

const lifecycle = (reader: XdrReader): LifecycleEvent => {
  const domain = readDomain(reader);
  const event = lifecycleEvents[reader.int()];
  const detail = reader.int();
  return event === undefined
    ? { domain, event: "unknown", detail: "unknown" }
    : { domain, event, detail: details[event][detail] ?? "unknown" };
};

const device = (reader: XdrReader): DeviceEvent => ({ domain: readDomain(reader), alias: reader.string() });

const agent = (reader: XdrReader): AgentEvent => ({ domain: readDomain(reader), connected: reader.int() === 1 });

/** `virDomainEventID` and the message that carries it. */
const kinds = {
  lifecycle: { id: 0, procedure: Procedure.DOMAIN_EVENT_CALLBACK_LIFECYCLE, read: lifecycle },
  reboot: { id: 1, procedure: Procedure.DOMAIN_EVENT_CALLBACK_REBOOT, read: (reader: XdrReader) => ({ domain: readDomain(reader) }) },
  deviceRemoved: { id: 15, procedure: Procedure.DOMAIN_EVENT_CALLBACK_DEVICE_REMOVED, read: device },
  agentLifecycle: { id: 18, procedure: Procedure.DOMAIN_EVENT_CALLBACK_AGENT_LIFECYCLE, read: agent },
  deviceAdded: { id: 19, procedure: Procedure.DOMAIN_EVENT_CALLBACK_DEVICE_ADDED, read: device },
  deviceRemovalFailed: { id: 22, procedure: Procedure.DOMAIN_EVENT_CALLBACK_DEVICE_REMOVAL_FAILED, read: device },
};

export type EventKind = keyof typeof kinds;
export type EventOf<K extends EventKind> = ReturnType<(typeof kinds)[K]["read"]>;

/** Events buffered for a slow reader, and messages buffered for a subscription whose number is not known yet. */
const KEPT_MAX = 4096;
const EARLY_MAX = 256;

/** Events in the order they happened: iterate over it, then {@link Subscription.close} it (leaving the loop does). */
export class Subscription<T> implements AsyncIterableIterator<T> {
  readonly #events: T[] = [];
  readonly #waiting: { resolve(result: IteratorResult<T>): void; reject(error: unknown): void }[] = [];
  readonly #unsubscribe: () => Promise<void>;
  #ended = false;
  #failure: Error | undefined;
  /** Number of events lost because nobody read them in time: the oldest are dropped first. */
  dropped = 0;

  constructor(unsubscribe: () => Promise<void>) {
    this.#unsubscribe = unsubscribe;
  }

  push(event: T): void {
    if (this.#ended) return;
    const waiting = this.#waiting.shift();
    if (waiting) return waiting.resolve({ value: event, done: false });
    this.#events.push(event);
    if (this.#events.length <= KEPT_MAX) return;
    this.#events.shift();
    this.dropped++;
  }

  fail(error: Error | undefined): void {
    this.#ended = true;
    this.#failure = error;
    for (const waiting of this.#waiting.splice(0)) {
      if (error) waiting.reject(error);
      else waiting.resolve({ value: undefined, done: true });
    }
  }

  /** The next event; throws if the connection is lost. */
  next(): Promise<IteratorResult<T>> {
    const event = this.#events.shift();
    if (event !== undefined) return Promise.resolve({ value: event, done: false });
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async return(): Promise<IteratorResult<T>> {
    await this.close();
    return { value: undefined, done: true };
  }

  /** Ends the subscription here and on the host. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#events.length = 0;
    this.fail(undefined);
    await this.#unsubscribe();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

interface Listener {
  push(reader: XdrReader): void;
  fail(error: Error | undefined): void;
}

/** Domain events: https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectDomainEventRegisterAny. */
export class Events {
  readonly #rpc: RpcClient;
  readonly #listeners = new Map<number, Listener>();
  /** libvirt may send the first event before the answer that identifies its callback. */
  readonly #early: { readonly callback: number; readonly reader: XdrReader }[] = [];
  #subscribing = 0;
  #ready = false;

  constructor(rpc: RpcClient) {
    this.#rpc = rpc;
  }

  /** `for await (const { domain, event } of await lv.events.subscribe("lifecycle"))`, for one domain or all. */
  async subscribe<K extends EventKind>(kind: K, domain?: DomainRef): Promise<Subscription<EventOf<K>>> {
    this.#prepare();
    const { id, read } = kinds[kind];
    this.#subscribing++;
    try {
      const args = body().int(id).optional(domain, writeDomain);
      const callback = (await this.#rpc.call(Procedure.CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY, args)).int();
      const subscription = new Subscription<EventOf<K>>(async () => {
        this.#listeners.delete(callback);
        await this.#rpc.call(Procedure.CONNECT_DOMAIN_EVENT_CALLBACK_DEREGISTER_ANY, body(64).int(callback));
      });
      const listener: Listener = {
        push: (reader) => subscription.push(read(reader) as EventOf<K>),
        fail: (error) => subscription.fail(error),
      };
      this.#listeners.set(callback, listener);
      for (const early of this.#early) if (early.callback === callback) listener.push(early.reader);
      return subscription;
    } finally {
      if (--this.#subscribing === 0) this.#early.length = 0;
    }
  }

  #prepare(): void {
    if (this.#ready) return;
    this.#ready = true;
    for (const { procedure } of Object.values(kinds)) {
      this.#rpc.onEvent(procedure, (reader) => {
        const callback = reader.int();
        const listener = this.#listeners.get(callback);
        if (listener) listener.push(reader);
        else if (this.#subscribing > 0 && this.#early.length < EARLY_MAX) this.#early.push({ callback, reader });
      });
    }
    void this.#rpc.closed.then((error) => {
      for (const listener of this.#listeners.values()) listener.fail(error);
      this.#listeners.clear();
    });
  }
}
