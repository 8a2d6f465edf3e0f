import type { HiddenValues } from "../model/hidden.ts";
import { HIDDEN } from "../model/hidden.ts";
import type { Holds } from "../model/table.ts";
import { digestOf, type Fact, type Part, partsOf } from "./contents/index.ts";

export const SENSITIVE: string = HIDDEN;
export const SENSITIVE_CHANGED = "(sensitive, changed)";

/** Replaces a value that must not be shown. It only reveals whether two hidden values are the same. */
export class Masked {
  readonly digest: string;
  constructor(value: unknown) {
    this.digest = digestOf(value);
  }
}

/** The same for a free text, with the parts of it that may be shown. */
export class Content extends Masked {
  readonly parts: readonly Part[];
  constructor(holds: Holds, text: string, secrets: HiddenValues) {
    super(text);
    const told = (value: string): string => (secrets.isIn(value) ? SENSITIVE : value);
    const fact = (one: Fact): Fact => (one.value === undefined ? one : { ...one, value: told(one.value) });
    this.parts = partsOf(holds, text).map((one) => ({ ...one, name: told(one.name), facts: one.facts.map(fact) }));
  }
}

/** For a resource without a table, the attribute name is the only indication. */
const secretName =
  /pass(w(or)?d|wd|phrase)|^pw$|_pw$|secret|token|private|credential|api[-_]?key|access[-_]?key|(^|[-_])key$|psk|salt|bearer|^auth$|cookie|user_?data|script/i;
export const isSecretName = (name: string): boolean => secretName.test(name) && !/public/i.test(name);

/** Hides a URL's user and its query values, which can be secrets; the target is what a reader wants. */
export const withoutLogins = (text: string): string =>
  text
    .replace(/\b([a-z][a-z0-9+.-]{0,40}:\/\/)[^/?#\s"']*@/gi, `$1${SENSITIVE}@`)
    .replace(/\b([a-z][a-z0-9+.-]{0,40}:\/\/[^\s?#"']*)([?#][^\s"']*)/gi, (_, head: string, tail: string) => head + plainTail(tail));

/** `?a=1&b=2#c` with only its names. */
const plainTail = (tail: string): string =>
  tail
    .replace(/([?&])([^=&#]*)(=[^&#]*)?/g, (_, mark: string, name: string, value: string | undefined) =>
      /^[\w.-]{0,40}$/.test(name) && value !== undefined ? `${mark}${name}=${SENSITIVE}` : `${mark}${SENSITIVE}`,
    )
    .replace(/#.*$/, `#${SENSITIVE}`);
