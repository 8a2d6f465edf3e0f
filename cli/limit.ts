import { availableParallelism } from "node:os";

/** How many stacks run at once: each engine keeps about a core busy, but mostly waits for its host. */
export const stacksAtOnce = (): number => Math.max(2, availableParallelism());

/** Runs `work` for each item, at most `limit` at once; waits for all, then throws the first failure. */
export async function eachLimited<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
