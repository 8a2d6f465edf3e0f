/** Wall times of repeated runs, milliseconds. */
export type Times = number[];

export const median = (times: Times): number => {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};

export async function timed<T>(times: Times, task: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await task();
  times.push(performance.now() - started);
  return result;
}
