import { asText, isValues, type Values } from "../model/values.ts";
import type { Host } from "./host.ts";
import type { Context } from "./protocol/resource.ts";
import { errorAt } from "./diagnose.ts";

/** `guest`, `network`, `storage pool`; a volume's name is unique only within its pool: `volume in pool images`. */
export type Claimed = string;

const keyOf = (kind: Claimed, name: unknown): string => `${kind} ${String(name)}`;

/**
 * Claims a name at plan time. The engine plans a replacement twice, the second time as a new resource; only the private data tells
 * these plans apart from those of another resource.
 *
 * @param id of the object in the state
 * @throws CDKVM_NAME_TWICE if another resource of this run has the name
 */
export function claimName(kind: Claimed, name: unknown, id: unknown, context: Context<Host>): void {
  const { client, private: mine } = context;
  if (typeof name !== "string") return;
  const told = isValues(mine) ? mine["claim"] : undefined;
  const owner = typeof id === "string" ? id : typeof told === "string" ? told : client.claims.fresh();
  const first = client.claims.claim(keyOf(kind, name), owner);
  if (first !== owner) throw twice(kind, name, client, first);
  if (told !== owner) context.setPrivate({ ...(isValues(mine) ? mine : {}), claim: owner });
}

/**
 * Records at plan time that the owner of a name is destroyed, along with its address. Apply destroys and creates in no fixed order,
 * so a new resource of this name would find the old object, or the delete would remove what was meant to move.
 *
 * @throws CDKVM_NAME_TAKEN if the plan has such a resource
 */
export function releaseName(kind: Claimed, name: unknown, id: unknown, { client }: Pick<Context<Host>, "client">): void {
  if (typeof name !== "string" || typeof id !== "string") return;
  if (client.claims.isFresh(keyOf(kind, name))) throw goesElsewhere(kind, name, client);
  client.claims.release(id);
}

/** The same check, if the new resource is planned after the destroyed one. @throws CDKVM_NAME_TAKEN */
export function refuseReleased(kind: Claimed, name: string, id: string, host: Host): void {
  if (host.claims.isReleased(id)) throw goesElsewhere(kind, name, host);
}

const goesElsewhere = (kind: Claimed, name: string, host: Host): Error =>
  errorAt(["name"], {
    code: "CDKVM_NAME_TAKEN",
    doing: `plan the ${kind} ${name} on ${host.uri}`,
    problem: `the ${kind} "${name}" would be destroyed at one address of this state and made anew at another`,
    likely: "its resource has another address now: it was renamed, or its construct has another path",
    fix: "say that it moved (host.moved({ from, to }) in a program, else a moved block); or take it out and apply, then put the new one in",
  });

/** @throws CDKVM_NAME_TWICE if this run has already created an object of this name: it is never adopted */
export function refuseMade(kind: Claimed, name: unknown, host: Host): void {
  if (host.claims.isMade(keyOf(kind, name))) throw twice(kind, String(name), host);
}

export const markMade = (kind: Claimed, name: unknown, host: Host): void => host.claims.made(keyOf(kind, name));
export const unmarkMade = (kind: Claimed, name: unknown, host: Host): void => host.claims.unmade(keyOf(kind, name));

/** Warns that a delete keeps an object that another resource of this run adopted: same name, same definition. */
export const keptAdopted = (kind: Claimed, { name }: Values, { warn }: Context<Host>): void =>
  warn({
    summary: `The ${kind} ${asText(name)} stays: another resource of this apply has it now`,
    detail:
      "Its name and its definition are the same, so it was taken over and nothing was made anew.\n" +
      "  likely: the resource has another address now, or it has create_before_destroy, which cannot be where the new one has the old one's name\n" +
      "  fix: leave create_before_destroy out where it is to be made anew; a new address is told by a moved block",
  });

/** The error for a name that another provider of this run, one with an alias, has. */
export const refuseTwice = (kind: Claimed, name: string, host: Host): Error => twice(kind, name, host);

const twice = (kind: Claimed, name: string, host: Host, first = ""): Error =>
  errorAt(["name"], {
    code: "CDKVM_NAME_TWICE",
    doing: `give the ${kind} its name on ${host.uri}`,
    problem: `two resources of this configuration are a ${kind} named ${JSON.stringify(name)}`,
    likely:
      first === "" || first.startsWith("new ")
        ? "one was copied from the other; the other one is as new as this one"
        : `one was copied from the other; the other one is on the host already: ${first}`,
    fix: `give each its own name; name = ${JSON.stringify(name)} stands at both`,
  });
