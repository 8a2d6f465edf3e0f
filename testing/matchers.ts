import { CdkvmError } from "../model/errors.ts";
import { ByteSize } from "../model/bytes.ts";
import type { StackSubject } from "../policy/index.ts";
import { formatBytes } from "../review/units.ts";
import { type Effect, effects } from "../review/schema.ts";
import { unknownKey } from "./errors.ts";
import type { Synthesized } from "./synth.ts";
import { type GuestView, guestsOf, type NetworkView, networksOf, type VolumeView, volumesOf } from "./views.ts";

/** What vitest gives a matcher. */
interface MatcherState {
  readonly equals: (a: unknown, b: unknown) => boolean;
}

interface Outcome {
  readonly pass: boolean;
  readonly message: () => string;
}

/** Any of what a matcher compares; a value may also be an asymmetric matcher: `expect.stringContaining("web")`. */
export type Expected<View> = { readonly [Key in keyof View]?: unknown };

/** The names of the objects that a plan concerns, by effect; what is not named must not happen. */
export type ExpectedPlan = { readonly [Key in Exclude<Effect, "none">]?: readonly string[] };

const KEYS = {
  guest: ["name", "stack", "memory", "cpus", "running", "autostart", "title", "description", "networks", "ips", "disks"],
  network: ["name", "stack", "mode", "addresses", "domain", "autostart"],
  volume: ["name", "stack", "pool", "size", "format", "source"],
} as const satisfies {
  guest: readonly (keyof GuestView)[];
  network: readonly (keyof NetworkView)[];
  volume: readonly (keyof VolumeView)[];
};

/** `4096 MiB` is `4 GiB`; what is no size stays as it is. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "string" || !/^[\d.]+ ?[KMGTP]?i?B/i.test(value)) return value;
  try {
    return formatBytes(ByteSize.of(value).bytes);
  } catch (error) {
    if (error instanceof CdkvmError) return value;
    throw error;
  }
}

const SIZES: ReadonlySet<string> = new Set(["memory", "size", "disks"]);

function toHave<View extends { readonly name: string }>(
  { equals }: MatcherState,
  noun: keyof typeof KEYS,
  views: readonly View[],
  name: string,
  expected: Expected<View>,
): Outcome {
  for (const key of Object.keys(expected)) {
    const known: readonly string[] = KEYS[noun];
    if (!known.includes(key)) throw unknownKey(`toHave${noun.charAt(0).toUpperCase()}${noun.slice(1)}`, key, known);
  }
  const named = views.filter((one) => one.name === name);
  const differences = named.map((one) =>
    Object.entries(expected).flatMap(([key, wanted]) => {
      const value = one[key as keyof View];
      const same = equals(value, SIZES.has(key) ? canonical(wanted) : wanted);
      return same ? [] : [`${key} is ${shown(value)}, not ${shown(wanted)}`];
    }),
  );
  const pass = differences.some((one) => one.length === 0);
  return {
    pass,
    message: () => {
      if (pass) return `there is a ${noun} ${name} with ${shown(expected)}`;
      if (named.length === 0) return `there is no ${noun} ${name}; there are: ${views.map((one) => one.name).join(", ") || "none"}`;
      return `${noun} ${name}: ${differences.map((one) => one.join("; ")).join(" / ")}`;
    },
  };
}

const shown = (value: unknown): string => JSON.stringify(value) ?? "unset";

/** Matchers for vitest: `expect.extend(matchers)`. */
export const matchers = {
  toHaveGuest(this: MatcherState, received: Synthesized, name: string, expected: Expected<GuestView> = {}): Outcome {
    return toHave(this, "guest", guestsOf(received), name, expected);
  },

  toHaveNetwork(this: MatcherState, received: Synthesized, name: string, expected: Expected<NetworkView> = {}): Outcome {
    return toHave(this, "network", networksOf(received), name, expected);
  },

  toHaveVolume(this: MatcherState, received: Synthesized, name: string, expected: Expected<VolumeView> = {}): Outcome {
    return toHave(this, "volume", volumesOf(received), name, expected);
  },

  toPlan(this: MatcherState, received: readonly StackSubject[], expected: ExpectedPlan): Outcome {
    const known: readonly string[] = effects;
    for (const key of Object.keys(expected)) if (!known.includes(key)) throw unknownKey("toPlan", key, known);
    const planned = received
      .flatMap(({ review }) => review.changes)
      .filter(({ effect, disposable }) => effect !== "none" && disposable !== true);
    const by = (wanted: Effect): string[] =>
      planned
        .filter(({ effect }) => effect === wanted)
        .map(({ name }) => name)
        .toSorted();
    const problems = effects.flatMap((effect) => {
      if (effect === "none") return [];
      const [there, wanted] = [by(effect), (expected[effect] ?? []).toSorted()];
      return this.equals(there, wanted) ? [] : [`${effect}: ${there.join(", ") || "nothing"}; expected: ${wanted.join(", ") || "nothing"}`];
    });
    return {
      pass: problems.length === 0,
      message: () => (problems.length === 0 ? "the plan does exactly that" : ["the plan does something else", ...problems].join("\n  ")),
    };
  },
};

/** The types of the matchers; a test folder declares them, see docs/guide/testing.md. */
export interface CdkvmMatchers<Result> {
  /** A guest of this name, with at least these values. */
  toHaveGuest: (name: string, expected?: Expected<GuestView>) => Result;
  /** A network of this name, with at least these values. */
  toHaveNetwork: (name: string, expected?: Expected<NetworkView>) => Result;
  /** A volume of this name, with at least these values. */
  toHaveVolume: (name: string, expected?: Expected<VolumeView>) => Result;
  /** Exactly these effects, each on exactly these guests, networks, volumes and pools, by name. Cloud-init disks do not count. */
  toPlan: (expected: ExpectedPlan) => Result;
}
