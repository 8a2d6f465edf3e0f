import { createHash, randomBytes } from "node:crypto";

/**
 * A UUID for a guest, network or pool about to be created. It is of version 8 (RFC 9562): 48 bits encode the host and the name, and
 * later show that cdkvm created the object; the rest is random, unique to this create. libvirt does not define a second object with
 * the same name and another UUID, so only one of two concurrent applies gets the name.
 */
export function newUuid(hostname: string, name: string): string {
  const what = randomBytes(10);
  what[0] = ((what[0] ?? 0) & 0x0f) | 0x80;
  what[2] = ((what[2] ?? 0) & 0x3f) | 0x80;
  const rest = what.toString("hex");
  const where = hashOf(hostname, name);
  return `${where.slice(0, 8)}-${where.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8, 20)}`;
}

const hashOf = (hostname: string, name: string): string => createHash("sha256").update(`${hostname}\0${name}`).digest("hex").slice(0, 12);

/** Whether cdkvm created the object with this UUID and name on this host, for any state. */
export const isMadeHere = (uuid: string, hostname: string, name: string): boolean =>
  uuid[14] === "8" && uuid.slice(0, 13).replace("-", "") === hashOf(hostname, name);
