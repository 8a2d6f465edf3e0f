/**
 * Filters the page: what it hides has the class `item`, its places in `data-hosts`, and perhaps `data-effect` and, in `data-names`, the
 * names that its text folds. Without scripts the form stays hidden, and the page shows everything.
 */
export const SCRIPT = `"use strict";
const form = document.getElementById("filter");
const query = document.getElementById("query");
const host = document.getElementById("host");
const effect = document.getElementById("effect");
const shown = document.getElementById("shown");
const items = [...document.querySelectorAll(".item")];
const sections = [...document.querySelectorAll(".filtered")];
const texts = new Map();
const textOf = (one) => {
  if (!texts.has(one)) texts.set(one, (one.textContent + " " + (one.dataset.names ?? "")).toLowerCase());
  return texts.get(one);
};
const isThere = (one) => host.value === "" || one.dataset.hosts.split(" ").includes(host.value);
const isSo = ({ dataset }) => effect.value === "" || dataset.effect === undefined || dataset.effect === effect.value;
// what a search unfolds, its end folds again
const unfold = (one, isWanted) => {
  if (isWanted && !one.open) {
    one.open = true;
    one.dataset.unfolded = "";
  } else if (!isWanted && "unfolded" in one.dataset) {
    one.open = false;
    delete one.dataset.unfolded;
  }
};
const apply = () => {
  const words = query.value.toLowerCase().split(/\\s+/).filter((word) => word !== "");
  const has = (one) => words.every((word) => textOf(one).includes(word));
  for (const item of items) {
    item.hidden = !(isThere(item) && isSo(item) && has(item));
    if (item.hidden) continue;
    const members = [...item.querySelectorAll(".members > li")];
    const hits = words.length === 0 ? members : members.filter(has);
    for (const member of members) member.hidden = !isThere(member) || (hits.length > 0 && !hits.includes(member));
    const isNarrowed = hits.length > 0 && hits.length < members.length;
    for (const one of [...item.querySelectorAll(".all"), ...(item.matches(".group") ? [item] : [])]) unfold(one, isNarrowed);
  }
  for (const section of sections) section.hidden = ![...section.querySelectorAll(".item")].some((item) => !item.hidden);
  const left = items.filter((item) => !item.hidden).length;
  shown.textContent = left === items.length ? "" : left + " of " + items.length + " entries shown";
};
form.addEventListener("input", apply);
form.addEventListener("reset", () => setTimeout(apply));
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
apply();
`;
