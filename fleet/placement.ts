/**
 * The hosts of an entry's guests, one per name. A guest already placed on one of `places` stays there; each of the others goes to
 * the first host with the fewest of the entry's guests. A host listed twice in `places` takes twice as many.
 */
export function placeGuests(names: readonly string[], places: readonly string[], placed: ReadonlyMap<string, string>): readonly string[] {
  const slots = places.map((host) => ({ host, guests: 0 }));
  const take = (among: typeof slots): string => {
    const [first, ...others] = among;
    if (first === undefined) return "";
    const slot = others.reduce((least, one) => (one.guests < least.guests ? one : least), first);
    slot.guests += 1;
    return slot.host;
  };
  const kept = names.map((name) => {
    const own = slots.filter(({ host }) => host === placed.get(name));
    return own.length === 0 ? undefined : take(own);
  });
  return kept.map((host) => host ?? take(slots));
}
