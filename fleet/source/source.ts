import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { HIDDEN, rememberSecrets, SECRET_MIN } from "../../model/hidden.ts";
import { nearest } from "../../model/spelling.ts";
import type { FleetProblem } from "../errors.ts";

export type Path = readonly (string | number)[];
type Range = readonly [start: number, end: number];

const SECRET =
  /^(password|passwd|passphrase|token|secret|(hashed|plain)_?(passwd|password)|(plain_?text_?)?passw(or)?d_?(hash)?|private_?key)$/i;
const SECRET_LINE = /^(.*?(?:password|passwd|passphrase|token|secret|private_?key)[a-z_]*["']?\s*:\s+)(\S.*)$/i;
const REFERENCE = /\$\{(env|secret)\.([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** The YAML text of a fleet file: its data and the position of each part. */
export class FleetSource {
  readonly file: string;
  /** The file's data, with `${env.NAME}` resolved. */
  readonly data: unknown;
  /** Whether the data is complete; not if the file is invalid YAML. */
  readonly readable: boolean;
  /** YAML problems and unset variables. */
  readonly problems: readonly FleetProblem[];
  readonly #text: string;
  readonly #shown: readonly string[];
  readonly #document: Document;
  readonly #lines = new LineCounter();
  readonly #indexes = new WeakMap<readonly Pair[], Map<string, Pair>>();
  /** Values that no message may show: their node, and their text in the file. */
  readonly #hidden = new Map<Node, { readonly value: string; readonly text: string }>();

  readonly #unset = new WeakSet<Node>();

  /** @param env the values of `${env.NAME}` and `${secret.NAME}`; `null`: the file may not use any */
  constructor(text: string, file: string, env: Readonly<Record<string, string | undefined>> | null = {}) {
    this.file = file;
    this.#text = text;
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      merge: true,
      uniqueKeys: true,
      keepSourceTokens: true,
    });
    this.#shown = this.#mask();
    const problems = this.#syntax();
    const odd = [...this.#oddKeys(), ...this.#aliases()];
    problems.push(...odd);
    this.readable = odd.length === 0 && this.#document.errors.every(({ code }) => code === "DUPLICATE_KEY");
    if (this.readable) problems.push(...this.#fillIn(env));
    this.problems = problems;
    this.data = this.readable ? this.#toData(problems) : undefined;
  }

  /** Whether the file itself contains a value at a path. */
  has(path: Path): boolean {
    return this.#find(path).depth === path.length;
  }

  /**
   * A problem at a path.
   *
   * @param at whether it concerns the value or its key; if the path does not exist, it concerns the nearest parent's key
   */
  problem(path: Path, message: string, fix = "", at: "value" | "key" = "value"): FleetProblem {
    const found = this.#find(path);
    const missing = found.depth < path.length;
    const value = found.pair === undefined || (!missing && at === "value") ? found.value : undefined;
    const node = value ?? (found.pair?.key as Node | undefined);
    const range: Range = missing && found.depth === 0 ? [0, 0] : trimmed(this.#text, node?.range ?? [0, 0]);
    return this.#problemAt(range, this.#withoutSecrets(found.value, message), this.#withoutSecrets(found.value, fix, ""));
  }

  /** Whether the value lacks a variable, which is already reported. */
  isUnset(path: Path): boolean {
    const { value, depth } = this.#find(path);
    return depth === path.length && value !== undefined && this.#unset.has(value);
  }

  /** The text of a number in the file: `0644`, which YAML reads as 644. */
  spelling(path: Path): string | undefined {
    const { value, depth } = this.#find(path);
    return depth === path.length && isScalar(value) ? value.source : undefined;
  }

  #problemAt([start, end]: Range, message: string, fix: string): FleetProblem {
    const { line, col } = this.#lines.linePos(start);
    const source = this.#shown[Math.max(line, 1) - 1] ?? "";
    const column = Math.max(col, 1);
    const text = this.#text.slice(start, end).split("\n")[0] ?? "";
    return {
      file: this.file,
      line: Math.max(line, 1),
      column,
      text: source.slice(column - 1, column - 1 + text.length),
      message,
      fix,
      source,
    };
  }

  #find(path: Path): { readonly value: Node | undefined; readonly pair: Pair | undefined; readonly depth: number } {
    let value = this.#resolve(this.#document.contents);
    let pair: Pair | undefined;
    for (const [depth, step] of path.entries()) {
      const next = isMap(value) ? this.#pairOf(value.items, step) : undefined;
      const item = isSeq(value) && typeof step === "number" ? value.items[step] : next?.value;
      if (next === undefined && item === undefined) return { value, pair, depth };
      if (next) pair = next;
      else pair = undefined;
      value = this.#resolve(item);
    }
    return { value, pair, depth: path.length };
  }

  /** The pair with a key; the last if there are several, as in the data. */
  #pairOf(items: readonly Pair[], key: string | number): Pair | undefined {
    let index = this.#indexes.get(items);
    if (!index)
      this.#indexes.set(items, (index = new Map(items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])))));
    const own = index.get(String(key));
    if (own) return own;
    for (const pair of items) {
      if (!isScalar(pair.key) || pair.key.source !== "<<") continue;
      const merged = this.#resolve(pair.value);
      for (const map of isSeq(merged) ? merged.items : [merged]) {
        const node = this.#resolve(map);
        const found = isMap(node) ? this.#pairOf(node.items, key) : undefined;
        if (found) return found;
      }
    }
    return undefined;
  }

  #resolve(node: unknown): Node | undefined {
    return isAlias(node) ? node.resolve(this.#document) : ((node ?? undefined) as Node | undefined);
  }

  /** @param instead the message if nothing is left without the value */
  #withoutSecrets(node: Node | undefined, message: string, instead?: string): string {
    const secret = node && this.#hidden.get(node);
    if (secret && message.includes(JSON.stringify(HIDDEN))) return message.replaceAll(JSON.stringify(HIDDEN), JSON.stringify(secret.text));
    if (!secret || secret.value === "" || !message.includes(secret.value)) return message;
    const quoted = message.replaceAll(JSON.stringify(secret.value), JSON.stringify(secret.text));
    return quoted.includes(secret.value) ? (instead ?? `the value of ${secret.text} is not right (it is not shown)`) : quoted;
  }

  #toData(problems: FleetProblem[]): unknown {
    try {
      return withoutExtensions(this.#document.toJS({ maxAliasCount: 1000 }));
    } catch {
      problems.push(this.#problemAt([0, 0], "the file's aliases repeat themselves too often", "use fewer aliases within aliases"));
      return undefined;
    }
  }

  #fillIn(env: Readonly<Record<string, string | undefined>> | null): FleetProblem[] {
    const problems: FleetProblem[] = [];
    const plain = this.#plainNames();
    visit(this.#document, {
      Scalar: (key, node) => {
        if (key === "key" || typeof node.value !== "string" || !/\$\{(env|secret)\./.test(node.value)) return;
        const text = node.value;
        node.value = text.replaceAll(REFERENCE, (whole: string, kind: "env" | "secret", name: string, otherwise: string | undefined) => {
          const refuse = (message: string, fix: string): string => {
            const range = trimmed(this.#text, node.range ?? [0, 0]);
            const at = this.#text.indexOf(whole, range[0]);
            this.#unset.add(node);
            problems.push(this.#problemAt(at >= 0 && at < range[1] ? [at, at + whole.length] : range, message, fix));
            return whole;
          };
          if (env === null) return refuse(`it reaches the environment of this machine`, "write the value itself");
          if (kind === "secret" && otherwise !== undefined)
            return refuse("a secret that stands in the file is none", `write \${secret.${name}}, and set ${name}`);
          const given = env[name];
          if (given === undefined && otherwise !== undefined) return otherwise;
          if (given !== undefined && (kind === "secret" || !plain.has(name))) {
            if (given.trim().length < SECRET_MIN)
              return refuse(
                `the environment variable ${name} has fewer than ${SECRET_MIN} characters, too few to be hidden`,
                kind === "secret" ? "a password wants 12" : `where it is no secret, say so: plainEnv: [${name}]`,
              );
            rememberSecrets([given]);
          }
          if (given !== undefined) return given;
          const names = Object.keys(env).filter((one) => one.length > 2);
          const near = name.length > 2 ? nearest(name, names) : undefined;
          const set = kind === "secret" ? "set it" : `set it, or give a value for when it is not: \${env.${name}:-value}`;
          return refuse(`the environment variable ${name} is not set`, near ? `did you mean \${${kind}.${near}}?` : set);
        });
        if (!this.#unset.has(node)) this.#hidden.set(node, { value: String(node.value), text });
      },
    });
    return problems;
  }

  /** The variables that the file declares as not secret. */
  #plainNames(): ReadonlySet<string> {
    const names = isMap(this.#document.contents) ? this.#document.contents.get("plainEnv", true) : undefined;
    return new Set(isSeq(names) ? names.items.flatMap((one) => (isScalar(one) ? [String(one.value)] : [])) : []);
  }

  /** The lines for display, with likely secrets masked. */
  #mask(): string[] {
    let text = this.#text;
    const star = (range: Range): void => {
      const [start, end] = trimmed(this.#text, range);
      text = text.slice(0, start) + text.slice(start, end).replaceAll(/[^\n]/g, "*") + text.slice(end);
    };
    visit(this.#document, {
      Pair: (_, pair) => {
        if (!isScalar(pair.key) || !SECRET.test(String(pair.key.value)) || !isScalar(pair.value) || !pair.value.range) return;
        star([pair.value.range[0], pair.value.range[1]]);
        this.#hidden.set(pair.value, { value: String(pair.value.value), text: "***" });
      },
    });
    return text
      .split(/\r?\n/)
      .map((line) => line.replace(SECRET_LINE, (_, key: string, rest: string) => key + rest.replaceAll(/\S/g, "*")));
  }

  #syntax(): FleetProblem[] {
    const ordered = this.#document.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
    // Errors after invalid YAML usually follow from it.
    const first = ordered.findIndex(({ code }) => code !== "DUPLICATE_KEY");
    const problems = (first < 0 ? ordered : ordered.slice(0, first + 1)).map(({ code, message, pos }) => {
      if (code === "DUPLICATE_KEY") return this.#duplicate(pos[0]);
      const open = /^Flow (map|sequence) .*must .*end with a/.test(message) ? this.#openBracket(pos[0]) : undefined;
      if (open) return open;
      if (message.startsWith("Missing closing") && message.endsWith("quote")) return this.#openQuote(pos[0]);
      if (code === "MULTIPLE_DOCS") return this.#problemAt(pos, "the file has more than one document", "remove the line ---");
      const [words = message.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()), fix = ""] =
        code === "TAB_AS_INDENT" ? [undefined, this.#tabs()] : inWords(code, message);
      return this.#problemAt(this.#fromText(pos), `this is not YAML: ${words}`, fix);
    });
    if (problems.length === 0 && this.#document.contents === null)
      problems.push(
        this.#problemAt([0, 0], "the file is empty", "start with hosts: and guests:; `cdkvm init --template fleet` writes one"),
      );
    for (const { message, pos } of this.#document.warnings) problems.push(this.#problemAt(pos, message, ""));
    return problems;
  }

  /** Keys that are lists or mappings, which YAML allows and a fleet file does not. */
  #oddKeys(): FleetProblem[] {
    const problems: FleetProblem[] = [];
    visit(this.#document, {
      Pair: (_, { key }) => {
        if (isMap(key) || isSeq(key))
          problems.push(this.#problemAt(trimmed(this.#text, key.range ?? [0, 0]), "a key is a word, not a list or mapping", "quote it"));
      },
    });
    return problems;
  }

  /** Skips a line's indentation at the start of a range. */
  #fromText([start, end]: Range): Range {
    const blanks = /^ */.exec(this.#text.slice(start))?.[0].length ?? 0;
    return [start + blanks, Math.max(start + blanks + 1, end)];
  }

  #tabs(): string {
    const count = this.#text.split("\n").filter((line) => /^ *\t+ *\S/.test(line)).length;
    return count > 1
      ? `indent with spaces, here and in ${count - 1 === 1 ? "one more line" : `${count - 1} more lines`}`
      : "indent with spaces";
  }

  /** Aliases without an anchor, or inside their own anchor. */
  #aliases(): FleetProblem[] {
    const problems: FleetProblem[] = [];
    visit(this.#document, {
      Alias: (_, alias, path) => {
        const meant = alias.resolve(this.#document);
        const [name, anchor] = [`*${alias.source}`, `&${alias.source}`];
        const say = (message: string, fix: string): void =>
          void problems.push(this.#problemAt(trimmed(this.#text, alias.range ?? [0, 0]), message, fix));
        if (meant === undefined) say(`there is no ${anchor} above this ${name}`, `write ${anchor} before what it is to stand for`);
        else if (path.includes(meant)) say(`${name} stands within ${anchor} itself`, "write out what is meant here");
      },
    });
    return problems;
  }

  /** The start of an unclosed list or mapping; the parser reports what follows it. */
  #openBracket(end: number): FleetProblem | undefined {
    let innermost: { readonly start: number; readonly list: boolean } | undefined;
    const look = (list: boolean, { range, srcToken: token }: YAMLMap | YAMLSeq): void => {
      if (!range || range[0] >= end || token?.type !== "flow-collection") return;
      if (token.end.some(({ type }) => type === (list ? "flow-seq-end" : "flow-map-end"))) return;
      if (range[0] >= (innermost?.start ?? 0)) innermost = { start: range[0], list };
    };
    visit(this.#document, { Map: (_, map) => look(false, map), Seq: (_, seq) => look(true, seq) });
    if (!innermost) return undefined;
    const { start, list } = innermost;
    const [noun, sign] = list ? ["list", "]"] : ["mapping", "}"];
    return this.#problemAt([start, end], `this is not YAML: the ${noun} that begins here has no ${sign}`, "close it");
  }

  /** The start of an unclosed quote; the parser reports the end of the file. */
  #openQuote(end: number): FleetProblem {
    let start = end;
    visit(this.#document, {
      Scalar: (_, node) => {
        if (node.type?.startsWith("QUOTE") && node.range && node.range[1] >= end) start = Math.min(start, node.range[0]);
      },
    });
    return this.#problemAt([start, end], "this is not YAML: the text that begins here has no closing quote", "close it");
  }

  #duplicate(at: number): FleetProblem {
    let key = "";
    let first = at;
    visit(this.#document, {
      Map: (_, map) => {
        const again = map.items.find((pair) => isScalar(pair.key) && pair.key.range?.[0] === at);
        if (!again || !isScalar(again.key)) return undefined;
        key = String(again.key.value);
        const earlier = map.items.find((pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === key);
        first = (earlier?.key as Node | undefined)?.range?.[0] ?? at;
        return visit.BREAK;
      },
    });
    const fix = `keep one of the two; the first is in line ${this.#lines.linePos(first).line}`;
    return this.#problemAt([at, at + key.length], `${JSON.stringify(key)} stands here twice`, fix);
  }
}

