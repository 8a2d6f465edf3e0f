import type { z } from "zod";
import type { Severity } from "../review/policy-schema.ts";
import type { StackSubject } from "./subject.ts";

export type { Severity } from "../review/policy-schema.ts";

/** Something that breaks a rule. */
export interface Breach {
  /** Undefined if it concerns several stacks. */
  readonly stack?: string | undefined;
  /** Terraform's address; what spans resources has a name of its own: `host kvm1`, `group web`. */
  readonly resource: string;
  /** The name of the guest, volume, host or group. */
  readonly name: string;
  readonly message: string;
  /** Only a warning, even if the policy makes the rule an error. @default the policy's severity */
  readonly severity?: "warning";
}

/** What a rule could not judge, and why. */
export interface Skipped {
  readonly skipped: string;
}

export type Found = Breach | Skipped;

export interface RuleContext {
  /** When the plan is judged. */
  readonly now: Date;
  /** `apply`: it is applied now; `plan`: it is planned or reviewed, and may be applied at another time. */
  readonly stage: "plan" | "apply";
}

/** What every rule has: data, for lists and documentation. */
interface RuleData {
  /** Stable: lower-case words joined by hyphens. */
  readonly name: string;
  /** What must not happen. */
  readonly doc: string;
  /** Why it matters. */
  readonly why: string;
  /** What to do about a breach. */
  readonly fix: string;
  /** Under a policy file that says nothing of the rule. */
  readonly severity: Severity | "off";
  /** The option that a value without a name sets: `max-restarts=5`. */
  readonly argument?: string;
  /** Whether it looks at what the hosts have ({@link StackSubject.host}), which then are asked. @default false */
  readonly needsHosts?: boolean;
}

/** A rule as a policy runs it. Made by {@link defineRule}. */
export interface Rule extends RuleData {
  readonly options: z.ZodType | undefined;
  /** @param options as `options` parses them */
  readonly check: (stacks: readonly StackSubject[], options: unknown, context: RuleContext) => readonly Found[];
}

/** Judges each stack by itself, or all stacks of the run together. */
type Judge<Options> =
  | { readonly stack: (subject: StackSubject, options: Options, context: RuleContext) => readonly Found[] }
  | { readonly fleet: (stacks: readonly StackSubject[], options: Options, context: RuleContext) => readonly Found[] };

export type RuleDefinition<Options> = RuleData & {
  /** A zod schema that accepts `{}`. @default no options */
  readonly options?: z.ZodType<Options>;
} & Judge<Options>;

/**
 * Defines a rule in TypeScript. A file that `rules` of `cdkvm.policy.yaml` names has a list of them as its default export.
 *
 * ```ts
 * export default [
 *   defineRule({
 *     name: "no-isolated-network",
 *     doc: "Each network reaches the outside.",
 *     why: "Guests on it cannot install updates.",
 *     fix: "set a forward mode",
 *     severity: "error",
 *     stack: ({ facts }) =>
 *       (facts?.networks ?? [])
 *         .filter(({ mode }) => mode === undefined)
 *         .map(({ address, name }) => ({ resource: address, name, message: `network ${name} is isolated` })),
 *   }),
 * ];
 * ```
 */
export function defineRule<Options = Readonly<Record<string, never>>>(definition: RuleDefinition<Options>): Rule {
  const { name, doc, why, fix, severity, argument, needsHosts, options } = definition;
  return {
    name,
    doc,
    why,
    fix,
    severity,
    ...(argument !== undefined && { argument }),
    ...(needsHosts !== undefined && { needsHosts }),
    options,
    check: (stacks, given, context) => {
      const parsed = given as Options;
      if ("fleet" in definition) return definition.fleet(stacks, parsed, context);
      return stacks.flatMap((subject) =>
        definition.stack(subject, parsed, context).map((found) => ("skipped" in found ? found : { stack: subject.stack, ...found })),
      );
    },
  };
}
