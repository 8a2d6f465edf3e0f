import { describe, expect, test } from "vitest";
import { standingWords } from "../../provider/domain/observing/warnings.ts";

describe("a plan of a guest that is neither running nor off as configured", () => {
  test.each([
    ["paused", "user", "web1 is paused: somebody suspended it"],
    ["paused", "save", "web1 is being saved right now"],
    ["paused", "dump", "web1 is being dumped right now"],
    ["paused", "migration", "web1 is being migrated right now"],
    ["paused", "snapshot", "web1 is being snapshotted right now"],
    ["paused", "ioerror", "web1 was paused because a disk could not be read or written"],
    ["paused", "watchdog", "web1 was paused by its watchdog"],
    ["paused", "postcopy-failed", "web1 was paused because its migration failed halfway"],
    ["crashed", "panicked", "web1 crashed"],
    ["pmsuspended", "unknown", "web1 is asleep: its system suspended itself to memory"],
    ["shutdown", "user", "web1 is shutting down right now"],
    ["shutoff", "shutdown", "web1 shut itself down"],
    ["shutoff", "crashed", "web1 ended: QEMU crashed or was killed, or its system panicked"],
    ["shutoff", "migrated", "web1 was migrated to another host"],
    ["shutoff", "failed", "web1 stopped"],
  ] as const)("%s (%s): %s", (state, reason, summary) => {
    expect(standingWords("web1", { state, reason })?.summary).toBe(summary);
  });

  test("warns of nothing if it runs", () => {
    expect(standingWords("web1", { state: "running", reason: "booted" })).toBeUndefined();
  });
});
