import { setTimeout as delay } from "node:timers/promises";
import { isLibvirtError } from "../libvirt/errors.ts";
import { element, type XmlElement } from "../model/xml.ts";
import { nameBusy, nameTaken, nameTwice } from "./errors.ts";
import type { Host } from "./host.ts";
import { isMadeHere } from "./identity.ts";
import { forget, isAtWork, isOfThisRun, note, recall, type Entry, type Place } from "./journal.ts";
import { isValues } from "../model/values.ts";
import { refuseReleased } from "./name-claims.ts";
import type { Context } from "./protocol/resource.ts";

/** What guests, pools and networks have in common: a name that is unique on the host, and a UUID that identifies the owner. */

export interface Named {
  readonly name: string;
  readonly uuid: string;
}

export function withUuid(root: XmlElement, uuid: string): XmlElement {
  return { ...root, children: [{ ...element("uuid"), children: [uuid] }, ...root.children] };
}

/** The journal key of a name on a host. */
export async function placeOf(noun: string, name: string, host: Host): Promise<Place> {
  return { session: host.session, host: await host.hostname(), noun, name };
}

/** The error for a name whose object is not in this state. */
export const nameTakenBy = async (noun: string, { name, uuid }: Named, host: Host): Promise<Error> =>
  nameTaken(noun, name, uuid, host.uri, isMadeHere(uuid, await host.hostname(), name));

/**
 * Refuses a taken name at plan time. The name is free for whatever replaces its owner, for the object that this state has at this
 * address (tainted), and for what an apply of this folder created before it was killed.
 *
 * @throws CDKVM_NAME_TAKEN
 */
export async function refuseTaken(
  noun: string,
  name: unknown,
  context: Context<Host>,
  find: (name: string) => Promise<Named | undefined>,
): Promise<void> {
  const { client: host } = context;
  if (typeof name !== "string") return;
  const found = await find(name);
  if (found === undefined) return;
  const place = await placeOf(noun, name, host);
  if (replaces(place, found.uuid, context) || isSameThing(recall(place), found.uuid)) return;
  throw await nameTakenBy(noun, found, host);
}

/**
 * Whether the object with this name is removed before the new one is created, as far as a plan can tell; notes it for apply.
 * @throws CDKVM_NAME_TAKEN if it is removed at another address
 */
export function replaces(place: Place, id: string, { client, private: noted, isStored }: Context<Host>): boolean {
  if (!isValues(noted) || noted["claim"] !== id) {
    refuseReleased(place.noun, place.name, id, client);
    if (!isStored(id)) return false;
  }
  note(place, { phase: "replacing", uuid: id });
  return true;
}

/** The last bit of a pool's UUID tells who built its storage, and changes during creation. */
export const isSameThing = (entry: Entry | undefined, uuid: string): boolean => entry?.uuid?.slice(0, -1) === uuid.slice(0, -1);

/** A provider whose engine was killed ends within this time, and may still remove what it was working on. */
const ORPHAN_MS = 3000;

/**
 * What an earlier, finished apply of this folder noted about a name.
 *
 * @throws CDKVM_NAME_TWICE if another session of this run is creating it, CDKVM_NAME_TAKEN if another apply is
 */
export async function leftBehind(place: Place, host: Host): Promise<Entry | undefined> {
  const entry = recall(place);
  if (entry === undefined || entry.phase === "replacing") return undefined;
  if (isOfThisRun(entry, place)) throw nameTwice(place.noun, place.name, host.uri);
  if (!isAtWork(entry)) return entry;
  for (const until = Date.now() + ORPHAN_MS; isAtWork(entry); await delay(50)) {
    if (Date.now() <= until) continue;
    throw nameBusy(place.noun, place.name, host.uri, entry.engine);
  }
  return recall(place);
}

/**
 * What a failed definition means for the name: another process may have taken it first. Nothing was created then, so there is nothing
 * to clean up. An error that is not libvirt's answer leaves open whether the object was created.
 */
export async function nameAfter(
  error: unknown,
  place: Place,
  find: () => Promise<Named>,
  uuid: string,
  host: Host,
): Promise<Error | undefined> {
  if (!isLibvirtError(error)) return undefined;
  forget(place);
  const found = await find().catch(() => undefined); // report the original refusal
  return found === undefined || found.uuid === uuid ? undefined : nameTakenBy(place.noun, found, host);
}

export const isUuid = (text: string): boolean => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text);

/** `undefined` if libvirt says that the object does not exist. */
export async function orNone<T>(found: Promise<T>, isNone: (error: unknown) => boolean): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isNone(error)) return undefined;
    throw error;
  }
}
