import { defineCommand } from "citty";
import { CdkvmError, messageOf } from "../../model/errors.ts";
import type { Check, Finding } from "../doctor/check.ts";
import { libvirtChecks } from "../doctor/libvirt.ts";
import { machineChecks } from "../doctor/machine.ts";
import { networkChecks } from "../doctor/network.ts";
import { DONE } from "../exit.ts";
import { shared } from "../options.ts";
import { Terminal } from "../terminal.ts";

async function look(check: Check): Promise<Finding> {
  try {
    return await check.look();
  } catch (error) {
    if (!(error instanceof CdkvmError)) return { health: "fail", found: messageOf(error) };
    if (error.code === "CDKVM_INTERRUPTED") throw error;
    const { problem, fix } = error.details;
    return { health: "fail", found: problem, ...(fix !== undefined && { fix }) };
  }
}

const marks = { ok: ["✓", "green"], warn: ["!", "yellow"], fail: ["✗", "red"] } as const;

export default defineCommand({
  meta: { name: "doctor", description: "Check that this machine can run guests, and say what mends it" },
  args: { fix: { type: "boolean", description: "Mend what can be mended" }, json: shared.json, color: shared.color },
  async run({ args }) {
    const terminal = new Terminal({ color: args.color, ...(args.json && { json: true }) });
    const results: { check: string; health: string; found: string; fix?: string }[] = [];
    for (const check of [...machineChecks, ...libvirtChecks, ...networkChecks]) {
      let finding = await look(check);
      if (args.fix && finding.health !== "ok" && finding.mend) {
        terminal.say(`  mending ${check.name}: ${finding.fix}`);
        try {
          await finding.mend((line) => terminal.say(`    ${line}`));
          finding = await look(check);
        } catch (error) {
          finding = { ...finding, found: `${finding.found}; mending it failed: ${messageOf(error)}` };
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
        `\n${failed} of these must be mended before guests can run${args.fix ? "" : "; `cdkvm doctor --fix` mends what it can"}.`,
      );
    return failed > 0 ? 1 : DONE;
  },
});
