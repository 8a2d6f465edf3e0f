/** What stands in the place of what must not be seen. */
export const HIDDEN = "(sensitive)";

/** A shorter one turns up by chance: hiding it would hide anything. */
export const SECRET_MIN = 4;
/** A line of a longer secret, such as a private key, is hidden by itself: documents indent and wrap it. */
const LINE_MIN = 8;

/** Values that are hidden wherever they turn up, also in the forms that documents, URLs and shells give them. */
export class HiddenValues {
  /** As they were given, those that can be hidden. */
  readonly values: readonly string[];
  readonly #pattern: RegExp | undefined;

  constructor(values: Iterable<string>) {
    this.values = [...new Set(values)].filter((value) => value.trim().length >= SECRET_MIN).sort();
    const forms = [...new Set(this.values.flatMap(formsOf))].sort((a, b) => b.length - a.length);
    this.#pattern =
      forms.length === 0 ? undefined : new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|"), "g");
  }

  /** The text with each of them taken out. */
  hide(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, HIDDEN);
  }

  /** Whether one of them is in the text. */
  isIn(text: string): boolean {
    return this.#pattern !== undefined && text.search(this.#pattern) >= 0;
  }
}

function formsOf(value: string): string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const base64 = Buffer.from(value).toString("base64");
  const forms = [
    value.trim(),
    ...(lines.length > 1 ? lines.filter((line) => line.length >= LINE_MIN) : []),
    base64,
    base64.replace(/=+$/, ""),
    Buffer.from(value).toString("base64url"),
    encodeURIComponent(value),
  ];
  return forms
    .flatMap((form) => [
      form,
      JSON.stringify(form).slice(1, -1),
      xml(form),
      form.replaceAll("'", "''"),
      form.replaceAll("${", "$${").replaceAll("%{", "%%{"),
    ])
    .filter((form) => form.length >= SECRET_MIN);
}

const xml = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

const known = new Set<string>();
let hidden = new HiddenValues(known);

/** Has values hidden wherever this process shows something. Those too short to be hidden are left out. */
export function rememberSecrets(values: Iterable<string>): void {
  const size = known.size;
  for (const value of values) known.add(value);
  if (known.size !== size) hidden = new HiddenValues(known);
}

/** What this process knows to be secret. */
export const knownSecrets = (): HiddenValues => hidden;
