/** Runs of numbered names shorter than this are spelled out. */
const SHORTEST_RUN = 3;

/** `n01 … n60`, `db1, web1 … web3`. A name that several stacks have is told once. */
export function foldNames(all: readonly string[], most = 12): string {
  const names = [...new Set(all)];
  const parts = runsOf(names).map((run) => (run.length >= SHORTEST_RUN ? `${run[0]} … ${run.at(-1)}` : run.join(", ")));
  return parts.length > most ? `${parts.slice(0, most).join(", ")} and ${names.length - countIn(names, most)} more` : parts.join(", ");
}

/** How many names the first parts stand for. */
const countIn = (names: readonly string[], parts: number): number =>
  runsOf(names)
    .slice(0, parts)
    .reduce((sum, run) => sum + run.length, 0);

function runsOf(names: readonly string[]): string[][] {
  const sorted = names
    .map((name) => ({ name, ...numbered(name) }))
    .toSorted((a, b) => a.head.localeCompare(b.head, "en") || a.tail.localeCompare(b.tail, "en") || a.number - b.number);
  const runs: (typeof sorted)[] = [];
  for (const one of sorted) {
    const last = runs.at(-1)?.at(-1);
    if (last && last.head === one.head && last.tail === one.tail && one.number === last.number + 1) runs.at(-1)?.push(one);
    else runs.push([one]);
  }
  return runs.map((run) => run.map(({ name }) => name)).flatMap((run) => (run.length >= SHORTEST_RUN ? [run] : run.map((name) => [name])));
}

/** The last number in a name: `web-7-root` is 7 between `web-` and `-root`. */
function numbered(name: string): { readonly head: string; readonly number: number; readonly tail: string } {
  const match = /^(.*?)(\d{1,15})(\D*)$/.exec(name);
  return match ? { head: match[1] ?? "", number: Number(match[2]), tail: match[3] ?? "" } : { head: name, number: NaN, tail: "" };
}
