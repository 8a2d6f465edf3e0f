import { defineCommand } from "citty";
import { CdkvmError, messageOf } from "../../model/errors.ts";
import type { Check, Finding } from "../doctor/check.ts";
import { libvirtChecks } from "../doctor/libvirt.ts";
import { machineChecks } from "../doctor/machine.ts";
import { networkChecks } from "../doctor/network.ts";
import { DONE } from "../exit.ts";
import { shared } from "../options.ts";
import { Terminal } from "../terminal.ts";

async function run(check: Check): Promise<Finding> {
  try {
    return await check.run();
  } catch (error) {
    if (!(error instanceof CdkvmError)) return { health: "fail", found: messageOf(error) };
    if (error.code === "CDKVM_INTERRUPTED") throw error;
    const { problem, fix } = error.details;
    return { health: "fail", found: problem, ...(fix !== undefined && { fix }) };
  }
}

const marks = { ok: ["✓", "green"], warn: ["!", "yellow"], fail: ["✗", "red"] } as const;

export default defineCommand({
  meta: { name: "doctor", description: "Check whether this machine can run guests, and show how to fix what is missing" },
  args: { fix: { type: "boolean", description: "Fix what can be fixed automatically" }, json: shared.json, color: shared.color },
  async run({ args }) {
    const terminal = new Terminal({ color: args.color, ...(args.json && { json: true }) });
    const results: { check: string; health: string; found: string; fix?: string }[] = [];
    for (const check of [...machineChecks, ...libvirtChecks, ...networkChecks]) {
      let finding = await run(check);
      if (args.fix && finding.health !== "ok" && finding.repair) {
        terminal.say(`  fixing ${check.name}: ${finding.fix}`);
        try {
          await finding.repair((line) => terminal.say(`    ${line}`));
          finding = await run(check);
        } catch (error) {
          finding = { ...finding, found: `${finding.found}; the fix failed: ${messageOf(error)}` };
        }
      }
      const [mark, style] = marks[finding.health];
      terminal.say(`${terminal.style(style, mark)} ${check.name.padEnd(19)} ${finding.found}`);
      if (finding.fix && finding.health !== "ok") terminal.say(`  ${" ".repeat(19)} ${terminal.style("dim", "fix:")} ${finding.fix}`);
      results.push({
        check: check.name,
        health: finding.health,
        found: finding.found,
        ...(finding.fix && finding.health !== "ok" && { fix: finding.fix }),
      });
    }
    if (args.json) console.log(JSON.stringify(results, null, 2));
    const failed = results.filter((one) => one.health === "fail").length;
    if (failed > 0)
      terminal.say(
        `\n${failed === 1 ? "1 check" : `${failed} checks`} failed: guests cannot run${args.fix ? "" : "; `cdkvm doctor --fix` fixes what it can"}.`,
      );
    return failed > 0 ? 1 : DONE;
  },
});
