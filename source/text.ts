import { isScalar, LineCounter, parseDocument, visit, type Document, type Node } from "yaml";
import type { Fault, FileProblem } from "../model/file-error.ts";

/** Offsets in a text. */
export type Range = readonly [start: number, end: number];

const SECRET =
  /^(password|passwd|passphrase|token|secret|(hashed|plain)_?(passwd|password)|(plain_?text_?)?passw(or)?d_?(hash)?|private_?key)$/i;
const SECRET_LINE = /^(.*?(?:password|passwd|passphrase|token|secret|private_?key)[a-z_]*["']?\s*:\s+)(\S.*)$/i;

/** A YAML text, its document, and positions in it; displayed lines have likely secrets masked. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  readonly document: Document;
  /** Values of keys that name a secret. */
  readonly secrets = new Set<Node>();
  readonly #lines = new LineCounter();
  readonly #shown: readonly string[];

  constructor(text: string, file: string) {
    this.file = file;
    this.text = text;
    this.document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      merge: true,
      uniqueKeys: true,
      keepSourceTokens: true,
    });
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
