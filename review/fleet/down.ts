import { at } from "../tree.ts";
import { foldNames } from "./fold.ts";
import { type Group, ownOf, plural } from "./groups.ts";
import type { FleetReview } from "./schema.ts";
import type { Judged } from "../judge.ts";
import type { Line } from "./lines.ts";
import { memberOf } from "./stack-plan.ts";

type Down = FleetReview["down"][number];

/** libvirt_domain's own defaults, in seconds. */
const DEFAULTS = { restart: 300, stop: 300, delete: 60, replace: 60 } as const;

const WORDS = { restart: "restarts", stop: "is stopped", delete: "is deleted", replace: "is replaced" } as const;
const WORDS_MANY = { restart: "restart", stop: "are stopped", delete: "are deleted", replace: "are replaced" } as const;

/** The running guests that a plan takes down, by how and why. */
export function downOf(groups: readonly Group[]): Down[] {
  return groups.flatMap(({ lines, data }) => {
    const [line] = lines;
    const { judged } = line;
    const finding = judged.findings.find((one) => one.kind === "interruption");
    if (judged.kind.noun !== "guest" || finding?.kind !== "interruption" || (finding.down !== true && finding.effect !== "stop")) return [];
    const how = finding.effect;
    const isDefinedAnew = how === "restart" && lines[0].stack.provider === "registry";
    const seconds = isDefinedAnew ? undefined : shutdownOf(judged, how);
    const many = lines.length > 1;
    const causes = many ? causesOf(line, finding.causes) : finding.causes;
    const title = many ? `${lines.length} ${plural("guest")} (${foldNames(data.members.map(({ name }) => name))})` : judged.subject.name;
    const why = causes.length === 0 ? "" : `: ${[...new Set(causes.map(({ name }) => name))].join(", ")}`;
    const long = isDefinedAnew
      ? "stopped, defined anew and started"
      : seconds === undefined
        ? "turned off at once"
        : `down for up to ${seconds} s${many ? " each" : ""} before ${many ? "they are" : "it is"} turned off`;
    const text = `${foldNames([...new Set(lines.map((one) => one.stack.name))])}: ${title} ${(many ? WORDS_MANY : WORDS)[how]}${why}; ${long}`;
    return [{ how, guests: lines.map((one) => memberOf(one.stack, one.judged)), ...(seconds !== undefined && { seconds }), causes, text }];
  });
}

/** What several have in common of them. */
function causesOf(line: Line, causes: Down["causes"]): Down["causes"] {
  const own = ownOf(line);
  return causes.map(({ name, before, after }) => ({
    name: own.markedPhrase({ kind: "changed", change: undefined, item: name }).item ?? name,
    ...(before !== undefined && { before: own.marked(before) }),
    ...(after !== undefined && { after: own.marked(after) }),
  }));
}

function shutdownOf({ subject: { before, after } }: Judged, how: Down["how"]): number | undefined {
  const side = how === "delete" ? before : after;
  const isRemoval = how === "delete" || how === "replace";
  if (isRemoval && at(before, "destroy", "graceful") === false) return undefined;
  const own = isRemoval ? null : at(side, "update", "shutdown", "timeout");
  const seconds = own ?? at(isRemoval ? before : side, "destroy", "shutdown", "timeout");
  return typeof seconds === "number" ? seconds : DEFAULTS[how];
}
