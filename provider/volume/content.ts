import { isValues, type Value, type Values, valueAt } from "../../model/values.ts";
import { madeNameOf } from "../made-file.ts";
import { CHECKSUM_PATH, URL_PATH } from "./errors.ts";

/** The key in a volume's private data for the digests of its original content. */
const DIGESTS = "content";

/** For the private data of a volume that cdkvm created: the digests of its content; empty for a blank volume. */
export const madeWith = (digests: readonly string[]): Values => ({ [DIGESTS]: [...digests] });

/** The part of the private data that describes the content, to be preserved. */
export const contentIn = (privateData: Value): Values =>
  isValues(privateData) && Array.isArray(privateData[DIGESTS]) ? { [DIGESTS]: privateData[DIGESTS] } : {};

/**
 * Whether a changed `create` asks for the content that the volume already has:
 *
 * - a file made from the configuration alone, of the same name: its name identifies its content
 * - a checksum that matches this content, wherever it now comes from
 * - the same URL, without the previous checksum
 * - for an imported volume: its original content is unknown
 */
export function isSameContent(prior: Values, proposed: Values, privateData: Value): boolean {
  if (isSameMade(prior, proposed)) return true;
  const known = contentIn(privateData)[DIGESTS];
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

/** A cloud-init image, or another file made from the configuration, is the same wherever the file is. */
export function isSameMade(prior: Values, proposed: Values): boolean {
  const [before, after] = [valueAt(prior, ...URL_PATH), valueAt(proposed, ...URL_PATH)];
  if (typeof before !== "string" || typeof after !== "string") return false;
  const made = madeNameOf(before);
  return made !== undefined && made.id === madeNameOf(after)?.id;
}
