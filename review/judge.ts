import { listed, sizeAt, type Phrase } from "./words/common.ts";
import { disksMadeAnew, isConnected, lostNetworks, powerChange } from "./words/domain.ts";
import { losesStorage, usersOf } from "./words/storage.ts";
import type { Effect, ReviewedChange } from "./schema.ts";
import { isMadeAnew, phrasesFor, reasonsFor, sentencesFor } from "./sentences.ts";
import { hasIt, isRenumbered, runs, type Subject, type Surroundings } from "./subject.ts";
import { at, textAt, treesAt, type Shown } from "./tree.ts";

const hasDifference = (subject: Subject): boolean => subject.difference.leaves.some((leaf) => !leaf.computed);

/** The effect of a change, from the class that the table gives each attribute. */
export function effectOf(subject: Subject, around: Surroundings): Effect {
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
      return updateEffect(subject, around);
  }
}

function updateEffect(subject: Subject, around: Surroundings): Effect {
  if (!subject.table) return "update";
  const wished = subject.difference.leaves.filter((leaf) => !leaf.computed && leaf.kind !== "running");
  const classes = new Set([...wished.map((leaf) => leaf.change), ...subject.difference.items.map((item) => item.change)]);
  const isGuest = subject.resource.type === "libvirt_domain";
  const power = isGuest ? powerChange(subject) : undefined;
  if (power === "stop") return "stop";
  if (isGuest && (isRenumbered(subject) || disksMadeAnew(subject, around).length > 0)) return "restart";
  // an update leaves unchanged what would require replacement: the existing object already has it
  if (!isGuest) classes.delete("replace");
  const interrupts = classes.has("restart") || classes.has("replace");
  // a guest that is off adopts such a change at its next start; a guest that already has it keeps its id
  if (interrupts && !(isGuest && (runs(subject.before) === false || hasIt(subject)))) return "restart";
  if (power === "start") return "start";
  if (classes.has("live") || (interrupts && !hasIt(subject))) return "live";
  return hasDifference(subject) ? "recorded" : "live";
}

type Judgement = Pick<
  ReviewedChange,
  "destroysData" | "interrupts" | "losesNetwork" | "consequences" | "sentences" | "reasons" | "disposable"
>;

/** What a change destroys and interrupts, with user-facing sentences. */
export function judge(subject: Subject, effect: Effect, around: Surroundings): Judgement {
  const disposable = isMadeAnew(subject, around);
  const loss = disposable ? undefined : lossOf(subject, effect, around);
  const interruption = interruptionOf(subject, effect, around);
  const network = networkLoss(subject, effect, around);
  const consequences = [loss?.follows, interruption?.follows, network].filter((one) => one !== undefined);
  return {
    ...(loss === undefined ? {} : { destroysData: `${loss.what}; ${loss.follows}` }),
    ...(interruption === undefined ? {} : { interrupts: [interruption.what, interruption.follows].filter(Boolean).join("; ") }),
    ...(network === undefined ? {} : { losesNetwork: network }),
    ...(consequences.length === 0 ? {} : { consequences }),
    sentences: sentencesFor(subject, effect, around),
    reasons: reasonsFor(subject),
    ...(disposable ? { disposable: true as const } : {}),
  };
}

/** An action, and its consequence for data or for others. */
interface Told {
  readonly what: string;
  readonly follows?: string | undefined;
}

function lossOf(subject: Subject, effect: Effect, around: Surroundings): Required<Told> | undefined {
  if (effect !== "delete" && effect !== "replace") return undefined;
  const done = effect === "delete" ? "deleted" : "replaced";
  if (subject.resource.type === "libvirt_volume") return volumeLoss(subject, done, around);
  if (subject.resource.type === "libvirt_pool" && losesStorage(subject))
    return { what: `pool ${subject.name} is ${done}`, follows: "the storage behind it goes with it" };
  if (subject.resource.type === "libvirt_domain") return guestLoss(subject, done);
  return undefined;
}

