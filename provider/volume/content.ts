import { isValues, type Value, type Values, valueAt } from "../../model/values.ts";
import { madeNameOf } from "../made-file.ts";
import { CHECKSUM_PATH, URL_PATH } from "./source.ts";

/** What a volume's private data says of the content that it was made with. */
const DIGESTS = "content";

/** For the private data of a volume that cdkvm made: what its content hashes to; nothing for a blank one. */
export const madeWith = (digests: readonly string[]): Values => ({ [DIGESTS]: [...digests] });

/** The part of the private data that is about the content, to be kept with it. */
export const contentIn = (beside: Value): Values =>
  isValues(beside) && Array.isArray(beside[DIGESTS]) ? { [DIGESTS]: beside[DIGESTS] } : {};

/**
 * Whether a changed `create` asks for the content that the volume has already:
 *
 * - a file that is made from the configuration alone, of the same name: its name is its content
 * - a checksum that this content has, wherever it comes from now
 * - the same URL, without the checksum that it had
 * - for a volume that was imported: nobody knows what it was made with
 */
export function isSameContent(prior: Values, proposed: Values, beside: Value): boolean {
  if (isSameMade(prior, proposed)) return true;
  const known = contentIn(beside)[DIGESTS];
  const digests = [valueAt(prior, ...CHECKSUM_PATH), ...(Array.isArray(known) ? (known as Value[]) : [])].filter(
    (one) => typeof one === "string",
  );
  const [before, after] = [valueAt(prior, ...URL_PATH), valueAt(proposed, ...URL_PATH)];
  const checksum = valueAt(proposed, ...CHECKSUM_PATH);
  if (typeof after !== "string") return false;
  if (typeof before !== "string") return known === undefined && prior["create"] === null;
  if (typeof checksum === "string") return digests.some((digest) => digest.toLowerCase() === checksum.toLowerCase());
  return before === after && checksum === null;
}

/** A cloud-init image, or what else is made from the configuration, is the same wherever its file lies. */
export function isSameMade(prior: Values, proposed: Values): boolean {
  const [before, after] = [valueAt(prior, ...URL_PATH), valueAt(proposed, ...URL_PATH)];
  if (typeof before !== "string" || typeof after !== "string") return false;
  const made = madeNameOf(before);
  return made !== undefined && made.id === madeNameOf(after)?.id;
}
