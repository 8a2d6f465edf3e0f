import { createHash } from "node:crypto";

/** Names that a review may show. Each must have the form of its kind; anything else is shown without its name. */

const matching =
  (form: RegExp) =>
  (value: unknown): string =>
    typeof value === "string" && form.test(value) ? value : typeof value === "number" ? String(value) : "";

/** A user, a group, a host name. */
export const account = matching(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/);
/** `nginx`, `g++`, `libc6:i386`, `nginx=1.22.1-9`. */
export const packageName = matching(/^[A-Za-z0-9][A-Za-z0-9+._:~-]{0,79}(=[A-Za-z0-9+._:~-]{1,60})?$/);
/** An absolute path. */
export const filePath = matching(/^\/[A-Za-z0-9._/@+,:~-]{0,254}$/);
/** A key of a mapping. */
export const key = matching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/);
/** `nginx.service`. */
export const unit = matching(/^[A-Za-z0-9_@.:-]{1,100}$/);
/** `0644`. */
export const fileMode = (value: unknown): string =>
  typeof value === "number" ? `0${value.toString(8)}` : matching(/^0?[0-7]{3,4}$/)(value);
/** `root:adm`. */
export const owner = matching(/^[A-Za-z0-9_.-]{1,32}(:[A-Za-z0-9_.-]{1,32})?$/);
/** `-fw_cfg`. */
export const option = matching(/^--?[A-Za-z][A-Za-z0-9_-]{0,40}$/);

/** The program that a command runs: leading variable assignments are values, and so are the arguments. */
export function program(command: unknown): string {
  const words = Array.isArray(command) ? command.map(String) : typeof command === "string" ? command.trim().split(/\s+/) : [];
  const [first = ""] = words;
  const name = first.split("/").at(-1) ?? "";
  return /^[A-Za-z[][A-Za-z0-9._+-]{0,30}$/.test(name) && /^[\w./+-]+$/.test(first) ? name : "";
}

/** Where something is fetched from, without user, path and query. */
export function server(url: unknown): string {
  if (typeof url !== "string") return "";
  const [, scheme = "", host = ""] =
    /^([a-z][a-z0-9+.-]{0,20}):\/\/(?:[^/?#@]*@)?([A-Za-z0-9.-]{1,200}(?::\d{1,5})?)(?:[/?#]|$)/i.exec(url) ?? [];
  return host === "" ? "" : `${scheme.toLowerCase()}://${host}`;
}

/** A public key by its kind and fingerprint, as shown by `ssh-keygen -l` and servers. */
export function sshKey(text: unknown): string {
  if (typeof text !== "string") return "";
  const [, kind, blob] = /(?:^|\s)((?:ssh|ecdsa|sk)-[A-Za-z0-9@.-]+)\s+(AAAA[A-Za-z0-9+/=]+)(?:\s|$)/.exec(text) ?? [];
  if (kind === undefined || blob === undefined) return "";
  return `${kind} SHA256:${createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64").replace(/=+$/, "")}`;
}

/** What a sudo rule allows a user. https://www.sudo.ws/docs/man/sudoers.man/ */
export function sudo(rule: unknown): string | undefined {
  if (rule === undefined || rule === null || rule === false || rule === "") return undefined;
  const rules = (Array.isArray(rule) ? rule : [rule]).filter((one): one is string => typeof one === "string");
  const all = rules.find((one) => /=\s*(\([^)]*\))?\s*([A-Z_]+:\s*)*ALL\s*$/.test(one));
  if (all === undefined) return "some commands";
  return /\bNOPASSWD:/.test(all) ? "all, without a password" : "all";
}
