import type { Effect } from "./schema.ts";
import { hasIt, runs, type Subject, type Surroundings } from "./subject.ts";
import { phrasesOf, wordsOf, listed, type Phrase } from "./words/common.ts";
import { domainPhrases, guestSummary, powerChange } from "./words/domain.ts";
import { networkPhrases, networkSummary } from "./words/network.ts";
import { poolPhrases, poolSummary, volumePhrases, volumeSummary } from "./words/storage.ts";

/** The changes of an update, attribute by attribute. */
export function phrasesFor(subject: Subject, around: Surroundings): Phrase[] {
  switch (subject.resource.type) {
    case "libvirt_domain":
      return domainPhrases(subject, around);
    case "libvirt_volume":
      return volumePhrases(subject, around).phrases;
    case "libvirt_pool":
      return poolPhrases(subject);
    case "libvirt_network":
      return networkPhrases(subject, around);
    default:
      return phrasesOf(subject.difference, { label: wordsOf });
  }
}

function summaryOf(subject: Subject, around: Surroundings): string {
  switch (subject.resource.type) {
    case "libvirt_domain":
      return guestSummary(subject.after, around);
    case "libvirt_volume":
      return volumeSummary(subject.after);
    case "libvirt_pool":
      return poolSummary(subject.after);
    case "libvirt_network":
      return networkSummary(subject.after);
    default:
      return "";
  }
}

/** `web1` for a guest, `volume db1-data` for the rest. */
const titled = (subject: Subject): string =>
  subject.resource.type === "libvirt_domain" ? subject.name : `${subject.noun} ${subject.name}`;

const SEEDS = new Set(["libvirt_cloudinit_disk", "libvirt_ignition", "libvirt_combustion"]);

/** Objects made from the configuration alone, without data of their own: a cloud-init disk, its copy in a pool. */
export const isMadeAnew = (subject: Subject, around: Surroundings): boolean =>
  SEEDS.has(subject.resource.type) || (subject.resource.type === "libvirt_volume" && around.isSeedVolume(subject));

/** A change as user-facing sentences. */
export function sentencesFor(subject: Subject, effect: Effect, around: Surroundings): string[] {
  const sentences: string[] = [];
  const from = subject.resource.previous_address;
  if (from !== undefined && from !== subject.resource.address)
    sentences.push(`${titled(subject)} moves from ${from} to ${subject.resource.address}`);
  if (subject.resource.change.importing) sentences.push(`${titled(subject)} is imported, it exists already`);
  switch (effect) {
    case "create":
      sentences.push(created(subject, around));
      break;
    case "replace":
      sentences.push(replaced(subject, around));
      break;
    case "delete":
      sentences.push(
        subject.resource.deposed === undefined
          ? `${titled(subject)} is deleted`
          : `what an unfinished replacement left of ${titled(subject)} is deleted`,
      );
      break;
    case "forget":
      sentences.push(`${titled(subject)} is left alone from now on; it stays on the host`);
      break;
    case "none":
      break;
    case "live":
    case "restart":
    case "start":
    case "stop":
    case "recorded":
    case "update":
      sentences.push(...updated(subject, effect, around));
  }
  return sentences;
}

function created(subject: Subject, around: Surroundings): string {
  const summary = summaryOf(subject, around);
  const started = subject.resource.type === "libvirt_domain" && runs(subject.after) === true ? " and started" : "";
  return `${titled(subject)} is created${started}${summary === "" ? "" : `: ${summary}`}`;
}

function replaced(subject: Subject, around: Surroundings): string {
  const done = isMadeAnew(subject, around) ? "is made anew" : "is replaced";
  const because = replacingPhrases(subject, around);
  return `${titled(subject)} ${done}${because.length === 0 ? "" : `: ${listed(because)}`}`;
}

/** The phrases for the attributes that force the replacement. */
function replacingPhrases(subject: Subject, around: Surroundings): string[] {
  const roots = new Set((subject.resource.change.replace_paths ?? []).map((path) => String(path[0] ?? "")));
  const phrases = phrasesFor(narrowed(subject, roots), around);
  const growth = subject.resource.type === "libvirt_volume" && roots.has("capacity") ? volumePhrases(subject, around).growth : undefined;
  return [...(growth === undefined ? [] : [growth]), ...phrases.map((phrase) => phrase.text)];
}

