import { listed } from "../../model/listed.ts";
import type { Judged } from "../judge.ts";
import type { Phrase } from "../phrase.ts";
import { REGISTRY_REASONS, registryUpdate } from "../registry.ts";
import { hasIt, runs } from "../subject.ts";
import { phraseWords } from "./phrases.ts";

/** `guest web1` */
export const nameOf = ({ kind, subject }: Judged): string => `${kind.noun} ${subject.name}`;
/** As a sentence begins: `web1` for a guest, `volume db1-data` for the rest. */
export const titled = (judged: Judged): string => (judged.kind.nameAlone ? judged.subject.name : nameOf(judged));

/** What sentences are about: one object, or several with the same change. */
export interface Called {
  readonly title: string;
  /** `are created`, not `is created`. */
  readonly many: boolean;
}

/** A change as sentences. */
export function sentencesFor(judged: Judged, called: Called = { title: titled(judged), many: false }): string[] {
  const { subject, effect, phrases, disposable, summary } = judged;
  const { resource } = subject;
  const { title, many } = called;
  const is = many ? "are" : "is";
  const sentences: string[] = [];
  const from = resource.previous_address;
  if (from !== undefined && from !== resource.address)
    sentences.push(many ? `${title} move to another address` : `${title} moves from ${from} to ${resource.address}`);
  if (resource.change.importing) sentences.push(`${title} ${is} imported: ${many ? "they exist" : "it exists"} already`);
  switch (effect) {
    case "create": {
      const started = judged.kind.power && runs(subject.after) === true ? " and started" : "";
      return [...sentences, `${title} ${is} created${started}${summary === "" ? "" : `: ${summary}`}`];
    }
    case "replace": {
      const because = listed(phrases.map((phrase) => phraseWords(phrase)));
      return [...sentences, `${title} ${is} ${disposable ? "recreated" : "replaced"}${because === "" ? "" : `: ${because}`}`];
    }
    case "delete":
      if (resource.deposed !== undefined) return [...sentences, `what an unfinished replacement left of ${title} is deleted`];
      return [...sentences, `${title} ${is} deleted`];
    case "forget":
      return [...sentences, `${title} ${is} no longer managed; ${many ? "they stay" : "it stays"} on the host`];
    case "none":
      return sentences;
    case "live":
    case "restart":
    case "start":
    case "stop":
    case "recorded":
    case "update":
      return [...sentences, ...updated(judged, called)];
  }
}

const isResized = ({ kind }: Phrase): boolean => kind === "grown" || kind === "shrunk";

function updated(judged: Judged, { title, many }: Called): string[] {
  const { subject, effect, power, phrases } = judged;
  const of = (change: Phrase["change"], ending: string, lead = ""): string[] => {
    const found = phrases.filter((phrase) => phrase.change === change && !isResized(phrase)).map((phrase) => phraseWords(phrase));
    return found.length === 0 ? [] : [`${title}${lead}: ${found.join(", ")}${ending}`];
  };
  const meanwhile =
    effect === "stop"
      ? `while ${many ? "they are" : "it is"} stopped`
      : power === "start"
        ? `before ${many ? "they start" : "it starts"}`
        : hasIt(subject)
          ? `in ${many ? "their" : "its"} definition only: ${many ? "they already run" : "it already runs"} with that`
          : `while ${many ? "they are" : "it is"} off`;
  const sentences = [
    ...phrases.filter(isResized).map((phrase) => `${title} ${phraseWords(phrase, many ? "plural" : "present")}`),
    ...(effect === "restart" ? of("restart", "", " will restart") : of("restart", `, ${meanwhile}`)),
    ...of("live", ", live"),
    ...of("none", ", recorded only"),
    ...of(undefined, ""),
    ...(power === undefined ? [] : [`${title} will be ${POWER[power]}`]),
  ];
  return sentences.length === 0 ? [`${title} ${many ? "are" : "is"} updated`] : sentences;
}

const POWER = { start: "started", stop: "stopped" } as const;

/** Changes made outside cdkvm. */
export function driftSentences(drifted: Judged, gone: boolean): string[] {
  const title = titled(drifted);
  if (gone) return [`${title} is gone`];
  const { power, phrases } = drifted;
  const sentences = [
    ...(power === undefined ? [] : [`${title} was ${POWER[power]}`]),
    ...(phrases.length === 0 ? [] : [`${title}: ${phrases.map((phrase) => phraseWords(phrase, "past")).join(", ")}`]),
  ];
  return sentences.length === 0 ? [`${title} changed`] : sentences;
}

/** Of one object, and of several. */
const REASONS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  replace_because_tainted: ["its last creation failed (tainted)", "their last creation failed (tainted)"],
  replace_by_request: ["requested with -replace", "requested with -replace"],
  replace_by_triggers: [
    "a resource that it depends on changes (replace_triggered_by)",
    "resources that they depend on change (replace_triggered_by)",
  ],
  delete_because_no_resource_config: ["it is no longer in the configuration", "they are no longer in the configuration"],
  delete_because_no_module: ["its module is no longer in the configuration", "their modules are no longer in the configuration"],
  delete_because_wrong_repetition: ["it is no longer in count or for_each", "they are no longer in count or for_each"],
  delete_because_count_index: ["count no longer includes it", "count no longer includes them"],
  delete_because_each_key: ["for_each no longer has its key", "for_each no longer has their keys"],
  delete_because_no_move_target: ["it was moved to an address that does not exist", "they were moved to addresses that do not exist"],
};

/** Why a resource, or each of several, is replaced or deleted, or its update is another one than the embedded provider's. */
export function reasonsFor({ subject, effect, phrases }: Judged, many = false): string[] {
  const { resource } = subject;
  const reason = REASONS[resource.action_reason ?? ""]?.[many ? 1 : 0];
  const update = registryUpdate(subject);
  const isTold = update === "restart" ? effect === "restart" : update !== "autostart" || phrases.some(({ change }) => change === "none");
  const paths = (resource.change.replace_paths ?? []).map((path) =>
    path
      .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
      .join("")
      .replace(/^\./, ""),
  );
  return [
    ...(reason === undefined ? [] : [reason]),
    ...(update === undefined || !isTold ? [] : [REGISTRY_REASONS[update]]),
    ...(paths.length === 0 ? [] : [`${paths.join(", ")} cannot change in place`]),
  ];
}