function volumeLoss(volume: Subject, done: string, around: Surroundings): Required<Told> | undefined {
  const users = usersOf(volume, around);
  const all = around.overlaysOn(volume);
  const overlays = all.filter((one) => one.action !== "delete" && one.action !== "replace");
  if (overlays.length > 0) {
    return {
      what: `volume ${volume.name} is ${done}`,
      follows: `what stands on top of it becomes unreadable: ${listed(overlays.map((one) => one.name))}`,
    };
  }
  // an image whose overlays are all removed with it, and which no guest has as a disk: it can be fetched again
  if (users === "" && all.length > 0 && at(volume.before, "create") !== null) return undefined;
  const facts = [sizeAt(volume.before, "capacity", "bytes"), users].filter((fact) => fact !== undefined && fact !== "");
  return {
    what: `volume ${volume.name}${facts.length > 0 ? ` (${facts.join(", ")})` : ""} is ${done}`,
    follows: "its data is lost",
  };
}

function guestLoss(guest: Subject, done: string): Required<Told> | undefined {
  const tpm = treesAt(guest.before, "devices", "tpms").some((one) => at(one, "backend", "emulator") !== null);
  const nvram = at(guest.before, "os", "nv_ram") !== null;
  const kept = [tpm ? "TPM state" : "", nvram ? "UEFI variables" : ""].filter(Boolean);
  if (kept.length === 0) return undefined;
  return { what: `guest ${guest.name} is ${done}`, follows: `its ${kept.join(" and ")} ${kept.length > 1 || nvram ? "are" : "is"} lost` };
}

function interruptionOf(subject: Subject, effect: Effect, around: Surroundings): Told | undefined {
  const { noun, name } = subject;
  const isGuest = subject.resource.type === "libvirt_domain";
  const running = isGuest && runs(subject.before) === true;
  if (effect === "stop") return { what: `${name} will be stopped` };
  if (effect === "restart")
    return {
      what: `${isGuest ? name : `${noun} ${name}`} will restart: ${causes(phrasesFor(subject, around))}`,
      follows: cutOffMeanwhile(subject, around),
    };
  if (effect !== "replace" && effect !== "delete") return undefined;
  const done = effect === "delete" ? "deleted" : "replaced";
  if (isGuest) return { what: `guest ${name} is ${done}`, follows: running ? "it is running" : undefined };
  if (subject.resource.type === "libvirt_network") return { what: `network ${name} is ${done}` };
  if (subject.resource.type === "libvirt_pool")
    return { what: `pool ${name} is ${done}`, follows: losesStorage(subject) ? undefined : "its storage stays" };
  return undefined;
}

const causes = (phrases: readonly Phrase[]): string => {
  const found = phrases.filter((phrase) => phrase.change === "restart" || phrase.change === "replace").map((phrase) => phrase.short);
  return found.length === 0 ? "its definition" : listed([...new Set(found)]);
};

function cutOffMeanwhile(subject: Subject, around: Surroundings): string | undefined {
  const guests = namesOn(subject, around);
  return guests === undefined ? undefined : `without network meanwhile: ${guests}`;
}

/** The running guests on a network that the plan leaves running. */
function namesOn(network: Subject, around: Surroundings): string | undefined {
  if (network.resource.type !== "libvirt_network") return undefined;
  const guests = around
    .guestsIn(network)
    .filter((guest) => runs(guest.before) !== false && STAYING.has(guest.action) && isOn(guest.after, nameBefore(network)));
  return guests.length === 0 ? undefined : listed(guests.map((guest) => guest.name));
}

const nameBefore = (subject: Subject): string => textAt(subject.before, "name") ?? subject.name;

const isOn = (guest: Shown, network: string): boolean =>
  treesAt(guest, "devices", "interfaces").some((nic) => textAt(nic, "source", "network", "network") === network);

const STAYING: ReadonlySet<Subject["action"]> = new Set(["no-op", "update", "forget"]);

/** Guests that lose a network although they keep running. */
function networkLoss(subject: Subject, effect: Effect, around: Surroundings): string | undefined {
  if (subject.resource.type === "libvirt_network") {
    const stops = subject.difference.own.some((leaf) => leaf.kind === "active" && leaf.after === false);
    if (!stops && effect !== "delete" && effect !== "replace") return undefined;
    const guests = [namesOn(subject, around), around.othersOn(nameBefore(subject))].filter((one) => one !== undefined);
    return guests.length === 0 ? undefined : `guests lose the network ${nameBefore(subject)}: ${guests.join(", ")}`;
  }
  if (subject.resource.type !== "libvirt_domain" || subject.action !== "update" || runs(subject.after) === false) return undefined;
  const lost = lostNetworks(subject);
  if (lost.length === 0) return undefined;
  return `${subject.name} loses ${listed(lost)}${isConnected(subject.after) ? "" : "; it has no other"}`;
}
