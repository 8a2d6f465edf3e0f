import { createHash } from "node:crypto";
import { didYouMean, misspelled } from "./spelling.ts";

/** Maximum name length in bytes: libvirt stores `<name>.xml` and `<name>_VARS.fd`; file names have at most 255. */
const LONGEST = 240;

/**
 * A name that libvirt accepts for a domain, network, pool or volume.
 *
 * @throws CdkvmError if it is empty, too long, or contains a character that libvirt rejects ("/", line breaks, controls)
 */
export function libvirtName(text: string): string {
  if (text.trim() === "") throw misspelled("a name", `${JSON.stringify(text)} is empty`, "give it at least one letter");
  if (text === "." || text === "..") throw misspelled("a name", `"${text}" is not a name`);
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  if (/[/\u0000-\u001f\u007f]/.test(text)) {
    const bad = text.includes("/") ? '"/"' : "a control character";
    throw misspelled("a name", `${JSON.stringify(text)} has ${bad} in it`, didYouMean(JSON.stringify(plain(text))));
  }
  if (Buffer.byteLength(text) > LONGEST) throw misspelled("a name", `"${text.slice(0, 40)}..." is longer than ${LONGEST} bytes`);
  return text;
}

/** A Linux network interface or bridge: at most 15 characters, no "/", ":" or white space. @throws CdkvmError */
export function interfaceName(text: string): string {
  if (/^[^\s/:]{1,15}$/.test(text) && text !== "." && text !== "..") return text;
  const problem =
    text.length > 15
      ? `${JSON.stringify(text)} is longer than the 15 characters that Linux gives an interface`
      : `${JSON.stringify(text)} is not the name of an interface`;
  throw misspelled("an interface name", problem, didYouMean(JSON.stringify(text.replaceAll(/[\s/:]/g, "-").slice(0, 15) || "br0")));
}

/** A host name: letters, digits and hyphens between dots (RFC 1123). @throws CdkvmError */
export function hostName(text: string): string {
  const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
  if (text.length <= 253 && text.split(".").every((part) => label.test(part))) return text;
  const repaired = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, "-")
    .replaceAll(/^[-.]+|[-.]+$/g, "");
  throw misspelled(
    "a host name",
    `${JSON.stringify(text)} is not a host name`,
    repaired && repaired !== text ? didYouMean(JSON.stringify(repaired)) : undefined,
  );
}

/** A construct's name: its path below the stack, `site/web1` as `site-web1`. */
export function nameFor(path: readonly string[]): string {
  const name = path.map(plain).filter(Boolean).join("-") || "unnamed";
  return name.length <= 200 ? name : `${name.slice(0, 190)}-${shortHash(path.join("/"))}`;
}

/** Eight hexadecimal digits, always the same for a text. */
export const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replaceAll(/^[-.]+|-+$/g, "");
