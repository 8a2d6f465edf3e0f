import { describe, expect, test } from "vitest";
import { Rollout } from "../../provider/rollout.ts";

const never = new AbortController().signal;
const rollout = (atOnce: number, abortAfter: number): Rollout => new Rollout({ atOnce, wait: "agent", timeout: 1, abortAfter });
/** A restart that the test ends. */
const restart = (): {
  readonly begun: string[];
  readonly of: (name: string) => () => Promise<string>;
  readonly end: (name: string, error?: Error) => void;
} => {
  const begun: string[] = [];
  const ends = new Map<string, { resolve: (name: string) => void; reject: (error: Error) => void }>();
  return {
    begun,
    of: (name) => () =>
      new Promise((resolve, reject) => {
        begun.push(name);
        ends.set(name, { resolve, reject });
      }),
    end: (name, error) => (error ? ends.get(name)?.reject(error) : ends.get(name)?.resolve(name)),
  };
};
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("guests that take turns", () => {
  test("begin in the order in which they came, as many at once as there are places", async () => {
    const [turns, work] = [rollout(2, 1), restart()];
    const all = ["a", "b", "c", "d"].map((name) => turns.turn(name, never, work.of(name)));
    await settled();
    expect(work.begun).toEqual(["a", "b"]);
    work.end("b");
    await settled();
    expect(work.begun).toEqual(["a", "b", "c"]);
    for (const name of ["a", "c", "d"]) {
      work.end(name);
      await settled();
    }
    expect(await Promise.all(all)).toEqual(["a", "b", "c", "d"]);
  });

  test("fail at once when enough others have failed, also those that come later", async () => {
    const [turns, work] = [rollout(1, 2), restart()];
    const all = ["a", "b", "c"].map((name) => turns.turn(name, never, work.of(name)));
    const ends = Promise.allSettled(all);
    await settled();
    work.end("a", new Error("no"));
    await settled();
    expect(work.begun).toEqual(["a", "b"]);
    work.end("b", new Error("no"));
    expect((await ends).map((one) => (one.status === "rejected" ? (one.reason as Error).message : one.value))).toEqual([
      "no",
      "no",
      "restart the guest c: the rollout has stopped, and c was not changed: a, b did not restart and come back",
    ]);
    await expect(turns.turn("d", never, work.of("d"))).rejects.toMatchObject({ code: "CDKVM_ROLLOUT_ABORTED" });
    expect(work.begun).toEqual(["a", "b"]);
  });

  test("stop waiting when the run is stopped", async () => {
    const [turns, work, stop] = [rollout(1, 1), restart(), new AbortController()];
    const first = turns.turn("a", stop.signal, work.of("a"));
    const second = turns.turn("b", stop.signal, work.of("b"));
    stop.abort(new Error("stopped"));
    await expect(second).rejects.toThrow("stopped");
    work.end("a");
    expect(await first).toBe("a");
    expect(work.begun).toEqual(["a"]);
  });
});