/** Rewords a parser message for people: the problem, if the parser's words are unclear, and the fix. */
function inWords(code: string, message: string): readonly [problem?: string | undefined, fix?: string] {
  const stray = /^Unexpected (?:flow-(?:seq|map)-end token.*"(?<end>[\]}])"|(?<comma>,) in flow)/.exec(message)?.groups;
  if (stray) return [`"${stray["end"] ?? stray["comma"]}" stands here without need`, "remove it"];
  switch (code) {
    case "BAD_INDENT":
      return ["this begins at another column than what stands beside it", "give keys of one level the same indentation"];
    case "BLOCK_AS_IMPLICIT_KEY":
      return [undefined, 'put what follows on a line of its own, or quote text that has ": " in it'];
    case "MULTILINE_IMPLICIT_KEY":
      return ['this key has no ":" behind it', "write one"];
    default:
      return [];
  }
}

/** Top-level keys that begin with `x-` hold anchors for the rest of the file, or data for other tools. */
function withoutExtensions(data: unknown): unknown {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return data;
  return Object.fromEntries(Object.entries(data).filter(([key]) => !key.startsWith("x-")));
}

/** A range without surrounding white space. */
function trimmed(text: string, range: readonly number[]): Range {
  const [start = 0, end = start] = range;
  const inside = text.slice(start, end);
  return [start + inside.length - inside.trimStart().length, end - (inside.length - inside.trimEnd().length)];
}
