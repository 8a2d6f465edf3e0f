import { listed } from "../../model/listed.ts";
import { Own } from "../own.ts";
import type { Phrase } from "../phrase.ts";
import { effects } from "../schema.ts";
import { runs } from "../subject.ts";
import { type Shown, textAt, treesAt } from "../tree.ts";
import { withoutNetwork } from "../words/findings.ts";
import { phraseName, phraseWords } from "../words/phrases.ts";
import { nameOf, reasonsFor, sentencesFor, titled } from "../words/sentences.ts";
import type { Judged } from "../judge.ts";
import { foldNames } from "./fold.ts";
import type { Line } from "./lines.ts";
import type { FleetGroup } from "./schema.ts";
import { memberOf } from "./stack-plan.ts";
import { type WriteXml, xmlDiffOf } from "./xml-diff.ts";

/** Lines that say the same of different objects. */
export interface Group {
  readonly lines: readonly [Line, ...Line[]];
  readonly data: FleetGroup;
}

/** Puts together what has the same effect for the same cause; the most dangerous first. */
export function groupsOf(lines: readonly Line[], writeXml?: WriteXml): Group[] {
  const groups = new Map<string, [Line, ...Line[]]>();
  for (const line of lines) {
    const key = likenessOf(line);
    const group = groups.get(key);
    if (group) group.push(line);
    else groups.set(key, [line]);
  }
  return [...groups.values()].map((all) => ({ lines: all, data: dataOf(all, writeXml) })).toSorted((a, b) => rank(a) - rank(b));
}

/** The same for lines that say the same. */
function likenessOf(line: Line): string {
  const { judged, seedOf, owner } = line;
  const { kind, effect, subject, findings } = judged;
  const said = seedOf
    ? phrasesOf(line, true).map((phrase) => phraseWords(phrase))
    : sentencesFor(saidOf(line, true), { title: "", many: true }).concat(reasonsFor(judged));
  const losses = findings.map((one) => [one.kind, "lost" in one ? one.lost : [], "networks" in one ? one.networks : []]);
  const alone = subject.resource.previous_address === undefined && subject.resource.change.importing === undefined;
  return JSON.stringify([kind.noun, effect, said, losses, seedOf && runs(seedOf.before), owner !== undefined, alone, imageOf(line)]);
}

/** The image that a guest restarts for: a disk of it is recreated, because the volume below the disk is replaced. */
function imageOf({ stack: { judged }, judged: { subject, phrases } }: Line): string | undefined {
  if (!phrases.some(({ kind }) => kind === "recreated")) return undefined;
  const volumes = treesAt(subject.after, "devices", "disks").map((disk) => judged.around.volumeOf(disk));
  const images = volumes.flatMap((volume) => (volume ? (judged.around.backingOf(volume) ?? []) : []));
  return images.find(({ action }) => action === "replace")?.name;
}

export function ownOf({ judged: { subject }, owner, seedOf }: Line): Own {
  const sides: readonly Shown[] = [subject.after, subject.before];
  const macs = sides.flatMap((side) => treesAt(side, "devices", "interfaces")).flatMap((nic) => textAt(nic, "mac", "address") ?? []);
  return new Own({ name: subject.name, guest: (seedOf ?? owner)?.name, macs: [...new Set(macs)] });
}

/** @param many what several have in common, without what is each one's own */
function saidOf(line: Line, many: boolean): Judged {
  const { judged } = line;
  if (!many) return { ...judged, summary: judged.likeness };
  const own = ownOf(line);
  return { ...judged, summary: own.marked(judged.likeness), phrases: judged.phrases.map((phrase) => own.markedPhrase(phrase)) };
}

const phrasesOf = (line: Line, many: boolean): readonly Phrase[] => saidOf(line, many).phrases;

