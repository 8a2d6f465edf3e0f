import { isValues } from "../model/values.ts";
import { isFresh } from "./claims.ts";
import { nameMoves, nameTwice } from "./errors.ts";
import type { Host } from "./host.ts";
import type { Context } from "./protocol/resource.ts";

/** @param noun `guest`, `network`, `storage pool`; a volume's name is unique only within its pool: `volume in pool images` */
const keyOf = (noun: string, name: unknown): string => `${noun} ${String(name)}`;

/**
 * Claims a name at plan time. The engine plans a replacement twice, the second time as a new resource; only the private data tells
 * these plans apart from those of another resource.
 *
 * @param id of the object in the state
 * @throws CDKVM_NAME_TWICE if another resource of this run has the name
 */
export function claimName(noun: string, name: unknown, id: unknown, context: Context<Host>): void {
  const { client } = context;
  if (typeof name !== "string") return;
  const noted = isValues(context.private) ? context.private : {};
  const { claim } = noted;
  const owner = typeof id === "string" ? id : typeof claim === "string" ? claim : client.claims.newOwner();
  const first = client.claims.claim(keyOf(noun, name), owner);
  if (first !== owner) throw nameTwice(noun, name, client.uri, isFresh(first) ? undefined : first);
  if (claim !== owner) context.setPrivate({ ...noted, claim: owner });
}

/**
 * Records at plan time that the owner of a name is destroyed, along with its address. Apply destroys and creates in no fixed order,
 * so a new resource of this name would find the old object, or the delete would remove what was meant to move.
 *
 * @throws CDKVM_NAME_TAKEN if the plan has such a resource
 */
export function releaseName(noun: string, name: unknown, id: unknown, { client }: Pick<Context<Host>, "client">): void {
  if (typeof name !== "string" || typeof id !== "string") return;
  if (client.claims.isClaimedFresh(keyOf(noun, name))) throw nameMoves(noun, name, client.uri);
  client.claims.release(id);
}

/** The same check, if the new resource is planned after the destroyed one. @throws CDKVM_NAME_TAKEN */
export function refuseReleased(noun: string, name: string, id: string, host: Host): void {
  if (host.claims.isReleased(id)) throw nameMoves(noun, name, host.uri);
}

/** @throws CDKVM_NAME_TWICE if this run has already created an object of this name: it is never adopted */
export function refuseMade(noun: string, name: unknown, host: Host): void {
  if (host.claims.isMade(keyOf(noun, name))) throw nameTwice(noun, String(name), host.uri);
}

export const markMade = (noun: string, name: unknown, host: Host): void => host.claims.markMade(keyOf(noun, name));
export const unmarkMade = (noun: string, name: unknown, host: Host): void => host.claims.unmarkMade(keyOf(noun, name));

/** Warns that a delete keeps an object that another resource of this run adopted: same name, same definition. */
export const warnOfAdoption = (noun: string, name: string, { warn }: Context<Host>): void =>
  warn({
    summary: `The ${noun} ${name} is kept: another resource of this apply has taken it over`,
    detail:
      "Its name and its definition are the same, so nothing was recreated.\n" +
      "  likely: the resource has a new address, or it has create_before_destroy, which is not possible if the new object has the old one's name\n" +
      "  fix: to recreate it, remove create_before_destroy; declare a new address with a moved block",
  });
