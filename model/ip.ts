import type { CdkvmError } from "./errors.ts";
import { ipError } from "./value-errors.ts";

/** An IPv4 or IPv6 address. Accepts any spelling, produces one (RFC 5952 for IPv6). */
export class Ip {
  readonly version: 4 | 6;
  readonly value: bigint;

  constructor(version: 4 | 6, value: bigint) {
    this.version = version;
    this.value = value;
  }

  /** @throws CdkvmError if the text is not an IP address */
  static parse(text: string): Ip {
    const trimmed = text.trim();
    if (trimmed.includes("/")) throw ipError.prefix(text, trimmed.slice(0, trimmed.indexOf("/")));
    const ip = trimmed.includes(":") ? parse6(trimmed) : parse4(trimmed);
    if (ip) return ip;
    throw notAnAddress(text);
  }

  static of(ip: Ip | string): Ip {
    return ip instanceof Ip ? ip : Ip.parse(ip);
  }

  static is(text: string): boolean {
    return (text.includes(":") ? parse6(text) : parse4(text)) !== undefined;
  }

  get bits(): 32 | 128 {
    return this.version === 4 ? 32 : 128;
  }

  plus(count: bigint | number): Ip {
    return new Ip(this.version, this.value + BigInt(count));
  }

  equals(other: Ip): boolean {
    return this.version === other.version && this.value === other.value;
  }

  toString(): string {
    return this.version === 4 ? spell4(this.value) : spell6(this.value);
  }

  toJSON(): string {
    return this.toString();
  }
}

function parse4(text: string): Ip | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
  return new Ip(
    4,
    parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n),
  );
}

function parse6(text: string): Ip | undefined {
  const mapped = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  let spelled = text;
  if (mapped) {
    const low = parse4(mapped[2] ?? "");
    if (!low) return undefined;
    spelled = `${mapped[1]}${(low.value >> 16n).toString(16)}:${(low.value & 0xffffn).toString(16)}`;
  }
  const halves = spelled.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const given = head.length + (tail?.length ?? 0);
  if (tail === undefined ? given !== 8 : given > 7) return undefined;
  const groups = tail === undefined ? head : [...head, ...Array.from({ length: 8 - given }, () => "0"), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return new Ip(
    6,
    groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n),
  );
}

const spell4 = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => ((value >> shift) & 255n).toString()).join(".");

function spell6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  let run = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === "0") length++;
    if (length > run.length) run = { start, length };
  }
  if (run.length < 2) return groups.join(":");
  return `${groups.slice(0, run.start).join(":")}::${groups.slice(run.start + run.length).join(":")}`;
}

function notAnAddress(text: string): CdkvmError {
  const parts = text.trim().split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d+$/.test(part))) return ipError.syntax(text);
  if (parts.some((part) => Number(part) > 255)) return ipError.tooLarge(text);
  return ipError.leadingZero(text, parts.map(Number).join("."));
}
