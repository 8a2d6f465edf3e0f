/** Replaces hidden values. */
export const HIDDEN = "(sensitive)";

/** Shorter values occur by chance; hiding them would hide anything. */
export const SECRET_MIN = 4;
/** Lines of a longer secret, such as a private key, are hidden individually: documents indent and wrap them. */
const LINE_MIN = 8;

/** Values to hide wherever they occur, including their forms in documents, URLs and shells. */
export class HiddenValues {
  /** The original values that can be hidden. */
  readonly values: readonly string[];
  readonly #pattern: RegExp | undefined;

  constructor(values: Iterable<string>) {
    this.values = [...new Set(values)].filter((value) => value.trim().length >= SECRET_MIN).sort();
    const forms = [...new Set(this.values.flatMap(formsOf))].sort((a, b) => b.length - a.length);
    this.#pattern =
      forms.length === 0 ? undefined : new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|"), "g");
  }

  /** The text with all of them replaced. */
  hide(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, HIDDEN);
  }

  /** Whether the text contains one of them. */
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

/** Hides values in all output of this process. Ignores values that are too short. */
export function rememberSecrets(values: Iterable<string>): void {
  const size = known.size;
  for (const value of values) known.add(value);
  if (known.size !== size) hidden = new HiddenValues(known);
}

/** The secrets known to this process. */
export const knownSecrets = (): HiddenValues => hidden;
