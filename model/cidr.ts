import { Ip } from "./ip.ts";
import { networkError } from "./value-errors.ts";

/** An IP network: an address range with a prefix length, `10.0.0.0/24` or `fd00:1::/64`. Host bits are cleared. */
export class Cidr {
  /** The network address: the first in the range. */
  readonly network: Ip;
  readonly prefix: number;

  private constructor(network: Ip, prefix: number) {
    this.network = network;
    this.prefix = prefix;
  }

  /** @throws CdkvmError if the prefix length is missing or out of range, or the address is invalid */
  static parse(text: string): Cidr {
    const trimmed = text.trim();
    const slash = trimmed.indexOf("/");
    if (slash < 0) {
      const ip = Ip.parse(trimmed);
      const prefix = ip.version === 6 ? 64 : 24;
      throw networkError.noPrefix(trimmed, new Cidr(masked(ip, prefix), prefix).toString());
    }
    const ip = Ip.parse(trimmed.slice(0, slash));
    const length = trimmed.slice(slash + 1);
    if (/^\d{1,3}$/.test(length) && Number(length) <= ip.bits) return new Cidr(masked(ip, Number(length)), Number(length));
    const mask = ip.version === 4 ? prefixOfMask(length) : undefined;
    throw mask === undefined ? networkError.badPrefix(trimmed, length, ip.bits) : networkError.netmask(trimmed, `${ip.toString()}/${mask}`);
  }

  static of(cidr: Cidr | string): Cidr {
    return cidr instanceof Cidr ? cidr : Cidr.parse(cidr);
  }

  get version(): 4 | 6 {
    return this.network.version;
  }

  /** The number of addresses. */
  get size(): bigint {
    return 1n << BigInt(this.network.bits - this.prefix);
  }

  /** The last address (the broadcast address in IPv4). */
  get last(): Ip {
    return this.network.plus(this.size - 1n);
  }

  contains(ip: Ip): boolean {
    return ip.version === this.version && ip.value >= this.network.value && ip.value <= this.last.value;
  }

  overlaps(other: Cidr): boolean {
    return other.version === this.version && (this.contains(other.network) || other.contains(this.network));
  }

  /** The n-th address: 0 is the network address, 1 usually the gateway, -1 the last. @throws CdkvmError if out of range */
  nth(n: number): Ip {
    const offset = n < 0 ? this.size + BigInt(n) : BigInt(n);
    if (offset < 0n || offset >= this.size) throw networkError.noAddress(this.toString(), this.size, n);
    return this.network.plus(offset);
  }

  /**
   * The default DHCP range: the upper part, which leaves the lower part for static addresses. A /24 gives .100 to .254,
   * smaller networks their upper half; IPv6 gives ::100 to ::fff.
   */
  get dhcpRange(): { readonly start: Ip; readonly end: Ip } | undefined {
    const bits = this.network.bits - this.prefix;
    if (bits < 2) return undefined;
    if (this.version === 6) return bits >= 12 ? { start: this.network.plus(0x100), end: this.network.plus(0xfff) } : this.#upperHalf();
    return bits >= 8 ? { start: this.network.plus(100), end: this.last.plus(-1) } : this.#upperHalf();
  }

  #upperHalf(): { readonly start: Ip; readonly end: Ip } {
    return { start: this.network.plus(this.size / 2n), end: this.last.plus(this.version === 4 ? -1 : 0) };
  }

  toString(): string {
    return `${this.network.toString()}/${this.prefix}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** A network, not an address in it, whose host bits would be silently dropped. @throws CdkvmError */
export function ipNetwork(text: string): Cidr {
  const cidr = Cidr.parse(text);
  const ip = Ip.parse(text.split("/")[0] ?? "");
  if (ip.equals(cidr.network)) return cidr;
  throw networkError.hostBits(text.trim(), cidr.toString());
}

const masked = (ip: Ip, prefix: number): Ip => {
  const host = BigInt(ip.bits - prefix);
  return new Ip(ip.version, (ip.value >> host) << host);
};

/** `255.255.255.0` is 24; undefined if it is not a netmask. */
export function prefixOfMask(text: string): number | undefined {
  if (!Ip.is(text)) return undefined;
  const bits = Ip.parse(text).value.toString(2).padStart(32, "0");
  return /^1*0*$/.test(bits) ? bits.lastIndexOf("1") + 1 : undefined;
}
