/** Based on libvirt's defaults (libvirt.conf: keepalive_interval, keepalive_count): a dead peer is noticed in 30 seconds. */
export interface KeepaliveOptions {
  /** Milliseconds of silence after which to ask. @default 5000 */
  readonly intervalMs?: number;
  /** Unanswered pings after which the peer counts as dead. @default 5 */
  readonly count?: number;
}

/**
 * Pings a silent peer, and reports when it is dead. libvirtd answers without negotiating the keepalive feature;
 * negotiating it would make libvirtd disconnect clients that are busy for 30 seconds, which a program may well be.
 */
export class Keepalive {
  readonly #timer: NodeJS.Timeout;
  readonly #count: number;
  #asked = 0;
  #heard = false;

  constructor(options: KeepaliveOptions, peer: { ping(): void; listening(): boolean; dead(silentMs: number): void }) {
    const intervalMs = options.intervalMs ?? 5000;
    this.#count = options.count ?? 5;
    this.#timer = setInterval(() => {
      if (this.#heard) {
        this.#heard = false;
        this.#asked = 0;
        return;
      }
      // a paused reader cannot hear the answer; the ping still tells the peer that this side is alive
      if (!peer.listening()) return peer.ping();
      if (this.#asked >= this.#count) return peer.dead(intervalMs * (this.#count + 1));
      this.#asked++;
      peer.ping();
    }, intervalMs);
    this.#timer.unref();
  }

  /** Something was received, or blocked output was sent. */
  alive(): void {
    this.#heard = true;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
