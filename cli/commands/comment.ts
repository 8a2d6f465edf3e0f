import { defineCommand } from "citty";
import { type Label, numberOf, setLabels, stickComment, type Told } from "../../forge/index.ts";
import { writeXml } from "../../libvirt/codec/write.ts";
import { fleetMarkdown, type FleetReview, verdictText } from "../../review/index.ts";
import { DONE } from "../exit.ts";
import { forgeOf, forgeOptions } from "../forge-options.ts";
import { shared } from "../options.ts";
import { printable } from "../print.ts";
import { policyFor } from "../policy.ts";
import { fleetOf, planToReview } from "../review-fleet.ts";
import { Terminal } from "../terminal.ts";

/** The labels, each with what a plan does to get it. */
const LABELS: readonly { readonly label: Label; readonly fits: (review: FleetReview) => boolean }[] = [
  {
    label: { name: "data-loss", color: "b60205", description: "cdkvm: the plan loses data" },
    fits: ({ losses }) => losses.length > 0,
  },
  {
    label: { name: "replace", color: "d93f0b", description: "cdkvm: the plan replaces something" },
    fits: ({ stacks }) =>
      stacks.some(({ review }) => review.changes.some(({ effect, disposable }) => effect === "replace" && disposable !== true)),
  },
  {
    label: { name: "restart", color: "fbca04", description: "cdkvm: the plan restarts or stops something" },
    fits: ({ down }) => down.some(({ how }) => how === "restart" || how === "stop"),
  },
];

/** Space for markers and the last line. */
const FRAME = 600;

export default defineCommand({
  meta: { name: "comment", description: "Comment saved plans on a pull or merge request, with labels and a commit status" },
  args: {
    ...planToReview,
    title: { type: "string", description: "Tells several comments of one request apart", valueHint: "text" },
    "fail-on": {
      type: "string",
      default: "data-loss",
      description: "The status fails on these rules, besides the policy; separated by commas (`cdkvm policy list`)",
      valueHint: "rules",
    },
    policy: shared.policy,
    "max-restarts": shared["max-restarts"],
    allow: shared.allow,
    ...forgeOptions,
    number: { type: "string", description: "Number of the request (default: the CI job's)", valueHint: "n" },
    sha: { type: "string", description: "Commit that gets the status (default: the CI job's)", valueHint: "commit" },
    labels: { type: "boolean", default: true, description: "Set labels", negativeDescription: "Set no labels" },
    status: { type: "boolean", default: true, description: "Set a commit status", negativeDescription: "Set no commit status" },
    color: shared.color,
  },
  async run({ args, rawArgs }) {
    const policy = await policyFor(args, rawArgs);
    const { place, forge } = forgeOf(args);
    const number = numberOf(place);
    const { fleet: reviewed } = await fleetOf(args.plan, { folder: args.folder, title: args.title, policy, writeXml });
    const fleet = { ...reviewed, made: { ...(place.sha !== undefined && { commit: place.sha }), ...reviewed.made } };
    const terminal = new Terminal({ color: args.color });
    const verdicts = fleet.policy?.verdicts.filter(({ severity }) => severity === "error") ?? [];
    const { head, short, made, rest } = fleetMarkdown(fleet, { limit: forge.limit - FRAME });
    const told = { head, short, made, rest: `${rest}\n${lastLine(place.sha, place.page)}` };
    terminal.say(`comment ${await stickComment(forge, number, args.title ?? "plan", printed(told))}`);
    if (args.labels) {
      const wanted = LABELS.filter(({ fits }) => fits(fleet)).map(({ label }) => label.name);
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
        first === undefined ? "no rule is broken" : `${verdictText(first)}${more.length > 0 ? ` and ${more.length} more` : ""}`;
      const name = args.title === undefined ? "cdkvm" : `cdkvm: ${args.title}`;
      await forge.setStatus(place.sha, { name, ok: first === undefined, description: printable(description, false), url: place.page });
      terminal.say(`status: ${first === undefined ? "success" : "failure"}`);
    }
    return DONE;
  },
});

const printed = ({ head, short, made, rest }: Told): Told => ({
  head: printable(head, false),
  short: printable(short, false),
  made: printable(made, false),
  rest: printable(rest, false),
});

/** Which commit it is about, and where its job is. */
function lastLine(sha: string | undefined, page: string | undefined): string {
  const commit = sha === undefined ? "" : ` of commit ${sha.slice(0, 12)}`;
  return `<sub>Plan${commit}${page === undefined ? "" : `, made by [this job](${page})`}. A later one replaces this text, and folds what matters of it.</sub>`;
}
