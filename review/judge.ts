import { listed, sizeAt, type Phrase } from "./words/common.ts";
import { powerChange } from "./words/domain.ts";
import { losesStorage, usersOf } from "./words/storage.ts";
import type { Effect, ReviewedChange } from "./schema.ts";
import { isMadeAnew, phrasesFor, reasonsFor, sentencesFor } from "./sentences.ts";
import { runs, type Subject, type Surroundings } from "./subject.ts";
import { at, treesAt } from "./tree.ts";

const hasDifference = (subject: Subject): boolean => subject.difference.leaves.some((leaf) => !leaf.computed);

/** What a change does, by the class that the table gives each attribute. */
export function effectOf(subject: Subject): Effect {
  switch (subject.action) {
    case "create":
    case "replace":
    case "delete":
    case "forget":
      return subject.action;
    case "read":
    case "no-op":
      return "none";
    case "update":
      return updateEffect(subject);
  }
}

function updateEffect(subject: Subject): Effect {
  if (!subject.table) return "update";
  const wished = subject.difference.leaves.filter((leaf) => !leaf.computed && leaf.kind !== "running");
  const classes = new Set([...wished.map((leaf) => leaf.change), ...subject.difference.items.map((item) => item.change)]);
  const isGuest = subject.resource.type === "libvirt_domain";
  const power = isGuest ? powerChange(subject) : undefined;
  if (power === "stop") return "stop";
  const interrupts = classes.has("restart") || classes.has("replace");
  // a guest that is off takes such a change at its next start
  if (interrupts && !(isGuest && runs(subject.before) === false)) return "restart";
  if (power === "start") return "start";
  if (interrupts || classes.has("live")) return "live";
  return hasDifference(subject) ? "recorded" : "live";
}

type Judgement = Pick<ReviewedChange, "destroysData" | "interrupts" | "sentences" | "reasons" | "disposable">;

/** What a change destroys and stops, and how a person would say it. */
export function judge(subject: Subject, effect: Effect, around: Surroundings): Judgement {
  const disposable = isMadeAnew(subject, around);
  const destroysData = disposable ? undefined : lossOf(subject, effect, around);
  const interrupts = interruptionOf(subject, effect, around);
  return {
    ...(destroysData === undefined ? {} : { destroysData }),
    ...(interrupts === undefined ? {} : { interrupts }),
    sentences: sentencesFor(subject, effect, around),
    reasons: reasonsFor(subject),
    ...(disposable ? { disposable: true as const } : {}),
  };
}

function lossOf(subject: Subject, effect: Effect, around: Surroundings): string | undefined {
  if (effect !== "delete" && effect !== "replace") return undefined;
  const done = effect === "delete" ? "deleted" : "replaced";
  if (subject.resource.type === "libvirt_volume") return volumeLoss(subject, done, around);
  if (subject.resource.type === "libvirt_pool" && losesStorage(subject))
    return `pool ${subject.name} is ${done} with the storage behind it`;
  if (subject.resource.type === "libvirt_domain") return guestLoss(subject, done);
  return undefined;
}

function volumeLoss(volume: Subject, done: string, around: Surroundings): string | undefined {
  const users = usersOf(volume, around);
  const all = around.overlaysOn(volume);
  const overlays = all.filter((one) => one.action !== "delete" && one.action !== "replace");
  if (overlays.length > 0) {
    return `volume ${volume.name} is ${done}; what stands on top of it becomes unreadable: ${listed(overlays.map((one) => one.name))}`;
  }
  // an image whose overlays all go with it, and which no guest has as a disk: it can be fetched again
  if (users === "" && all.length > 0 && at(volume.before, "create") !== null) return undefined;
  const facts = [sizeAt(volume.before, "capacity", "bytes"), users].filter((fact) => fact !== undefined && fact !== "");
  return `volume ${volume.name}${facts.length > 0 ? ` (${facts.join(", ")})` : ""} is ${done}; its data is lost`;
}

function guestLoss(guest: Subject, done: string): string | undefined {
  const tpm = treesAt(guest.before, "devices", "tpms").some((one) => at(one, "backend", "emulator") !== null);
  const nvram = at(guest.before, "os", "nv_ram") !== null;
  const kept = [tpm ? "TPM state" : "", nvram ? "UEFI variables" : ""].filter(Boolean);
  return kept.length === 0
    ? undefined
    : `guest ${guest.name} is ${done}; its ${kept.join(" and ")} ${kept.length > 1 || nvram ? "are" : "is"} lost`;
}

function interruptionOf(subject: Subject, effect: Effect, around: Surroundings): string | undefined {
  const { noun, name } = subject;
  const isGuest = subject.resource.type === "libvirt_domain";
  const running = isGuest && runs(subject.before) === true;
  if (effect === "stop") return `${name} will be stopped`;
  if (effect === "restart")
    return `${isGuest ? name : `${noun} ${name}`} will restart: ${causes(phrasesFor(subject, around))}${guestsIn(subject, around)}`;
  if (effect !== "replace" && effect !== "delete") return undefined;
  const done = effect === "delete" ? "deleted" : "replaced";
  if (isGuest) return `guest ${name} is ${done}${running ? "; it is running" : ""}`;
  if (subject.resource.type === "libvirt_network") return `network ${name} is ${done}${guestsIn(subject, around)}`;
  if (subject.resource.type === "libvirt_pool") return `pool ${name} is ${done}${losesStorage(subject) ? "" : "; its storage stays"}`;
  return undefined;
}

const causes = (phrases: readonly Phrase[]): string => {
  const found = phrases.filter((phrase) => phrase.change === "restart" || phrase.change === "replace").map((phrase) => phrase.short);
  return found.length === 0 ? "its definition" : listed([...new Set(found)]);
};

function guestsIn(subject: Subject, around: Surroundings): string {
  if (subject.resource.type !== "libvirt_network") return "";
  const guests = around.guestsIn(subject).map((guest) => guest.name);
  return guests.length === 0 ? "" : `; guests on it: ${listed(guests)}`;
}
