import { type Document, type ErrorCode, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import type { Fault, FileProblem } from "../model/file-error.ts";

/** Offsets in a text. */
export type Range = readonly [start: number, end: number];

const SECRET =
  /^(password|passwd|passphrase|token|secret|(hashed|plain)_?(passwd|password)|(plain_?text_?)?passw(or)?d_?(hash)?|private_?key)$/i;
const SECRET_LINE = /^(.*?(?:password|passwd|passphrase|token|secret|private_?key)[a-z_]*["']?\s*:\s+)(\S.*)$/i;

/** What is not YAML, or a key that a mapping has twice. */
export interface SourceError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly pos: Range;
}

/** A YAML text, its document, and positions in it; displayed lines have likely secrets masked. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  readonly document: Document;
  readonly errors: readonly SourceError[];
  /** Values of keys that name a secret. */
  readonly secrets = new Set<Node>();
  readonly #lines = new LineCounter();
  readonly #shown: readonly string[];

  constructor(text: string, file: string) {
    this.file = file;
    this.text = text;
    // The parser compares each key with all others of its mapping, and keeps a token for each part of the text: too much for a large fleet.
    const options = { prettyErrors: false, merge: true, uniqueKeys: false };
    const document = parseDocument(text, { ...options, lineCounter: this.#lines });
    this.document = document.errors.length === 0 ? document : parseDocument(text, { ...options, keepSourceTokens: true });
    this.errors = [...document.errors, ...repeatedKeys(this.document)];
    this.#shown = this.#masked();
  }

  lineAt(offset: number): number {
    return Math.max(this.#lines.linePos(offset).line, 1);
  }

  problemAt([start, end]: Range, { message, fix = "" }: Fault): FileProblem {
    const line = this.lineAt(start);
    const column = Math.max(this.#lines.linePos(start).col, 1);
    const source = this.#shown[line - 1] ?? "";
    const length = this.text.slice(start, end).split("\n")[0]?.length ?? 0;
    return { file: this.file, line, column, text: source.slice(column - 1, column - 1 + length), message, fix, source };
  }

  /** The range of a node without surrounding white space. */
  rangeOf(node: Node | undefined): Range {
    const [start, end] = node?.range ?? [0, 0];
    const inside = this.text.slice(start, end);
    return [start + inside.length - inside.trimStart().length, end - (inside.length - inside.trimEnd().length)];
  }

  #masked(): string[] {
    let text = this.text;
    visit(this.document, {
      Pair: (_, { key, value }) => {
        if (!isScalar(key) || !SECRET.test(String(key.value)) || !isScalar(value) || !value.range) return;
        const [start, end] = this.rangeOf(value);
        text = text.slice(0, start) + text.slice(start, end).replaceAll(/[^\n]/g, "*") + text.slice(end);
        this.secrets.add(value);
      },
    });
    return text
      .split(/\r?\n/)
      .map((line) => line.replace(SECRET_LINE, (_, key: string, rest: string) => key + rest.replaceAll(/\S/g, "*")));
  }
}

function repeatedKeys(document: Document): SourceError[] {
  const errors: SourceError[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key) || !key.range || key.source === "<<") continue;
        if (seen.has(key.value))
          errors.push({ code: "DUPLICATE_KEY", message: "Map keys must be unique", pos: [key.range[0], key.range[1]] });
        seen.add(key.value);
      }
    },
  });
  return errors;
}
