import { sizeError } from "./value-errors.ts";

/**
 * libvirt's units (https://libvirt.org/formatdomain.html#memory-allocation), in bytes. As in libvirt, a single letter is
 * binary: `10G` is 10 GiB; `10GB` is 10,000,000,000 bytes.
 */
const UNITS: ReadonlyMap<string, number> = new Map([
  ["b", 1],
  ["byte", 1],
  ["bytes", 1],
  ...["k", "m", "g", "t", "p", "e"].flatMap((letter, index): [string, number][] => [
    [letter, 1024 ** (index + 1)],
    [`${letter}ib`, 1024 ** (index + 1)],
    [`${letter}b`, 1000 ** (index + 1)],
  ]),
] as [string, number][]);

/** The bytes of a unit, case-insensitive; undefined if libvirt has no such unit. */
export const bytesPerUnit = (unit: string): number | undefined => (unit === "" ? 1 : UNITS.get(unit.toLowerCase()));

const BINARY = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;
export type ByteUnit = (typeof BINARY)[number];

/**
 * An amount of memory or storage: whole bytes with an exact text form.
 *
 * ```ts
 * ByteSize.gib(4); ByteSize.parse("512 MiB"); ByteSize.parse("10G"); // 10 GiB, as libvirt reads it
 * ```
 */
export class ByteSize {
  readonly bytes: number;

  private constructor(bytes: number) {
    this.bytes = bytes;
  }

  static bytes(amount: number): ByteSize {
    return ByteSize.#whole(amount, 1, "bytes");
  }
  static kib(amount: number): ByteSize {
    return ByteSize.#whole(amount, 1024, "KiB");
  }
  static mib(amount: number): ByteSize {
    return ByteSize.#whole(amount, 1024 ** 2, "MiB");
  }
  static gib(amount: number): ByteSize {
    return ByteSize.#whole(amount, 1024 ** 3, "GiB");
  }
  static tib(amount: number): ByteSize {
    return ByteSize.#whole(amount, 1024 ** 4, "TiB");
  }

  static of(size: ByteSize | string): ByteSize {
    return size instanceof ByteSize ? size : ByteSize.parse(size);
  }

  /**
   * Parses `4 GiB`, `512MiB`, `1.5 GiB`, `10G`.
   *
   * @throws CdkvmError for a number without a unit, an unknown unit, or a fraction that is not a whole number of bytes
   */
  static parse(text: string): ByteSize {
    const match = /^\s*([+-]?\d+(?:[.,]\d+)?)\s*([a-z]*)\s*$/i.exec(text);
    if (!match) throw sizeError.syntax(text);
    const [, digits = "", unit = ""] = match;
    if (unit === "") {
      const amount = Number(digits.replace(",", "."));
      const [likely, other] = amount >= 1024 ** 2 ? ["bytes", "KiB"] : amount >= 128 ? ["MiB", "GiB"] : ["GiB", "MiB"];
      throw sizeError.noUnit(digits, likely, other);
    }
    const factor = UNITS.get(unit.toLowerCase());
    if (factor === undefined) {
      const letter = unit[0]?.toLowerCase() ?? "";
      const likely = UNITS.has(letter) && letter !== "b" ? `${letter.toUpperCase()}iB` : "GiB";
      throw sizeError.unknownUnit(text, unit, `${digits} ${likely}`);
    }
    if (digits.includes(",")) throw sizeError.comma(text, `${digits.replace(",", ".")} ${unit}`);
    return ByteSize.#whole(Number(digits), factor, unit);
  }

  static #whole(amount: number, factor: number, unit: string): ByteSize {
    const bytes = amount * factor;
    if (!(amount >= 0)) throw sizeError.negative(`${amount} ${unit}`);
    if (bytes > Number.MAX_SAFE_INTEGER) throw sizeError.tooLarge(`${amount} ${unit}`);
    if (!Number.isInteger(bytes)) {
      const index = Math.max(1, Math.min(BINARY.length - 1, Math.floor(Math.log2(Math.max(bytes, 1024)) / 10)));
      const lower = bytes / 1024 ** index >= 100 ? index : Math.max(1, index - 1);
      const rounded = Math.ceil(bytes / 1024 ** lower);
      throw sizeError.partOfByte(`${amount} ${unit}`, `${rounded} ${BINARY[lower]}`);
    }
    return new ByteSize(bytes);
  }

  /** The size in a unit, if it is a whole number; else undefined. */
  in(unit: ByteUnit): number | undefined {
    return wholeIn(this.bytes, unit);
  }

  /** Number and unit, in the largest given unit that is exact. */
  largest(units: readonly ByteUnit[] = BINARY): { readonly amount: number; readonly unit: ByteUnit } {
    return largestIn(this.bytes, units);
  }

  /** `4 GiB`: parses to the same size. */
  toString(): string {
    return sizeText(this.bytes);
  }

  toJSON(): string {
    return this.toString();
  }
}

function wholeIn(bytes: number, unit: ByteUnit): number | undefined {
  const amount = bytes / 1024 ** BINARY.indexOf(unit);
  return Number.isInteger(amount) ? amount : undefined;
}

function largestIn(bytes: number, units: readonly ByteUnit[]): { readonly amount: number; readonly unit: ByteUnit } {
  for (const unit of units.toReversed()) {
    const amount = wholeIn(bytes, unit);
    if (amount !== undefined && (amount > 0 || unit === units[0])) return { amount, unit };
  }
  return { amount: bytes, unit: "bytes" };
}

/** `20 GiB`: exact, in the largest unit that stays whole. */
export function sizeText(bytes: number): string {
  const { amount, unit } = largestIn(bytes, BINARY);
  return `${amount} ${unit}`;
}
