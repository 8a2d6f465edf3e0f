import type { ChangeClass } from "../../model/table.ts";
import type { Phrase } from "../phrase.ts";
import type { Effect, Finding } from "../schema.ts";
import type { Subject } from "../subject.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Shown } from "../tree.ts";

type Of<K extends Finding["kind"]> = Extract<Finding, { readonly kind: K }>;
export type DataLoss = Of<"data-loss">;
export type Interruption = Of<"interruption">;
export type NetworkLoss = Of<"network-loss">;
export type Removal = DataLoss["effect"];

export const removalOf = (effect: Effect): Removal | undefined => (effect === "delete" || effect === "replace" ? effect : undefined);

export interface Update {
  /** The classes of the requested changes, see {@link ResourceKind.forced}. */
  readonly classes: ReadonlySet<ChangeClass | undefined>;
  readonly power: "start" | "stop" | undefined;
}

/** What a review knows of one kind of resource. A kind that leaves something out has nothing of that sort. */
export interface ResourceKind {
  readonly noun: string;
  /** Sentences call it by its name alone: `web1 will restart`. @default false: `network lan will restart` */
  readonly nameAlone?: true;
  /** What an update does to what would require a replacement. @default none: the existing object has it already */
  readonly forced?: "restart";
  /** Adds what it means to other resources. */
  readonly relate?: (subject: Subject, around: Surroundings) => void;
  /** Whether it is made from the configuration alone and has no data of its own. */
  readonly isDisposable?: (subject: Subject, around: Surroundings) => boolean;
  /** Whether it is started or stopped. */
  readonly power?: (subject: Subject) => Update["power"];
  /** The effect of an update, if its classes do not tell. */
  readonly updateEffect?: (subject: Subject, update: Update, around: Surroundings) => Effect | undefined;
  /** One line about a new one: `nat, 10.0.0.1/24`. @param brief without what is its own, or usual */
  readonly summary?: (side: Shown, around: Surroundings, brief: boolean) => string;
  /** @default attribute by attribute */
  readonly phrases?: (subject: Subject, around: Surroundings) => Phrase[];
  readonly dataLoss?: (subject: Subject, effect: Removal, around: Surroundings) => Omit<DataLoss, "kind" | "effect"> | undefined;
  /** What else there is to say of a removal or restart. @default nothing; `undefined`: a removal interrupts nothing */
  readonly interruption?: (subject: Subject, effect: Interruption["effect"], around: Surroundings) => Partial<Interruption> | undefined;
  readonly networkLoss?: (subject: Subject, effect: Effect, around: Surroundings) => Omit<NetworkLoss, "kind"> | undefined;
}
