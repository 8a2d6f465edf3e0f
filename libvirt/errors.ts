import { ErrorCode, ErrorDomain } from "./error-codes.ts";
import type { XdrReader } from "./xdr/reader.ts";

const nameOf = (numbers: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(numbers).find((name) => numbers[name] === value) ?? String(value);

export type ErrorCodeName = keyof typeof ErrorCode;

/** libvirt's error response, with its own numbers. */
export class LibvirtError extends Error {
  /** `virErrorNumber`, see {@link ErrorCode}. */
  readonly code: number;
  /** `virErrorDomain`: the part of libvirt that reported it. */
  readonly domain: number;
  /** `virErrorLevel`: 1 warning, 2 error. */
  readonly level: number;
  /** For SYSTEM_ERROR: the host's errno(3). */
  readonly errno: number | undefined;

  constructor(message: string, code: number, domain = 0, level = 2, errno?: number) {
    super(message);
    this.name = "LibvirtError";
    this.code = code;
    this.domain = domain;
    this.level = level;
    this.errno = errno;
  }

  /** `NO_DOMAIN`, `OPERATION_INVALID`; the number as text if this client does not know it. */
  get codeName(): string {
    return nameOf(ErrorCode, this.code);
  }

  /** `QEMU`, `STORAGE`, `NETWORK`. */
  get domainName(): string {
    return nameOf(ErrorDomain, this.domain);
  }
}

/**
 * `virNetMessageError`: int code, int domain, optional string message, int level, optional domain (string name, opaque uuid[16],
 * int id), three optional strings, int, int, then the affected network. The first of the integers is SYSTEM_ERROR's errno.
 */
export const readError = (reader: XdrReader): LibvirtError => {
  const code = reader.int();
  const domain = reader.int();
  const message = reader.optionalString();
  const level = reader.int();
  const text = message ?? `libvirt error ${nameOf(ErrorCode, code)}`;
  return new LibvirtError(text, code, domain, level, code === ErrorCode.SYSTEM_ERROR ? errnoOf(reader) : undefined);
};

function errnoOf(reader: XdrReader): number | undefined {
  if (reader.remaining === 0) return undefined;
  reader.optional(() => [reader.string(), reader.fixed(16), reader.int()]);
  for (let detail = 0; detail < 3; detail++) reader.optionalString();
  return reader.int();
}

/** Whether it is a libvirt error with one of these names: `isLibvirtError(error, "OPERATION_INVALID")`. */
export const isLibvirtError = (error: unknown, ...names: readonly ErrorCodeName[]): error is LibvirtError =>
  error instanceof LibvirtError && (names.length === 0 || names.some((name) => ErrorCode[name] === error.code));

const notFound = [
  "NO_DOMAIN",
  "NO_NETWORK",
  "NO_STORAGE_POOL",
  "NO_STORAGE_VOL",
  "NO_NODE_DEVICE",
  "NO_SECRET",
  "NO_NWFILTER",
  "NO_INTERFACE",
  "NO_DOMAIN_SNAPSHOT",
  "NO_DOMAIN_METADATA",
] as const;

/** Whether libvirt itself says that the object does not exist. A lost connection or a refused call never counts. */
export const isNotFound = (error: unknown): error is LibvirtError => isLibvirtError(error, ...notFound);

/**
 * Whether an object with this name or UUID already exists. libvirt has codes for it, but reports most of these cases
 * as OPERATION_FAILED with a message.
 */
export const isAlreadyExists = (error: unknown): error is LibvirtError =>
  isLibvirtError(error, "DOM_EXIST", "NETWORK_EXIST", "STORAGE_VOL_EXIST") ||
  (isLibvirtError(error, "OPERATION_FAILED") && /already (exists|defined)|already active as/.test(error.message));

export { ErrorCode, ErrorDomain };
