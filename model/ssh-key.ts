import { misspelled } from "./spelling.ts";

const TYPES = /^((sk-)?(ssh-(ed25519|rsa|dss)|ecdsa-sha2-nistp(256|384|521)))((-cert-v01)?@openssh\.com)?$/;

/**
 * A public ssh key as a line of authorized_keys (sshd(8)): options, type, base64, comment.
 * @throws CdkvmError
 */
export function sshPublicKey(text: string): string {
  const line = text.trim();
  const shown = JSON.stringify(line.length > 40 ? `${line.slice(0, 37)}...` : line);
  const wrong = (problem: string, fix: string): Error => misspelled("an ssh key", problem, fix);
  if (line.includes("PRIVATE KEY"))
    throw wrong("this is a private key (it is not shown)", "give the public one, which is in the file that ends in .pub");
  if (line.includes("\n")) throw wrong("this is several lines", "give each key as an item of its own");
  if (/^[~./]\S*$/.test(line)) throw wrong(`${shown} is a path`, "give what stands in that file");
  if (/^AAAA\S+/.test(line)) {
    const type = typeIn(line.split(/\s/)[0] ?? "");
    throw wrong(
      `${shown} does not begin with its type`,
      type ? `did you mean ${JSON.stringify(`${type} ${line.slice(0, 20)}...`)}?` : "as ssh-ed25519",
    );
  }
  const words = line.split(/\s+/);
  const at = words.findIndex((word) => TYPES.test(word));
  const [type, key] = [words[at], words[at + 1]];
  if (type === undefined || key === undefined)
    throw wrong(`${shown} is not a public ssh key`, 'a key is as "ssh-ed25519 AAAAC3Nz... me@laptop"; ssh-keygen makes one');
  const said = typeIn(key);
  if (said === undefined) throw wrong(`${shown} is cut off, or no key`, "copy the whole line of the file that ends in .pub");
  if (said !== type)
    throw wrong(`${shown} says ${type}, and its key is of type ${said}`, "copy the whole line of the file that ends in .pub");
  return text;
}

/** The type at the start of a key's data, if the data is complete: length-prefixed fields. */
function typeIn(base64: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const data = Buffer.from(base64, "base64");
  const fields: Buffer[] = [];
  let at = 0;
  while (at + 4 <= data.length) {
    const end = at + 4 + data.readUInt32BE(at);
    fields.push(data.subarray(at + 4, end));
    at = end;
  }
  return at === data.length && fields.length > 1 ? fields[0]?.toString() : undefined;
}
