import fc from "fast-check";
import { expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import { type Drawn, drawn } from "./change-arbitrary.ts";
import { around, makeDisks } from "./change-around.ts";
import { macsOf, type Outcome, runBatch } from "./change-batch.ts";

const RUNS = Number(process.env["CDKVM_PROPERTY_RUNS"] ?? 1);
const SEED = Number(process.env["CDKVM_PROPERTY_SEED"] ?? Date.now() % 2 ** 31);

const kindOf = (path: string): string => path.replaceAll(/\[[^\]]*\]/g, "");

/** What does not hold of a change; nothing where all does. */
function wrongOf({ type, key, attribute, change, restarts, before }: Drawn, outcome: Outcome | undefined): string[] {
  if (outcome === undefined) return ["there is no outcome"];
  const wrong: string[] = [...outcome.errors];
  const check = (holds: boolean, text: string): void => void (holds || wrong.push(text));
  const [first, changed, last] = outcome.actions;
  check(first === "no-op", `planned again without a change: ${first}`);
  check(changed === (change === "replace" ? "delete-create" : "update"), `planned with the change: ${changed}`);
  check(last === "no-op", `planned again after the change: ${last}`);
  const leaves = outcome.reviewed?.attributes.filter((one) => one.change !== undefined && one.unknown !== true) ?? [];
  const wanted = kindOf(attribute);
  for (const leaf of leaves) {
    const kind = kindOf(leaf.path);
    check(kind === wanted || kind.startsWith(`${wanted}.`), `${leaf.path} changes too`);
    check(leaf.change === change, `${leaf.path} is ${leaf.change}`);
  }
  check(leaves.length > 0, "the plan shows no change");
  if (type !== "libvirt_domain") return wrong;
  const runs = before["running"] === true;
  const told = outcome.warnings.filter((text) => text.includes("will restart"));
  check(told.length === (restarts ? 1 : 0) && (restarts || outcome.warnings.length === 0), `warnings: ${outcome.warnings.join(", ")}`);
  if (outcome.before === undefined || outcome.after === undefined) return [...wrong, "the guest is not there"];
  check((outcome.before.pid !== "") === runs, "does not run as configured");
  check((outcome.after.pid !== "") === runs, "does not run as configured after the change");
  if (runs) check((outcome.before.pid === outcome.after.pid) === !restarts, restarts ? "did not restart" : "restarted");
  check(outcome.before.uuid === outcome.after.uuid, "has another UUID");
  const macs = [outcome.before, outcome.after].map(({ inactive }) => macsOf(inactive));
  if (attribute !== "devices.interfaces[]") check(macs.join("|") === [macs[0], macs[0]].join("|"), "has other MAC addresses");
  check(!outcome.vanished, `was gone from ${key} for a moment`);
  return wrong;
}

describeWithHosts("any configuration", () => {
  test(
    `is planned without a change once applied; one changed attribute is planned with its class, and restarts the guest only by that (${RUNS} runs, seed ${SEED})`,
    { timeout: 60_000 + RUNS * 240_000 },
    async ({ host }) => {
      console.info(`CDKVM_PROPERTY_RUNS=${RUNS} CDKVM_PROPERTY_SEED=${SEED}`);
      const wrong: string[] = [];
      for (const [run, batch] of fc.sample(drawn, { numRuns: RUNS, seed: SEED }).entries()) {
        await makeDisks(host, batch);
        const outcomes = await runBatch(host, batch, around);
        for (const one of batch) {
          const found = wrongOf(one, outcomes.get(one.key));
          if (found.length > 0)
            wrong.push(`run ${run} (seed ${SEED}), ${one.key}, ${one.attribute} (${one.change}):\n  ${found.join("\n  ")}\n  ${JSON.stringify(one)}`); // prettier-ignore
        }
      }
      expect(wrong.join("\n\n")).toBe("");
    },
  );
});
