import { sshKeyError } from "./value-errors.ts";

const TYPES = /^((sk-)?(ssh-(ed25519|rsa|dss)|ecdsa-sha2-nistp(256|384|521)))((-cert-v01)?@openssh\.com)?$/;

/**
 * A public SSH key as a line of authorized_keys (sshd(8)): options, type, base64, comment.
 * @throws CdkvmError
 */
export function sshPublicKey(text: string): string {
  const line = text.trim();
  const shown = JSON.stringify(line.length > 40 ? `${line.slice(0, 37)}...` : line);
  if (line.includes("PRIVATE KEY")) throw sshKeyError.private();
  if (line.includes("\n")) throw sshKeyError.lines();
  if (/^[~./]\S*$/.test(line)) throw sshKeyError.path(shown);
  if (/^AAAA\S+/.test(line)) {
    const type = typeIn(line.split(/\s/)[0] ?? "");
    throw sshKeyError.noType(shown, type === undefined ? undefined : `${type} ${line.slice(0, 20)}...`);
  }
  const words = line.split(/\s+/);
  const index = words.findIndex((word) => TYPES.test(word));
  const [type, key] = [words[index], words[index + 1]];
  if (type === undefined || key === undefined) throw sshKeyError.syntax(shown);
  const actual = typeIn(key);
  if (actual === undefined) throw sshKeyError.incomplete(shown);
  if (actual !== type) throw sshKeyError.otherType(shown, type, actual);
  return text;
}

/** The type at the start of a key's data, if the data is complete: length-prefixed fields. */
function typeIn(base64: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const data = Buffer.from(base64, "base64");
  const fields: Buffer[] = [];
  let offset = 0;
  while (offset + 4 <= data.length) {
    const end = offset + 4 + data.readUInt32BE(offset);
    fields.push(data.subarray(offset + 4, end));
    offset = end;
  }
  return offset === data.length && fields.length > 1 ? fields[0]?.toString() : undefined;
}
