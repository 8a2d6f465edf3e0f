import { createHmac, randomBytes } from "node:crypto";
import { isMap, isPair, isScalar, isSeq, isAlias, parseDocument, type Document, type Node } from "yaml";

/**
 * What stands in the place of a value that must not be shown. It can tell whether two hidden values are the same, and
 * nothing else: the digest's key lives only as long as the process and leaves it never.
 */
export class Masked {
  readonly digest: string;
  constructor(value: unknown) {
    this.digest = createHmac("sha256", processKey)
      .update(JSON.stringify(value) ?? "")
      .digest("base64");
  }
}

const processKey = randomBytes(32);

export const SENSITIVE = "(sensitive)";
export const SENSITIVE_CHANGED = "(sensitive, changed)";

/** Attribute and key names whose values are hidden wherever they stand, whatever a plan or a table says of them. */
const secretName =
  /pass(w(or)?d|wd|phrase)|^pw$|_pw$|pwauth|secret|token|private|credential|cred(s)?$|api[-_]?key|access[-_]?key|activation[-_]?key|(^|[-_])key$|psk|hash(ed)?([-_]|$)|salt|bearer|^auth$|authorization|cookie|(^|[-_])pin$/i;

/** Names that read like secrets and are none: flags, and public keys. */
const plainName = /^(lock_passwd|ssh_pwauth|ssh_deletekeys|ssh_quiet_keygen|no_ssh_fingerprints|.*public.*|public[-_]?key)$/i;

export const isSecretName = (name: string): boolean => secretName.test(name) && !plainName.test(name);

/** Files that hold secrets by their name; the content that `write_files` gives them is hidden whole. */
const secretFile =
  /(shadow|\.pem|\.key|\.p12|\.pfx|\.env|\.netrc|\.pgpass|\.kdbx|id_(rsa|dsa|ecdsa|ed25519)|authinfo|kubeconfig|htpasswd|\.npmrc|config\.json|wpa_supplicant.*)$|secret|passw|token|credential|private/i;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Text patterns; group 1, where a pattern has one, is what stays readable in front of the secret. */
const patterns: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  // crypt(3): $6$salt$hash, $y$..., $2b$..., $argon2id$...; and LDAP's {SSHA}
  /\$(?:[0-9]{1,2}[a-z]?|y|gy|7|md5|sha1|argon2[a-z]*|scrypt|pbkdf2[a-z0-9-]*)\$[^\s"',;:]+/g,
  /\{(?:SSHA|SHA|SMD5|CRYPT|SSHA512|SSHA256|PBKDF2[^}]*)\}\S+/g,
  // user:password@ in a URL
  /((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,40}:\/\/)[^\s/@"']+(?=@)/gi,
  // tokens that say what they are
  /\b(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{8,}|sk-[\w-]{16,}|(?:AKIA|ASIA)[0-9A-Z]{12,}|hvs\.[\w-]{16,}|npm_\w{20,}|dop_v1_\w{20,}|AIza[\w-]{20,}|K10[0-9a-f]{20,}::\S+)/g,
  /\beyJ[\w-]{8,}\.[\w-]+\.?[\w-]*/g,
  // Authorization: Bearer x, Basic x
  /(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}/gi,
  // echo user:password | chpasswd, and every other word in front of that pipe
  /(\becho\s+(?:-\w+\s+)?)[^|\n]+(?=\|\s*(?:sudo\s+)?(?:\/\S*\/)?chpasswd)/g,
  /(\b(?:chpasswd|passwd)\b[^\n]*<<<\s*)[^\n]+/g,
  // --password x, -p x of a few, --token=x
  /((?:^|[\s"'])--?(?:[\w-]*(?:pass(?:w(?:or)?d|phrase)?|secret|token|api-?key|auth-?key|private-?key|psk|credentials?)[\w-]*)(?:=|\s+|",\s*"|',\s*'))(?:"[^"\n]*"|'[^'\n]*'|[^\s"',\]]+)/gi,
  // name = value, name: value, "name": "value", <name>value; the rest of the line when in doubt
  /((?:^|[\s"'{,;(&?<])(?:export\s+)?[\w.-]*(?:pass(?:w(?:or)?d|phrase|wd)|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|auth[-_]?key|activation[-_]?key|credential|psk)[\w-]*["']?(?:\s*[:=]>?\s*|>))(?!\s*(?:true|false|null|yes|no|\|[-+]?|>[-+]?)?\s*(?:[,}#\n]|$))[^\n]+/gim,
  // netrc: password x
  /(\bpassword\s+)(?![:=])\S+/gi,
];

/** Long runs that no person wrote: keys and tokens of any make. Public ssh keys and their kin are no secrets. */
const opaque = /[A-Za-z0-9+/_=-]{32,}/g;
const publicKey = /(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S+|sk-\S+@openssh\.com)\s+$/;

const looksOpaque = (run: string): boolean => {
  if (/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(run)) return false; // a UUID
  if (/^[-=_+/]+$/.test(run)) return false; // a ruler
  if (/^[0-9a-f]+$/i.test(run)) return true;
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/].filter((one) => one.test(run)).length;
  return classes === 3 || (classes === 2 && run.split(/[-_/]/).some((part) => part.length >= 28));
};

/** Texts that hold whole programs or documents; only in these are long opaque runs hidden too. */
const documentName = /^(user_data|meta_data|network_config|vendor_data|content|xml)$/;

function patternRanges(text: string, isDocument: boolean): Range[] {
  const ranges: Range[] = [];
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      const start = match.index + (match[1]?.length ?? 0);
      const end = match.index + match[0].length;
      if (end > start) ranges.push({ start, end });
    }
  }
  if (isDocument) {
    for (const match of text.matchAll(opaque)) {
      if (!looksOpaque(match[0]) || publicKey.test(text.slice(Math.max(0, match.index - 80), match.index))) continue;
      ranges.push({ start: match.index, end: match.index + match[0].length });
    }
  }
  return ranges;
}

