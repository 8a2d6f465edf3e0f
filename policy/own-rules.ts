import { z } from "zod";
import { refuse } from "../model/refuse.ts";
import { effects } from "../review/schema.ts";
import type { ReviewedAttribute, ReviewedChange } from "../review/index.ts";
import { matches } from "./patterns.ts";
import { defineRule, type Rule } from "./rule.ts";
import { changesThat } from "./rules/changes.ts";

/** Rules that a policy file writes as data. */

const oneOrMore = <Item extends z.ZodType>(item: Item): z.ZodUnion<[Item, z.ZodArray<Item>]> => z.union([item, z.array(item).min(1)]);
const pattern = oneOrMore(z.string().min(1));

const when = z
  .strictObject({
    noun: pattern.optional().meta({ description: "guest, volume, pool, network, cloud-init disk, or a Terraform resource type." }),
    effect: oneOrMore(z.enum(effects)).optional().meta({ description: "What happens to it." }),
    attribute: pattern.optional().meta({ description: "An attribute that changes, or what it is in: memory, devices.disks*, cpu." }),
    name: pattern.optional().meta({ description: "The name of the guest, volume or network." }),
    address: pattern.optional().meta({ description: "Terraform's address." }),
  })
  .check((context) => {
    if (Object.keys(context.value).length === 0)
      refuse(context, { problem: "it has no condition", fix: "write one of noun, effect, attribute, name, address" });
  })
  .meta({ description: "All of these; a list means any of its items, and * any run of characters." });

const PLACES = ["noun", "name", "address", "effect", "attribute", "before", "after"] as const;

export const ownRule = z
  .strictObject({
    when,
    message: z
      .string()
      .min(1)
      .check((context) => {
        const unknown = [...context.value.matchAll(/\{(\w*)\}/g)].find(([, name]) => !PLACES.some((one) => one === name));
        if (unknown)
          refuse(context, { problem: `unknown placeholder ${unknown[0]}`, fix: `use ${PLACES.map((one) => `{${one}}`).join(", ")}` });
      })
      .meta({ description: "What a verdict says. {noun}, {name}, {address}, {effect}, {attribute}, {before}, {after} are filled in." }),
    doc: z.string().optional().meta({ description: "What must not happen, for `cdkvm policy list`. Default: the message." }),
    why: z.string().optional().meta({ description: "Why it matters." }),
    fix: z.string().optional().meta({ description: "What to do about it." }),
    severity: z.enum(["error", "warning", "off"]).default("error").meta({ description: "Default: error." }),
  })
  .meta({ description: "A rule about each change of a plan." });

type OwnRule = z.output<typeof ownRule>;

/** @param file that has it, for its documentation */
export const ruleOfData = (name: string, { when: wanted, message, doc, why, fix, severity }: OwnRule, file: string): Rule =>
  defineRule({
    name,
    doc: doc ?? message,
    why: why ?? `${file} says so.`,
    fix: fix ?? `take back the change, or see ${file}`,
    severity,
    stack: (subject) =>
      changesThat(subject, (change) => {
        if (!fits(wanted, change)) return undefined;
        if (wanted.attribute === undefined) return filled(message, change, undefined);
        const attribute = change.attributes.find(({ path }) => any(wanted.attribute, (one) => isWithin(one, path)));
        return attribute === undefined ? undefined : filled(message, change, attribute);
      }),
  });

const any = <T>(given: T | readonly T[] | undefined, test: (one: T) => boolean): boolean =>
  given === undefined || (Array.isArray(given) ? (given as readonly T[]).some(test) : test(given as T));

const fits = (wanted: OwnRule["when"], change: ReviewedChange): boolean =>
  any(wanted.noun, (one) => matches(one, change.noun)) &&
  any(wanted.effect, (one) => one === change.effect) &&
  any(wanted.name, (one) => matches(one, change.name)) &&
  any(wanted.address, (one) => matches(one, change.address));

const isWithin = (attribute: string, path: string): boolean =>
  [attribute, `${attribute}.*`, `${attribute}[*`].some((one) => matches(one, path));

const filled = (message: string, change: ReviewedChange, attribute: ReviewedAttribute | undefined): string =>
  message.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (name === "attribute") return attribute?.path ?? "";
    if (name === "before" || name === "after") return String(attribute?.[name] ?? "");
    return change[name as "noun" | "name" | "address" | "effect"];
  });
