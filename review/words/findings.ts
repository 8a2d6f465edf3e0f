import { listed } from "../../model/listed.ts";
import type { Finding } from "../schema.ts";
import { foldNames } from "../fleet/fold.ts";

export interface Worded {
  readonly text: string;
  /** What follows for data and for others. */
  readonly consequence?: string;
}

/** @param name `guest web1`; @param called as a sentence begins: `web1`, `network lan` */
export function findingWords(finding: Finding, name: string, called: string): Worded {
  switch (finding.kind) {
    case "data-loss": {
      const { overlays, lost, size, disks, usedBy } = finding;
      const facts = overlays.length > 0 ? [] : [size, listed(disks), usedBy && `used by ${usedBy.users}`].filter(Boolean);
      const what = facts.length > 0 ? `${name} (${facts.join(", ")})` : name;
      const consequence = overlays.length > 0 ? `volumes on top of it become unreadable: ${foldNames(overlays)}` : `its ${lostWords(lost)}`;
      return joined(`${what} is ${finding.effect}d`, consequence);
    }
    case "interruption": {
      const { effect, causes, running, keeps, guests } = finding;
      if (effect === "stop") return { text: `${called} will be stopped` };
      if (effect === "restart") {
        const why = causes.length === 0 ? "its definition" : listed([...new Set(causes.map((cause) => cause.name))]);
        return joined(`${called} will restart: ${why}`, withoutNetwork(guests));
      }
      return joined(
        `${name} is ${effect}d`,
        running ? "it is running" : keeps.length === 0 ? undefined : `its ${keeps.join(" and ")} stays`,
      );
    }
    case "network-loss": {
      const { networks, guests, isolated, usedBy } = finding;
      const text =
        guests === undefined
          ? `${called} loses ${listed(networks)}${isolated ? "; it has no other" : ""}`
          : `guests lose ${listed(networks)}: ${[guests.length === 0 ? undefined : foldNames(guests), usedBy?.users].filter(Boolean).join(", ")}`;
      return { text, consequence: text };
    }
  }
}

/** What a network's restart means for guests that keep running. */
export const withoutNetwork = (guests: readonly string[]): string | undefined =>
  guests.length === 0 ? undefined : `without network meanwhile: ${foldNames(guests)}`;

/** `data and TPM state are lost` */
export const lostWords = (lost: readonly string[]): string =>
  `${lost.join(" and ")} ${lost.length > 1 || lost[0]?.endsWith("s") ? "are" : "is"} lost`;

const joined = (what: string, consequence: string | undefined): Worded =>
  consequence === undefined ? { text: what } : { text: `${what}; ${consequence}`, consequence };
