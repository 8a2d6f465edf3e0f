import { html } from "../../escape.ts";
import { VERBS } from "../../outline.ts";
import { effects } from "../../schema.ts";
import type { Places } from "../places.ts";
import type { FleetReview } from "../schema.ts";

/** The form that SCRIPT shows and reads. */
export function filter({ groups }: FleetReview, { names }: Places): string {
  const used = new Set(groups.map(({ effect }) => effect));
  const hosts = names.map((name, index) => option(String(index), name));
  const classes = effects.filter((one) => used.has(one)).map((one) => option(one, VERBS[one]));
  return `<form id="filter" class="filter" role="search" aria-label="Filter the review" hidden>
<label class="wide">Search <input id="query" type="search" autocomplete="off" spellcheck="false" placeholder="a guest, an address, an attribute"></label>
<label>Host <select id="host">${option("", "all hosts")}${hosts.join("")}</select></label>
<label>What happens <select id="effect">${option("", "everything")}${classes.join("")}</select></label>
<button type="reset">Show all</button>
<output id="shown" aria-live="polite"></output>
</form>`;
}

const option = (value: string, text: string): string => `<option value="${html(value)}">${html(text)}</option>`;
