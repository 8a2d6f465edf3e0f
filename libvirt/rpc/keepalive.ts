/** libvirt's own defaults (libvirt.conf: keepalive_interval, keepalive_count): a dead peer is noticed in 30 seconds. */
export interface KeepaliveOptions {
  /** Milliseconds of silence after which to ask. @default 5000 */
  readonly intervalMs?: number;
  /** Questions without any answer after which the peer is taken for dead. @default 5 */
  readonly count?: number;
}

/**
 * Asks a silent peer whether it is there, and says when it is not. libvirtd answers this without being asked for the
 * keepalive feature first; asking would make it end clients that are busy for 30 seconds, which a program may well be.
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
      // a reader that is held back cannot hear the answer; the question still tells the peer that this side lives
      if (!peer.listening()) return peer.ping();
      if (this.#asked >= this.#count) return peer.dead(intervalMs * (this.#count + 1));
      this.#asked++;
      peer.ping();
    }, intervalMs);
    this.#timer.unref();
  }

  /** Something came in, or something that was stuck went out. */
  alive(): void {
    this.#heard = true;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
