import { listed } from "../../model/listed.ts";
import type { Fact, Part, PartKind } from "../contents/index.ts";
import { Content } from "../masked.ts";

/** What changed in a free text: `user added: ops2, sudo: all`. Empty if nothing but the change itself may be shown. */
export function contentWords(before: unknown, after: unknown): string[] {
  const [old, now] = [partsIn(before), partsIn(after)];
  if (old.length === 0 && now.length === 0) return [];
  const found = differences(old, now);
  if (found.length > 0) return worded(found);
  return before instanceof Content && after instanceof Content ? ["order, comments or layout changed"] : [];
}

const partsIn = (side: unknown): readonly Part[] => (side instanceof Content ? side.parts : []);

interface Found {
  readonly kind: PartKind;
  readonly action: "added" | "removed" | "changed";
  readonly name: string;
  readonly facts: readonly string[];
}

function differences(before: readonly Part[], after: readonly Part[]): Found[] {
  const idOf = (one: Part): string => `${one.kind}\n${one.name}`;
  const old = Map.groupBy(before, idOf);
  const now = Map.groupBy(after, idOf);
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((id) => {
    const left = [...(old.get(id) ?? [])];
    const more = (now.get(id) ?? []).filter((one) => {
      const same = left.findIndex(({ digest }) => digest === one.digest);
      if (same >= 0) left.splice(same, 1);
      return same < 0;
    });
    const changed = more.splice(0, Math.min(more.length, left.length)).map((one): Found => {
      const was = left.shift();
      return { ...one, action: "changed", facts: was ? changedFacts(was.facts, one.facts) : [] };
    });
    return [
      ...changed,
      ...more.map((one): Found => ({ ...one, action: "added", facts: one.facts.map(told) })),
      ...left.map((one): Found => ({ ...one, action: "removed", facts: [] })),
    ];
  });
}

const told = ({ name, value }: Fact): string => (value === undefined ? `with a ${name}` : name === "value" ? value : `${name}: ${value}`);

function changedFacts(before: readonly Fact[], after: readonly Fact[]): string[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  return names.flatMap((name) => {
    const [old, now] = [before, after].map((facts) => facts.find((one) => one.name === name));
    if (old?.digest === now?.digest) return [];
    if (old?.value === undefined && now?.value === undefined)
      return [`${name} ${old === undefined ? "set" : now === undefined ? "removed" : "changed"}`];
    return [`${name === "value" ? "" : `${name}: `}${old?.value ?? "none"} → ${now?.value ?? "none"}`];
  });
}

const NAMED = 12;

/** Groups those without facts, `packages added: nginx, curl`; each of the others gets its own phrase. */
function worded(found: readonly Found[]): string[] {
  const groups = Map.groupBy(found, ({ kind, action, facts }) => (facts.length === 0 ? `${kind}\n${action}` : Symbol(kind)));
  return [...groups.values()].map((all) => {
    const [{ kind, action, facts } = { kind: "text" as const, action: "changed" as const, facts: [] }] = all;
    const noun = all.length > 1 ? `${all.length} ${plural(kind)}` : kind;
    const named = all.map(({ name }) => name).filter((name) => name !== "");
    const names = listed(named, NAMED);
    // a key's value follows it as in the text, everything else goes next to the name
    const what = [names, ...facts].filter((text) => text !== "").join(kind === "setting" ? ": " : ", ");
    return `${noun} ${action}${what === "" ? "" : `: ${what}`}`;
  });
}

const plural = (noun: string): string => (noun.endsWith("y") && !/[aeo]y$/.test(noun) ? noun.replace(/y$/, "ies") : `${noun}s`);
