import { createHash } from "node:crypto";
import type { XmlElement } from "../libvirt/xml.ts";
import type { Values } from "../model/values.ts";

/**
 * The UUID says who made a guest, a network or a pool, so that an apply that was killed recognizes its own work, and nothing
 * foreign is ever taken for it. It is of version 8 (RFC 9562): 48 bits stand for the host and the name, the rest for the
 * definition as it was written, without passwords.
 */
export function uuidOf(host: string, name: string, definition: XmlElement | Values): string {
  const what = createHash("sha256").update(JSON.stringify(definition, withoutSecrets)).digest();
  what[0] = ((what[0] ?? 0) & 0x0f) | 0x80;
  what[2] = ((what[2] ?? 0) & 0x3f) | 0x80;
  const rest = what.toString("hex");
  const where = placeOf(host, name);
  return `${where.slice(0, 8)}-${where.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8, 20)}`;
}

const placeOf = (host: string, name: string): string => createHash("sha256").update(`${host}\0${name}`).digest("hex").slice(0, 12);

const withoutSecrets = (key: string, value: unknown): unknown => (key === "passwd" || typeof value === "symbol" ? undefined : value);

/** Whether cdkvm made what has this UUID under this name on this host, with whatever configuration. */
export const isMadeHere = (uuid: string, host: string, name: string): boolean =>
  uuid[14] === "8" && uuid.slice(0, 13).replace("-", "") === placeOf(host, name);
