import { defineCommand } from "citty";
import { dirname, join } from "node:path";
import {
  type CaseResult,
  CASES_FILE,
  type KnownRule,
  optionsOf,
  readPolicy,
  type ReadPolicy,
  runCases,
  unknownRule,
} from "../../policy/index.ts";
import { verdictText } from "../../review/index.ts";
import { DONE, FAILED } from "../exit.ts";
import { shared } from "../options.ts";
import { printData } from "../print.ts";
import { Terminal } from "../terminal.ts";

const common = { policy: shared.policy, json: shared.json, color: shared.color } as const;

/** Also without a policy file: then each rule has its default severity, as under an empty one. */
const read = async (file: string | undefined): Promise<ReadPolicy> => readPolicy({ folder: process.cwd(), file });

const severityOf = ({ file }: ReadPolicy, { rule, severity }: KnownRule): string => (file === undefined ? rule.severity : severity);

const list = defineCommand({
  meta: { name: "list", description: "List the rules, and how this policy counts them" },
  args: common,
  async run({ args }) {
    const policy = await read(args.policy);
    const rules = policy.known.map((one) => ({ name: one.rule.name, severity: severityOf(policy, one), doc: one.rule.doc }));
    if (args.json) printData(rules);
    else {
      const terminal = new Terminal({ color: args.color });
      terminal.table(
        ["rule", "severity", "what"],
        rules.map(({ name, severity, doc }) => [name, severity, doc]),
      );
      if (policy.file === undefined)
        terminal.say(terminal.style("dim", "\nno policy file here: only rules that --fail-on names are applied"));
    }
    return DONE;
  },
});

const explain = defineCommand({
  meta: { name: "explain", description: "Explain a rule: why it matters, how to fix what breaks it, its options" },
  args: { rule: { type: "positional", required: true, description: "The rule's name" }, ...common },
  async run({ args }) {
    const policy = await read(args.policy);
    const known = policy.known.find(({ rule }) => rule.name === args.rule);
    if (known === undefined)
      throw unknownRule(
        args.rule,
        policy.known.map(({ rule }) => rule.name),
      );
    const { rule, options, allow } = known;
    const { name, doc, why, fix } = rule;
    const severity = severityOf(policy, known);
    const accepts = optionsOf(rule);
    if (args.json) printData({ name, severity, doc, why, fix, options, accepts, allow });
    else {
      const terminal = new Terminal({ color: args.color });
      terminal.say(`${terminal.style("bold", name)} (${severity})`);
      for (const line of [doc, `why: ${why}`, `fix: ${fix}`]) terminal.say(line);
      for (const option of accepts) {
        const value = (options as Readonly<Record<string, unknown>> | undefined)?.[option.name];
        terminal.say(`option ${option.name}: ${option.description}${value === undefined ? "" : ` Here: ${JSON.stringify(value)}`}`);
      }
      if (allow.length > 0) terminal.say(`allowed: ${allow.join(", ")}`);
    }
    return DONE;
  },
});

const test = defineCommand({
  meta: { name: "test", description: "Run the policy's test cases" },
  args: {
    files: {
      type: "positional",
      required: false,
      description: `Files of cases (default: ${CASES_FILE} next to the policy)`,
      valueHint: "files",
    },
    ...common,
  },
  async run({ args }) {
    const policy = await read(args.policy);
    const files = args._.length > 0 ? args._ : [join(policy.file === undefined ? process.cwd() : dirname(policy.file), CASES_FILE)];
    const results: CaseResult[] = [];
    for (const file of files) results.push(...(await runCases(file, policy.policy)));
    const failed = results.filter(({ passed }) => !passed).length;
    if (args.json) printData(results);
    else {
      const terminal = new Terminal({ color: args.color });
      for (const { name, passed, missing, unexpected } of results) {
        terminal.say(`${passed ? terminal.style("green", "pass") : terminal.style("red", "FAIL")}  ${name}`);
        for (const { rule, name: wanted = "any" } of missing) terminal.say(`      expected, but not there: ${rule} (${wanted})`);
        for (const verdict of unexpected) terminal.say(`      not expected: ${verdictText(verdict)} [${verdict.resource}]`);
      }
      terminal.say(`${results.length - failed} passed, ${failed} failed`);
    }
    return failed > 0 || results.length === 0 ? FAILED : DONE;
  },
});

export default defineCommand({
  meta: { name: "policy", description: "The rules that plans must keep: list, explain, test" },
  subCommands: { list, explain, test },
});
