import { html } from "../../escape.ts";
import { detailBody } from "../../html-detail.ts";
import { MARKS } from "../../outline.ts";
import { changesByPlace, detailsOfGroup } from "../details.ts";
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
<div class="inside">${members(group, places)}${bodies.join("")}</div></details>`;
  });
  return `<section class="filtered"><h2 id="changes" tabindex="-1">Changes</h2>\n${list.join("\n")}\n</section>\n`;
}

const summary = ({ effect, text }: FleetGroup): string =>
  `<summary><span class="mark effect ${effect}" aria-hidden="true">${MARKS[effect]}</span><span>${html(text)}</span></summary>`;

function members({ members: all, parts }: FleetGroup, places: Places): string {
  const list = (some: readonly FleetMember[]): string =>
    `<ul class="members">\n${some.map((one) => member(one, places)).join("\n")}\n</ul>`;
  const title = parts.length === 0 ? "" : `<p>With it, ${parts.length} part${parts.length > 1 ? "s" : ""}:</p>${list(parts)}`;
  return `${list(all)}${title}`;
}

const member = ({ stack, address, name }: FleetMember, places: Places): string =>
  `<li data-hosts="${places.keys([stack])}">${html(name)} <code>${html(stack)} ${html(address)}</code></li>`;
