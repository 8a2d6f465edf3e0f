import { html } from "../../escape.ts";
import { detailBody } from "../../html-detail.ts";
import { MARKS } from "../../outline.ts";
import { addressesIn, changesByPlace, type ChangesByPlace, detailsOfGroup, placeOf } from "../details.ts";
import { plural } from "../groups.ts";
import type { Places } from "../places.ts";
import type { FleetGroup, FleetMember, FleetReview } from "../schema.ts";

/** All changes: each group folded, with its members and their details inside. */
export function groupList(review: FleetReview, places: Places): string {
  if (review.groups.length === 0) return "";
  const changes = changesByPlace(review);
  const list = review.groups.map((group) => {
    const details = detailsOfGroup(group, changes);
    const bodies =
      details.length === 1
        ? details.map(detailBody)
        : details.map(
            (one) => `<details><summary>${html(one.title)} <code>${html(one.address)}</code></summary>${detailBody(one)}</details>`,
          );
    return `<details class="item group" data-hosts="${places.keys(group.members.map(({ stack }) => stack))}" data-effect="${group.effect}">${summary(group)}
<div class="inside">${bodies.join("")}${members(group, changes, places)}</div></details>`;
  });
  return `<section class="filtered"><h2 id="changes" tabindex="-1">Changes</h2>\n${list.join("\n")}\n</section>\n`;
}

const summary = ({ effect, text }: FleetGroup): string =>
  `<summary><span class="mark effect ${effect}" aria-hidden="true">${MARKS[effect]}</span><span>${html(text)}</span></summary>`;

function members({ members: all, parts, noun }: FleetGroup, changes: ChangesByPlace, places: Places): string {
  const own = ({ stack, address }: FleetMember): readonly string[] => {
    const change = all.length > 1 ? changes.get(placeOf(stack, address)) : undefined;
    const { uuid, macs = [] } = change === undefined ? {} : addressesIn(change);
    return [...macs, ...(uuid === undefined ? [] : [uuid])];
  };
  const list = (some: readonly FleetMember[], title: string): string => {
    const items = `<ul class="members">\n${some.map((one) => member(one, own(one), places)).join("\n")}\n</ul>`;
    return some.length > MOST ? `<details class="all"><summary>${html(title)}</summary>${items}</details>` : items;
  };
  const title = `With ${all.length > 1 ? "them" : "it"}, ${parts.length} part${parts.length > 1 ? "s" : ""}`;
  const others = parts.length === 0 ? "" : `${parts.length > MOST ? "" : `<p>${title}:</p>`}${list(parts, title)}`;
  return `${list(all, `${all.length} ${plural(noun)}`)}${others}`;
}

/** A longer list is folded; the script opens it for a search. */
const MOST = 12;

/** @param own what its details mark as its own */
const member = ({ stack, address, name }: FleetMember, own: readonly string[], places: Places): string =>
  `<li data-hosts="${places.keys([stack])}">${html(name)} <code>${[`${stack} ${address}`, ...own].map(html).join(" ")}</code></li>`;
