import { availableParallelism } from "node:os";

/** How many stacks run at once: each engine uses about one core, but mostly waits for its host. */
export const stacksAtOnce = (): number => Math.max(2, availableParallelism());

/** Runs `work` for each item, in order, at most `limit` at once. Rejects with the first error once all others are done. */
export async function eachLimited<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
