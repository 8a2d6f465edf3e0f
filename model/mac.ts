import { createHash } from "node:crypto";
import { macError } from "./value-errors.ts";

/**
 * Parses a MAC address in any common spelling and returns it in libvirt's: `52:54:00:12:34:56`.
 *
 * @throws CdkvmError if it is invalid, or a multicast address, which no interface may have
 */
export function macAddress(text: string): string {
  const trimmed = text.trim().toLowerCase();
  const digits = trimmed.replaceAll(/[:.-]/g, "");
  const shaped =
    /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/.test(trimmed) || /^([0-9a-f]{4}\.){2}[0-9a-f]{4}$/.test(trimmed) || /^[0-9a-f]{12}$/.test(trimmed);
  if (!shaped) throw macError.syntax(text, /^[0-9a-f]{12}$/.test(digits) ? spell(digits) : undefined);
  const mac = spell(digits);
  if ((Number.parseInt(digits.slice(0, 2), 16) & 1) === 1) throw macError.multicast(mac);
  return mac;
}

/** The permanent MAC address for a name: QEMU's prefix 52:54:00 and a hash. */
export function macFor(...seed: readonly string[]): string {
  return spell(`525400${createHash("sha256").update(seed.join("\0")).digest("hex").slice(0, 6)}`);
}

const spell = (digits: string): string => (digits.match(/../g) ?? []).join(":");
