import { visible } from "../model/visible.ts";

/** Neutralizes what a name or a value may contain and a page must not act on. */

const lone = (text: string): string => text.replaceAll(/[\ud800-\udfff]/gu, "\ufffd");

/** One line without characters that act on what shows it. */
export const oneLine = (text: string): string => visible(lone(text).replaceAll(/[\s\u2028\u2029]+/g, " ")).trim();
const manyLines = (text: string): string => visible(lone(text).replaceAll(/\r\n?|[\u2028\u2029]/g, "\n"));

const entity = (one: string): string => `&#${one.codePointAt(0)};`;

/**
 * Text inside a Markdown line. Character references are never interpreted as markup
 * (https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references), not even in tables and HTML blocks.
 * Escaping `@` and `#` keeps a name from mentioning somebody or linking an issue.
 */
export const markdown = (text: string): string =>
  oneLine(text).replaceAll(
    /[&<>`*[\]|\\~$@#{}"]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[-+=]|(?<=^\d+)[.)](?=\s)|(?<=:\/)\/|(?<=\bwww)\./gi,
    entity,
  );

/** Text inside HTML, including attribute values in double quotes. */
export const html = (text: string): string => manyLines(text).replaceAll(/[&<>"'`]/g, entity);

/** Text inside XML 1.0, which has no place for two characters, not even as references: https://www.w3.org/TR/xml/#charsets */
export const xml = (text: string): string => html(text.replaceAll(/[\ufffe\uffff]/g, "\ufffd"));

/** A fence that the text cannot close. */
export function fenced(text: string, language: string): string {
  const content = manyLines(text);
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${content}\n${fence}`;
}
