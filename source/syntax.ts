import { type ErrorCode, isMap, isScalar, isSeq, type Node, visit, type YAMLMap, type YAMLSeq } from "yaml";
import type { Fault, FileProblem } from "../model/file-error.ts";
import { syntaxWords, yamlFault } from "./faults.ts";
import type { Range, SourceError, SourceText } from "./text.ts";

/**
 * What is not YAML. The parser's errors are reported where the cause is, in plainer words where it has any.
 *
 * @param ifEmpty what to write into such a file
 */
export function syntaxProblems(source: SourceText, ifEmpty: string): FileProblem[] {
  const { errors } = source;
  const { warnings, contents } = source.document;
  const ordered = errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  // Errors after invalid YAML usually follow from it.
  const first = ordered.findIndex(({ code }) => code !== "DUPLICATE_KEY");
  const problems = (first < 0 ? ordered : ordered.slice(0, first + 1)).map((error) => syntaxProblem(source, error));
  if (problems.length === 0 && contents === null) problems.push(source.problemAt([0, 0], yamlFault.empty(ifEmpty)));
  for (const { message, pos } of warnings) problems.push(source.problemAt(pos, { message }));
  return problems;
}

function syntaxProblem(source: SourceText, { code, message, pos }: SourceError): FileProblem {
  if (code === "DUPLICATE_KEY") return duplicateKey(source, pos[0]);
  if (code === "MULTIPLE_DOCS") return source.problemAt(pos, yamlFault.documents());
  // The parser has one code for most errors, so its messages are the only way to tell them apart.
  const open = /^Flow (map|sequence) .*must .*end with a/.test(message) ? openBracket(source, pos[0]) : undefined;
  if (open) return open;
  if (message.startsWith("Missing closing") && message.endsWith("quote")) return openQuote(source, pos[0]);
  return source.problemAt(fromText(source, pos), faultOf(source, code, message));
}

function faultOf(source: SourceText, code: ErrorCode, message: string): Fault {
  const stray = /^Unexpected (?:flow-(?:seq|map)-end token.*"(?<end>[\]}])"|(?<comma>,) in flow)/.exec(message)?.groups;
  if (stray) return syntaxWords.stray(stray["end"] ?? stray["comma"] ?? "");
  if (code === "TAB_AS_INDENT") return syntaxWords.tabs(source.text.split("\n").filter((line) => /^ *\t+ *\S/.test(line)).length - 1);
  if (code === "BAD_INDENT") return syntaxWords.indent();
  if (code === "MULTILINE_IMPLICIT_KEY") return syntaxWords.noColon();
  const words = message.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
  return code === "BLOCK_AS_IMPLICIT_KEY" ? syntaxWords.nested(words) : yamlFault.syntax(words);
}

/** Keys that are lists or mappings, which YAML allows and a fleet file does not; aliases without an anchor, or inside their own. */
export function structureFaults(source: SourceText): FileProblem[] {
  const problems: FileProblem[] = [];
  const { document } = source;
  visit(document, {
    Pair: (_, { key }) => {
      if (isMap(key) || isSeq(key)) problems.push(source.problemAt(source.rangeOf(key), yamlFault.complexKey()));
    },
    Alias: (_, alias, path) => {
      const target = alias.resolve(document);
      if (target === undefined) problems.push(source.problemAt(source.rangeOf(alias), yamlFault.unknownAlias(alias.source)));
      else if (path.includes(target)) problems.push(source.problemAt(source.rangeOf(alias), yamlFault.aliasInItself(alias.source)));
    },
  });
  return problems;
}

/** Skips a line's indentation at the start of a range. */
function fromText({ text }: SourceText, [start, end]: Range): Range {
  const spaces = /^ */.exec(text.slice(start))?.[0].length ?? 0;
  return [start + spaces, Math.max(start + spaces + 1, end)];
}

/** The start of an unclosed list or mapping; the parser reports what follows it. */
function openBracket(source: SourceText, end: number): FileProblem | undefined {
  let innermost: { readonly start: number; readonly isList: boolean } | undefined;
  const look = (isList: boolean, { range, srcToken: token }: YAMLMap | YAMLSeq): void => {
    if (!range || range[0] >= end || token?.type !== "flow-collection") return;
    if (token.end.some(({ type }) => type === (isList ? "flow-seq-end" : "flow-map-end"))) return;
    if (range[0] >= (innermost?.start ?? 0)) innermost = { start: range[0], isList };
  };
  visit(source.document, { Map: (_, map) => look(false, map), Seq: (_, seq) => look(true, seq) });
  if (!innermost) return undefined;
  const { start, isList } = innermost;
  return source.problemAt([start, end], isList ? syntaxWords.open("list", "]") : syntaxWords.open("mapping", "}"));
}

/** The start of an unclosed quote; the parser reports the end of the file. */
function openQuote(source: SourceText, end: number): FileProblem {
  let start = end;
  visit(source.document, {
    Scalar: (_, node) => {
      if (node.type?.startsWith("QUOTE") && node.range && node.range[1] >= end) start = Math.min(start, node.range[0]);
    },
  });
  return source.problemAt([start, end], syntaxWords.open("quoted text", "the closing quote"));
}

function duplicateKey(source: SourceText, offset: number): FileProblem {
  let key = "";
  let first = offset;
  visit(source.document, {
    Map: (_, map) => {
      const again = map.items.find((pair) => isScalar(pair.key) && pair.key.range?.[0] === offset);
      if (!again || !isScalar(again.key)) return undefined;
      key = String(again.key.value);
      const earlier = map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
      first = (earlier?.key as Node | undefined)?.range?.[0] ?? offset;
      return visit.BREAK;
    },
  });
  return source.problemAt([offset, offset + key.length], yamlFault.duplicate(key, source.lineAt(first)));
}
