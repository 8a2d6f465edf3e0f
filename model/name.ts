import { createHash } from "node:crypto";
import { nameError } from "./value-errors.ts";

/** Maximum name length in bytes: libvirt stores `<name>.xml` and `<name>_VARS.fd`; file names have at most 255. */
const LONGEST = 240;

/**
 * A name that libvirt accepts for a domain, network, pool or volume.
 *
 * @throws CdkvmError if it is empty, too long, or contains a character that libvirt rejects ("/", line breaks, controls)
 */
export function libvirtName(text: string): string {
  if (text.trim() === "") throw nameError.blank(text);
  if (text === "." || text === "..") throw nameError.dots(text);
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  if (/[/\u0000-\u001f\u007f]/.test(text)) throw nameError.character(text, text.includes("/") ? '"/"' : "a control character", plain(text));
  if (Buffer.byteLength(text) > LONGEST) throw nameError.long(text, LONGEST);
  return text;
}

/** A Linux network interface or bridge: at most 15 characters, no "/", ":" or white space. @throws CdkvmError */
export function interfaceName(text: string): string {
  if (/^[^\s/:]{1,15}$/.test(text) && text !== "." && text !== "..") return text;
  const suggestion = text.replaceAll(/[\s/:]/g, "-").slice(0, 15) || "br0";
  throw text.length > 15 ? nameError.longInterface(text, suggestion) : nameError.interface(text, suggestion);
}

/** A host name: letters, digits and hyphens between dots (RFC 1123). @throws CdkvmError */
export function hostName(text: string): string {
  const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
  if (text.length <= 253 && text.split(".").every((part) => label.test(part))) return text;
  const repaired = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, "-")
    .replaceAll(/^[-.]+|[-.]+$/g, "");
  throw nameError.host(text, repaired && repaired !== text ? repaired : undefined);
}

/** A construct's name: its path below the stack, `site/web1` as `site-web1`. */
export function nameFor(path: readonly string[]): string {
  const name = path.map(plain).filter(Boolean).join("-") || "unnamed";
  return name.length <= 200 ? name : `${name.slice(0, 190)}-${shortHash(path.join("/"))}`;
}

/** Eight hexadecimal digits, always the same for a text. */
export const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replaceAll(/^[-.]+|-+$/g, "");
