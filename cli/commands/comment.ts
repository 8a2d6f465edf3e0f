import { defineCommand } from "citty";
import { type Label, numberOf, setLabels, stickComment } from "../../forge/index.ts";
import { evaluate, noDataLoss, noReplace, noRestart, review, type Rule, rulesOf } from "../../review/index.ts";
import { commentText, type ReviewedStack } from "../comment-text.ts";
import { DONE } from "../exit.ts";
import { forgeOf, forgeOptions } from "../forge-options.ts";
import { shared } from "../options.ts";
import { printable } from "../print.ts";
import { plansOf, readPlan } from "../read-plans.ts";
import { Terminal } from "../terminal.ts";

/** The labels, each with the rule that a plan breaks to get it. */
const LABELS: readonly { readonly label: Label; readonly rule: Rule }[] = [
  { label: { name: "data-loss", color: "b60205", description: "cdkvm: the plan loses data" }, rule: noDataLoss },
  { label: { name: "replace", color: "d93f0b", description: "cdkvm: the plan replaces something" }, rule: noReplace },
  { label: { name: "restart", color: "fbca04", description: "cdkvm: the plan restarts or stops something" }, rule: noRestart },
];

/** Space for the marker and the last line. */
const FRAME = 600;

export default defineCommand({
  meta: { name: "comment", description: "Comment saved plans on a pull or merge request, with labels and a commit status" },
  args: {
    plan: { type: "positional", required: true, description: "A saved plan, its JSON, or a folder of saved plans" },
    folder: {
      type: "string",
      description: "The stack's folder, for a saved plan (default: the plan's folder, else a stack's in this project)",
      valueHint: "folder",
    },
    title: { type: "string", description: "Tells several comments of one request apart", valueHint: "text" },
    "fail-on": {
      type: "string",
      default: "data-loss",
      description: "The status fails on: data-loss, restart, network-loss, replace, delete; separated by commas",
      valueHint: "rules",
    },
    ...forgeOptions,
    number: { type: "string", description: "Number of the request (default: the CI job's)", valueHint: "n" },
    sha: { type: "string", description: "Commit that gets the status (default: the CI job's)", valueHint: "commit" },
    labels: { type: "boolean", default: true, description: "Set labels", negativeDescription: "Set no labels" },
    status: { type: "boolean", default: true, description: "Set a commit status", negativeDescription: "Set no commit status" },
    color: shared.color,
  },
  async run({ args }) {
    const rules = rulesOf(args["fail-on"]).map((rule) => ({ rule }));
    const { place, forge } = forgeOf(args);
    const number = numberOf(place);
    const stacks: ReviewedStack[] = [];
    for (const { file, stack } of await plansOf(args.plan)) {
      const { plan, notes } = await readPlan(file, args.folder);
      const title = [args.title, stack].filter((one) => one !== undefined && one !== "").join(" ");
      stacks.push({ title, review: review(plan, notes ?? {}) });
    }
    const terminal = new Terminal({ color: args.color });
    const breaks = (rule: Rule): boolean => stacks.some((one) => evaluate(one.review, [{ rule }]).length > 0);
    const verdicts = stacks.flatMap((one) => evaluate(one.review, rules));
    const text = `${printable(commentText(stacks, forge.limit - FRAME), false)}\n${lastLine(place.sha, place.page)}\n`;
    terminal.say(`comment ${await stickComment(forge, number, args.title ?? "plan", text)}`);
    if (args.labels) {
      const wanted = LABELS.filter(({ rule }) => breaks(rule)).map(({ label }) => label.name);
      await setLabels(
        forge,
        number,
        LABELS.map(({ label }) => label),
        wanted,
      );
      terminal.say(`labels: ${wanted.join(", ") || "none"}`);
    }
    if (args.status && place.sha !== undefined) {
      const [first, ...more] = verdicts;
      const description =
        first === undefined ? "no rule is broken" : `${first.message}${more.length > 0 ? ` and ${more.length} more` : ""}`;
      const name = args.title === undefined ? "cdkvm" : `cdkvm: ${args.title}`;
      await forge.setStatus(place.sha, { name, ok: first === undefined, description: printable(description, false), url: place.page });
      terminal.say(`status: ${first === undefined ? "success" : "failure"}`);
    }
    return DONE;
  },
});

/** Which commit it is about, and where its job is. */
function lastLine(sha: string | undefined, page: string | undefined): string {
  const commit = sha === undefined ? "" : ` of commit ${sha.slice(0, 12)}`;
  return `<sub>Plan${commit}${page === undefined ? "" : `, made by [this job](${page})`}. A later one replaces this text.</sub>`;
}
