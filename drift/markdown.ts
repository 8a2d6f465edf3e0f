import { markdown } from "../review/index.ts";
import type { DriftOfHost, DriftOfStack } from "./schema.ts";
import { applyWords, happenedWords, unmanagedWords } from "./words.ts";

/** More lines than this are counted: an issue is read by people. */
const LINES = 200;

/** A stack's drift for an issue; undefined if there is none. What is not yet applied is no drift. @param hosts of the stack */
export function driftMarkdown({ changed = [] }: DriftOfStack, hosts: readonly DriftOfHost[]): string | undefined {
  const unmanaged = hosts.flatMap((host) => (host.unmanaged ?? []).filter(({ usual }) => !usual));
  if (changed.length === 0 && unmanaged.length === 0) return undefined;
  return [
    ...section(
      "Changed outside cdkvm",
      changed.map((one) => [one.sentences.join("; "), ...one.happened.map(happenedWords), applyWords(one)].map(markdown).join("; ")),
    ),
    ...section(
      "In no state of this project",
      unmanaged.map((one) => markdown(unmanagedWords(one))),
    ),
    "`cdkvm drift` shows the details. This issue closes itself when the drift is gone.",
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - LINES;
  const shown = lines.slice(0, LINES).map((line) => `- ${line}`);
  return [`### ${title}`, "", ...shown, ...(more > 0 ? [`- … and ${more} more`] : []), ""];
}