function dataOf(lines: readonly [Line, ...Line[]], writeXml: WriteXml | undefined): FleetGroup {
  const [line, ...others] = lines;
  const { judged, seedOf } = line;
  const { effect, kind } = judged;
  const many = others.length > 0;
  const sentence = wordsOf(lines);
  const xml = writeXml && !seedOf ? xmlDiffOf(judged, writeXml) : undefined;
  return {
    effect,
    noun: seedOf ? "guest" : kind.noun,
    causes: phrasesOf(line, many).map((phrase) => ({
      name: phraseName(phrase),
      ...(phrase.before !== undefined && { before: phrase.before }),
      ...(phrase.after !== undefined && { after: phrase.after }),
    })),
    reasons: reasonsFor(judged, many),
    members: lines.map((one) => ({ ...memberOf(one.stack, one.judged), ...(one.seedOf && { name: one.seedOf.name }) })),
    parts: lines.flatMap(({ stack, parts }) => parts.map((part) => memberOf(stack, part))),
    ...(xml !== undefined && { xml }),
    sentence,
    text: `${foldNames([...new Set(lines.map(({ stack }) => stack.name))])}: ${sentence}`,
  };
}

function wordsOf(lines: readonly [Line, ...Line[]]): string {
  const [line, ...others] = lines;
  const many = others.length > 0;
  if (line.seedOf) return seedWords(lines);
  const { judged } = line;
  const title = many
    ? `${lines.length} ${plural(judged.kind.noun)} (${foldNames(lines.map((one) => one.judged.subject.name))})`
    : titled(judged);
  const said = saidOf(line, many);
  // the sentence about one names its disk
  const owned = !many && said.phrases.some(({ bytes, detail }) => bytes !== undefined && detail !== undefined) ? "" : ownersOf(lines);
  const [first = `${title} changes`, ...more] = sentencesFor(said, { title: `${title}${owned}`, many });
  const continued = more.length === 0 ? [] : sentencesFor(said, { title: "also", many }).slice(1);
  const reasons = reasonsFor(judged, many);
  const image = imageOf(line);
  const meanwhile = withoutNetwork(guestsKept(lines));
  return [
    `${image === undefined ? "" : `image ${image} changed: `}${first}${reasons.length > 0 ? ` (${reasons.join("; ")})` : ""}`,
    ...continued,
    ...(meanwhile === undefined ? [] : [meanwhile]),
  ].join("; ");
}

/** The guests that keep running while networks restart, and lose their connection meanwhile. */
const guestsKept = (lines: readonly Line[]): readonly string[] =>
  lines.flatMap(({ judged }) => judged.findings.flatMap((one) => (one.kind === "interruption" ? one.guests : [])));

/** ` of web1`, ` of n01 … n60`: the guests that volumes are disks of. */
function ownersOf(lines: readonly Line[]): string {
  const owners = lines.flatMap(({ owner }) => (owner === undefined ? [] : [owner.name]));
  return owners.length === 0 ? "" : ` of ${foldNames(owners)}`;
}

/** What the new cloud-init disk means: a guest reads it at its first boot only, as long as its instance ID is the same. */
function seedWords(lines: readonly [Line, ...Line[]]): string {
  const [line] = lines;
  const { judged, seedOf } = line;
  const guests = lines.flatMap((line) => line.seedOf?.name ?? []);
  const title = guests.length > 1 ? `${guests.length} guests (${foldNames(guests)})` : (guests[0] ?? nameOf(judged));
  const phrases = phrasesOf(line, guests.length > 1).map((phrase, index) =>
    phraseWords(index === 0 && phrase.attribute === "user data" && phrase.parts ? { ...phrase, attribute: undefined } : phrase),
  );
  const what = listed(phrases, 8) || judged.effect;
  const isNew = judged.phrases.some(({ attribute }) => attribute === "instance id");
  const exists = seedOf?.action !== "create";
  const then = exists && !isNew ? `; no effect on ${guests.length > 1 ? "guests that exist" : "the guest that exists"}` : "";
  return `${title}: ${judged.kind.noun.replace(/ (disk|file)$/, "")}: ${what}${then}`;
}

export const plural = (noun: string): string => (noun.includes("_") ? noun : `${noun}s`);

const rank = ({ lines: [{ judged }], data }: Group): number =>
  (judged.findings.some(({ kind }) => kind === "data-loss") ? 0 : 100) + (judged.disposable ? 50 : 0) + effects.indexOf(data.effect);
