import { bodyOf, newestIn, type Told, withEarlier } from "./earlier.ts";
import type { Forge, Issue, Label, Note } from "./forge.ts";

/** What was done about a comment, an issue. */
export type Done = "created" | "updated" | "unchanged" | "closed" | "none";

/** The first line of a text of ours, by which a later run finds it; invisible. */
export const markerOf = (name: string): string => `<!-- cdkvm: ${name.replaceAll(/[^\w. -]/g, "_").replaceAll("--", "__")} -->`;

const has =
  (marker: string) =>
  ({ mine, body }: Note): boolean =>
    mine && body.trimStart().startsWith(marker);

/** Makes one comment on a request, or updates it: the text replaces the older one, of which the short form stays, folded. */
export async function stickComment(forge: Forge, request: number, name: string, told: Told): Promise<Done> {
  const marker = markerOf(name);
  const body = `${marker}\n${bodyOf(told)}`;
  const find = async (): Promise<readonly Note[]> => (await forge.comments(request)).filter(has(marker));
  const [first, ...others] = await find();
  if (first === undefined) {
    await forge.create(
      () => forge.addComment(request, body),
      async () => (await find())[0],
    );
    return "created";
  }
  // two jobs that ran at the same time
  for (const one of others) await forge.editComment(request, one.id, "_The plan is in the comment above._");
  if (newestIn(first.body) === body.trim()) return "unchanged";
  await forge.editComment(request, first.id, withEarlier(told, body, first.body, forge.limit));
  return "updated";
}

/** Sets which of our labels a request has; leaves all others alone. */
export async function setLabels(forge: Forge, request: number, ours: readonly Label[], wanted: readonly string[]): Promise<void> {
  const there = await forge.labels(request);
  const missing = ours.filter(({ name }) => wanted.includes(name) && !there.includes(name));
  if (missing.length > 0) await forge.addLabels(request, missing);
  for (const { name } of ours) if (there.includes(name) && !wanted.includes(name)) await forge.removeLabel(request, name);
}

/** An issue that is open as long as there is something to say. */
export interface StickyIssue {
  /** Identifies it: the stack. */
  readonly name: string;
  readonly title: string;
  /** undefined: there is nothing (any more). */
  readonly text: string | undefined;
  /** The last text of an issue that closes. */
  readonly over: string;
}

/** Opens, updates or closes issues. A text that is the same is not written again, which would notify everybody. */
export async function stickIssues(forge: Forge, label: Label, wanted: readonly StickyIssue[]): Promise<readonly Done[]> {
  const open = await forge.issues(label.name);
  const done: Done[] = [];
  for (const one of wanted) done.push(await stickIssue(forge, label, one, open));
  return done;
}

async function stickIssue(forge: Forge, label: Label, { name, title, text, over }: StickyIssue, open: readonly Issue[]): Promise<Done> {
  const marker = markerOf(name);
  const issue = open.find(has(marker));
  if (text === undefined) {
    if (issue === undefined) return "none";
    await forge.closeIssue(issue.number, `${marker}\n${over}`);
    return "closed";
  }
  const body = `${marker}\n${text}`;
  if (issue === undefined) {
    await forge.create(
      () => forge.openIssue(title, body, label),
      async () => (await forge.issues(label.name)).find(has(marker)),
    );
    return "created";
  }
  if (issue.body.trim() === body.trim()) return "unchanged";
  await forge.editIssue(issue.number, body);
  return "updated";
}
