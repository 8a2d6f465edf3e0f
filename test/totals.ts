import type { Reporter, TestModule, TestRunEndReason, SerializedError } from "vitest/node";

/** Ends the run with one plain line, `N passed, N failed, N skipped`, for whoever reads logs by machine. */
export default class Totals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[], reason: TestRunEndReason): void {
    const count = (state: "passed" | "failed" | "skipped"): number =>
      modules.reduce((sum, one) => sum + [...one.children.allTests(state)].length, 0);
    // A file that cannot be loaded, or an error outside every test, fails the run without failing a test.
    const broken =
      modules.filter((one) => one.state() === "failed" && [...one.children.allTests("failed")].length === 0).length + unhandled.length;
    const failed = count("failed") + broken + (reason === "interrupted" ? 1 : 0);
    process.once("exit", () => process.stdout.write(`${count("passed")} passed, ${failed} failed, ${count("skipped")} skipped\n`));
  }
}
