import type { Phrase } from "./phrase.ts";

/** What belongs to one resource alone. */
export interface OwnValues {
  readonly name: string;
  /** The guest that it belongs to. */
  readonly guest?: string | undefined;
  readonly uuid?: string | undefined;
  /** MAC addresses of its interfaces, in their order. */
  readonly macs?: readonly string[];
}

/** Puts marks in the place of a resource's own values: resources that change alike then read the same. */
export class Own {
  readonly #marks: ReadonlyMap<string, string>;
  readonly #values: RegExp;

  constructor({ name, guest, uuid, macs = [] }: OwnValues) {
    const marks = new Map<string, string>();
    const add = (value: string | undefined, mark: string): void => {
      if (value !== undefined && value !== "" && !marks.has(value)) marks.set(value, mark);
    };
    macs.forEach((mac, index) => add(mac, macs.length > 1 ? `<MAC ${index + 1}>` : "<MAC>"));
    add(uuid, "<UUID>");
    add(name, "<name>");
    add(guest, "<guest>");
    this.#marks = marks;
    const longest = [...marks.keys()]
      .toSorted((a, b) => b.length - a.length)
      .map((value) => value.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
    this.#values = new RegExp(`(?<![A-Za-z0-9])(?:${longest.join("|") || "(?!)"})(?![A-Za-z0-9])`, "g");
  }

  /** `<name>-root` for `web1-root` */
  marked(text: string): string {
    return text.replace(this.#values, (value) => this.#marks.get(value) ?? value);
  }

  /** A phrase as all that change alike have it; a guest's only interface needs no mark. */
  markedPhrase(phrase: Phrase): Phrase {
    const { item, attribute, before, after, detail, parts } = phrase;
    const marked = (text: string | undefined): string | undefined => text && this.marked(text);
    return {
      ...phrase,
      item: marked(item)?.replace(" <MAC>", ""),
      attribute: marked(attribute),
      before: marked(before),
      after: marked(after),
      detail: marked(detail),
      ...(parts && { parts: parts.map((part) => this.marked(part)) }),
    };
  }
}