const keyOf = (node: unknown): string => (isScalar(node) && typeof node.value === "string" ? node.value : "");

/** Where the secrets of a YAML (or JSON) document stand, by what the keys above them say, and the values themselves. */
function yamlRanges(text: string): { ranges: Range[]; values: string[] } | undefined {
  let document: Document;
  try {
    document = parseDocument(text, { uniqueKeys: false, logLevel: "silent", strict: false });
  } catch {
    return undefined;
  }
  if (document.errors.length > 0) return undefined;
  const ranges: Range[] = [];
  const values: string[] = [];
  const hidden = new Set<unknown>();
  const hide = (node: unknown): void => {
    if (hidden.has(node)) return; // an alias may reach into itself
    hidden.add(node);
    if (isAlias(node)) return hide(node.resolve(document));
    if (isMap(node)) return node.items.forEach((pair) => hide(pair.value));
    if (isSeq(node)) return node.items.forEach(hide);
    if (isPair(node)) return hide(node.value);
    if (!isScalar(node) || node.value === null || typeof node.value === "boolean" || node.value === "") return;
    if (node.range) ranges.push({ start: node.range[0], end: trimmedEnd(text, node.range[0], node.range[1]) });
    if (typeof node.value === "string" || typeof node.value === "number") values.push(String(node.value));
  };
  const visit = (node: Node | null | undefined, under: string): void => {
    const chpasswd = under === "chpasswd";
    const inKeys = under === "ssh_keys";
    if (isSeq(node)) {
      node.items.forEach((item, index) => {
        // a command as a list: ["--token", "x"]
        const option = /^--?([\w-]+)$/.exec(keyOf(node.items[index - 1]))?.[1];
        if (option !== undefined && isSecretName(option)) hide(item);
        else visit(item as Node, under);
      });
    }
    if (!isMap(node)) {
      if (chpasswd) hide(node);
      return;
    }
    const path = node.items.find((pair) => keyOf(pair.key) === "path")?.value;
    const encoded = node.items.some((pair) => keyOf(pair.key) === "encoding" && !/^(text\/plain)?$/.test(keyOf(pair.value)));
    for (const pair of node.items) {
      const key = keyOf(pair.key);
      const value = pair.value as Node | null;
      const whole = key === "content" && (encoded || secretFile.test(keyOf(path)));
      if (whole || isSecretName(key) || (inKeys && !key.includes("public"))) hide(value);
      else if (chpasswd && /^(name|type|expire)$/.test(key)) continue;
      else visit(value, key === "chpasswd" || key === "ssh_keys" ? key : under);
    }
  };
  try {
    visit(document.contents, "");
  } catch {
    return undefined; // nested deeper than the stack: read line by line
  }
  return { ranges, values };
}

