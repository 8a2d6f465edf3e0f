import { basename, parse } from "node:path";
import {
  type FleetPart,
  fleetReview,
  type FleetReview,
  type FleetReviewOptions,
  type JudgedPlan,
  judgePlan,
  type Review,
} from "../review/index.ts";
import { judge, type Judgement, type OpenPolicy } from "./policy.ts";
import { hostAt, madeFrom, plansOf, readPlan } from "./read-plans.ts";

/** The arguments of commands that review plans. */
export const planToReview = {
  plan: { type: "positional", required: true, description: "A saved plan, its JSON, or a folder of saved plans" },
  folder: {
    type: "string",
    description: "The stack's folder, for a saved plan (default: the plan's folder, else a stack's in this project)",
    valueHint: "folder",
  },
} as const;

export interface FleetOfOptions extends Pick<FleetReviewOptions, "writeXml"> {
  /** The folder in which an engine reads plans that it saved when it was run by hand. */
  readonly folder?: string | undefined;
  readonly title?: string | undefined;
  readonly showTexts?: boolean;
  readonly policy: OpenPolicy | undefined;
}

export interface ReviewedFleet extends Pick<Judgement, "result" | "code"> {
  readonly fleet: FleetReview;
  /** Of each stack, with what the policy says about it. */
  readonly reviews: readonly Review[];
  /** Whether a folder was given, not one plan. */
  readonly isFolder: boolean;
}

/** Reads a saved plan, or a folder of them, and reviews them together. */
export async function fleetOf(path: string, { folder, title, showTexts, policy, writeXml }: FleetOfOptions): Promise<ReviewedFleet> {
  const files = await plansOf(path);
  const made = await madeFrom(path);
  const parts: (FleetPart & { readonly judged: JudgedPlan })[] = [];
  for (const { file, stack } of files) {
    const { plan, notes, stack: own } = await readPlan(file, folder);
    const name = own ?? stack ?? parse(file).name;
    const judged = judgePlan(plan, { showTexts: showTexts === true, ...notes });
    const applied = { parallelism: made?.parallelism, dependencies: made?.dependencies.get(stack ?? name) };
    parts.push({ stack: name, plan, judged, ...applied, ...withHosts(made?.urisOf.get(basename(file))) });
  }
  const heading = title || (files.length === 1 ? files[0]?.stack : undefined);
  const unjudged = fleetReview(parts, {
    ...(writeXml && { writeXml }),
    ...(heading !== undefined && { title: heading }),
    ...madeAt(parts),
    ...(made && { made: made.made, hosts: made.hosts, missing: made.missing }),
  });
  const subjects = unjudged.stacks.map(({ name, hosts, review }, index) => {
    const { plan, judged, dependencies } = parts[index] ?? {};
    const facts = plan && judged && policy?.factsOf(plan, judged);
    return { stack: name, review, facts, dependencies, host: hostAt(hosts, made?.hosts) };
  });
  const { reviews, result, code } = judge(policy, subjects);
  return {
    fleet: { ...unjudged, ...(result && { policy: result }) },
    reviews,
    result,
    code,
    isFolder: files.some(({ stack }) => stack !== undefined),
  };
}

/** When a plan without a manifest was made, as its engine says. */
function madeAt([first, ...others]: readonly FleetPart[]): Pick<FleetReviewOptions, "made"> {
  const at = others.length === 0 ? first?.plan.timestamp : undefined;
  return at === undefined ? {} : { made: { at } };
}

const withHosts = (hosts: readonly string[] | undefined): Pick<FleetPart, "hosts"> => (hosts === undefined ? {} : { hosts });
