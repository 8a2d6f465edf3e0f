import type { Reporter, TestModule } from "vitest/node";
import { skipReason } from "./skipped.ts";

/** Reports at the end how many tests were skipped without a KVM host, and why. For `reporters` in vitest's config. */
export default class SkippedHosts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests("skipped")) {
        const reason = skipReason(test.fullName);
        if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
    }
    for (const [reason, count] of counts) console.log(`\n ${count} acceptance test${count === 1 ? "" : "s"} skipped: ${reason}`);
  }
}