function narrowed(subject: Subject, roots: ReadonlySet<string>): Subject {
  const root = (kind: string): string => kind.split(".")[0] ?? "";
  const keep = <T extends { readonly kind: string }>(all: readonly T[]): T[] => all.filter((one) => roots.has(root(one.kind)));
  const { leaves, own, items, pairs } = subject.difference;
  return { ...subject, difference: { leaves: keep(leaves), own: keep(own), items: keep(items), pairs: keep(pairs) } };
}

function updated(subject: Subject, effect: Effect, around: Surroundings): string[] {
  const sentences: string[] = [];
  const isGuest = subject.resource.type === "libvirt_domain";
  const power = isGuest ? powerChange(subject) : undefined;
  if (subject.resource.type === "libvirt_volume") {
    const { growth } = volumePhrases(subject, around);
    if (growth !== undefined) sentences.push(`${titled(subject)} ${growth}`);
  }
  const phrases = phrasesFor(subject, around);
  const of = (wanted: (phrase: Phrase) => boolean): string =>
    phrases
      .filter(wanted)
      .map((phrase) => phrase.text)
      .join(", ");
  // an update leaves unchanged what would require replacement: the existing object already has it
  const kept = (phrase: Phrase): boolean => phrase.change === "replace" && !isGuest;
  const interrupting = of((phrase) => (phrase.change === "restart" || phrase.change === "replace") && !kept(phrase));
  const live = of((phrase) => phrase.change === "live");
  const recorded = of((phrase) => phrase.change === "none" || kept(phrase));
  const other = of((phrase) => phrase.change === undefined);
  if (interrupting !== "") {
    if (effect === "restart") sentences.push(`${titled(subject)} will restart: ${interrupting}`);
    else
      sentences.push(
        `${titled(subject)}: ${interrupting}, ${effect === "stop" ? "while it is stopped" : power === "start" ? "before it starts" : hasIt(subject) ? "in its definition alone: it runs with that already" : "while it is off"}`,
      );
  }
  if (live !== "") sentences.push(`${titled(subject)}: ${live}, live`);
  if (recorded !== "") sentences.push(`${titled(subject)}: ${recorded}, recorded only`);
  if (other !== "") sentences.push(`${titled(subject)}: ${other}`);
  if (power === "start") sentences.push(`${titled(subject)} will be started`);
  if (power === "stop") sentences.push(`${titled(subject)} will be stopped`);
  return sentences.length === 0 ? [`${titled(subject)} is updated`] : sentences;
}

/** Changes made outside cdkvm. */
export function driftSentences(subject: Subject, around: Surroundings, gone: boolean): string[] {
  if (gone) return [`${titled(subject)} is gone`];
  const sentences: string[] = [];
  const power = subject.resource.type === "libvirt_domain" ? powerChange(subject) : undefined;
  if (power !== undefined) sentences.push(`${titled(subject)} was ${power === "start" ? "started" : "stopped"}`);
  const growth = subject.resource.type === "libvirt_volume" ? volumePhrases(subject, around).growth : undefined;
  const phrases = [
    ...(growth === undefined
      ? []
      : [
          growth
            .replace(" (online)", "")
            .replace(/^grows/, "grew")
            .replace(/^shrinks/, "shrank"),
        ]),
    ...phrasesFor(subject, around).map((phrase) => phrase.text),
  ];
  if (phrases.length > 0) sentences.push(`${titled(subject)}: ${phrases.join(", ")}`);
  return sentences.length === 0 ? [`${titled(subject)} changed`] : sentences;
}

const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: "its last creation failed half-way (tainted)",
  replace_by_request: "asked for with -replace",
  replace_by_triggers: "a resource that it is tied to changes (replace_triggered_by)",
  delete_because_no_resource_config: "it is no longer in the configuration",
  delete_because_no_module: "its module is no longer in the configuration",
  delete_because_wrong_repetition: "count or for_each no longer has it",
  delete_because_count_index: "count no longer reaches it",
  delete_because_each_key: "for_each no longer has its key",
  delete_because_no_move_target: "its move leads nowhere",
};

/** Why a resource is replaced or deleted. */
export function reasonsFor(subject: Subject): string[] {
  const reasons: string[] = [];
  const reason = subject.resource.action_reason;
  if (reason !== undefined && REASONS[reason] !== undefined) reasons.push(REASONS[reason]);
  const paths = subject.resource.change.replace_paths ?? [];
  if (paths.length > 0) {
    const named = paths.map((path) =>
      path
        .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
        .join("")
        .replace(/^\./, ""),
    );
    reasons.push(`${named.join(", ")} cannot change in place`);
  }
  return reasons;
}
