/**
 * Installs what this machine lacks to run guests and the tests: `node scripts/host-packages.ts [--yes] [host|guests|tests|pages]...`
 * Without `--yes` it only lists what is missing; exit code 1 if anything is.
 */
import { hostPackages, install, installCommand, missing, type Need } from "../cli/host/packages.ts";
import { CdkvmError, messageOf } from "../model/errors.ts";

const known = new Set<string>(hostPackages.map((each) => each.need));
const isNeed = (text: string): text is Need => known.has(text);

const args = process.argv.slice(2);
const named = args.filter(isNeed);
const needs: Need[] = named.length > 0 ? named : ["host", "guests", "tests", "pages"];

try {
  if (args.includes("--yes")) await install({ needs, yes: true, log: (line) => console.log(line) });
  else {
    const absent = await missing(needs);
    for (const each of absent) console.log(`${each.package.padEnd(24)}${each.why}`);
    if (absent.length > 0) console.log(`\n${installCommand(absent)}`);
    process.exitCode = absent.length > 0 ? 1 : 0;
  }
} catch (error) {
  console.error(error instanceof CdkvmError ? error.explain() : messageOf(error));
  process.exitCode = 1;
}
