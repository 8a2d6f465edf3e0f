import type { FleetReview } from "./schema.ts";

/** The hosts that a page can be filtered by; a stack whose hosts the plan does not name stands for itself. */
export class Places {
  readonly names: readonly string[];
  readonly #ofStack: ReadonlyMap<string, readonly number[]>;

  constructor({ stacks }: Pick<FleetReview, "stacks">) {
    this.names = [...new Set(stacks.flatMap(placesOf))];
    const index = new Map(this.names.map((name, number) => [name, number]));
    this.#ofStack = new Map(stacks.map((stack) => [stack.name, placesOf(stack).map((name) => index.get(name) ?? 0)]));
  }

  /** `0 3`: the places of stacks, by their numbers; of no stack, all places. */
  keys(stacks: readonly string[]): string {
    const all = this.names.map((_, index) => index);
    const found = stacks.length === 0 ? all : [...new Set(stacks)].flatMap((one) => this.#ofStack.get(one) ?? []);
    return [...new Set(found)].join(" ");
  }
}

const placesOf = ({ name, hosts }: FleetReview["stacks"][number]): readonly string[] => (hosts.length === 0 ? [name] : hosts);