/** A block scalar's range reaches into the next line; the line break stays readable. */
function trimmedEnd(text: string, start: number, end: number): number {
  let last = end;
  while (last > start && /\s/.test(text[last - 1] ?? "")) last -= 1;
  return last;
}

/** Line by line, for what is no YAML: a secret's name hides its line and every deeper line below it. */
function lineRanges(text: string): Range[] {
  const ranges: Range[] = [];
  let offset = 0;
  let hiding = -1;
  for (const line of text.split("\n")) {
    const indent = line.search(/\S/);
    if (indent > hiding && hiding >= 0 && indent >= 0) {
      ranges.push({ start: offset + indent, end: offset + line.trimEnd().length });
    } else if (indent >= 0) {
      hiding = -1;
      const key = /^[\s-]*["']?([\w.-]+)["']?\s*[:=]/.exec(line);
      if (key && (isSecretName(key[1] ?? "") || key[1] === "chpasswd")) {
        hiding = indent;
        const start = offset + key[0].length;
        if (line.slice(key[0].length).trim() !== "") ranges.push({ start, end: offset + line.trimEnd().length });
      }
    }
    offset += line.length + 1;
  }
  return ranges;
}

function occurrences(text: string, values: readonly string[]): Range[] {
  const ranges: Range[] = [];
  for (const value of values) {
    if (value.length < 4) continue;
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length))
      ranges.push({ start: at, end: at + value.length });
  }
  return ranges;
}

function merged(ranges: readonly Range[]): Range[] {
  const result: { start: number; end: number }[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else result.push({ ...range });
  }
  return result;
}

function secretsOf(text: string, isDocument: boolean): Range[] {
  const ranges = patternRanges(text, isDocument);
  if (!isDocument) return merged(ranges);
  const structured = yamlRanges(text);
  if (structured) ranges.push(...structured.ranges, ...occurrences(text, structured.values));
  else ranges.push(...lineRanges(text));
  return merged(ranges);
}

function replaced(text: string, ranges: readonly Range[], by: (secret: string) => string): string {
  let result = "";
  let at = 0;
  for (const { start, end } of ranges) {
    result += text.slice(at, start) + by(text.slice(start, end));
    at = end;
  }
  return result + text.slice(at);
}

/**
 * Two states of one text with the secrets taken out: passwords and their hashes, private keys, tokens; when in doubt,
 * hidden. A secret of the later text that the earlier does not have reads "(sensitive, changed)".
 *
 * `name` is the attribute's; `secrets` are values that are hidden wherever they stand. Cloud-init's documents are read as such
 * (https://cloudinit.readthedocs.io/en/latest/reference/modules.html).
 */
export function maskTexts(
  name: string,
  before: string | null,
  after: string | null,
  secrets: readonly string[] = [],
): { before: string | null; after: string | null } {
  const isDocument = documentName.test(name);
  const rangesBefore = before === null ? [] : secretsOf(before, isDocument);
  const rangesAfter = after === null ? [] : secretsOf(after, isDocument);
  const known = new Set(rangesBefore.map(({ start, end }) => (before ?? "").slice(start, end).trim()));
  // what is secret in one state is secret in the other, wherever it stands there
  const secretsAfter = rangesAfter.map(({ start, end }) => (after ?? "").slice(start, end));
  const everywhere = [...known, ...secretsAfter, ...secrets].map((secret) => secret.trim()).filter((secret) => secret.length >= 6);
  const all = (text: string, ranges: readonly Range[]): Range[] => merged([...ranges, ...occurrences(text, everywhere)]);
  return {
    before: before === null ? null : replaced(before, all(before, rangesBefore), () => SENSITIVE),
    after:
      after === null
        ? null
        : replaced(after, all(after, rangesAfter), (secret) =>
            before === null || known.has(secret.trim()) ? SENSITIVE : SENSITIVE_CHANGED,
          ),
  };
}
