import { writeXml } from "../libvirt/codec/write.ts";
import type { Libvirt } from "../libvirt/connection.ts";
import { isLibvirtError, type ErrorCodeName } from "../libvirt/errors.ts";
import type { XmlElement } from "../model/xml.ts";
import type { Table } from "../model/table.ts";
import { asText, type Values } from "../model/values.ts";
import { importNotFound } from "./errors.ts";
import type { Host } from "./host.ts";
import { forget, identityOf, note, type Place } from "./journal.ts";
import { markMade, refuseMade, unmarkMade, warnOfAdoption } from "./name-claims.ts";
import { isSameThing, isUuid, leftBehind, type Named, nameTakenBy, orNone, placeOf, refuseTaken } from "./named.ts";
import type { Context } from "./protocol/resource.ts";

/** What differs between guests, networks and pools, which share one life cycle. */
export interface NamedTraits<Ref extends Named> {
  /** `guest`, `network`, `storage pool` */
  readonly noun: string;
  /** `virsh net-list --all` */
  readonly list: string;
  readonly table: Table;
  /** libvirt's error code if the object does not exist. */
  readonly none: ErrorCodeName;
  readonly of: (libvirt: Libvirt) => {
    lookupByName(name: string): Promise<Ref>;
    lookupByUUID(uuid: string): Promise<Ref>;
    list(): Promise<Ref[]>;
  };
}

/** What a create works with. */
export interface Making<Ref> {
  readonly libvirt: Libvirt;
  readonly xml: XmlElement;
  readonly place: Place;
  readonly uuid: string;
  /** What an earlier, killed apply of this folder left behind, which this create continues with. */
  readonly left: Ref | undefined;
}

export interface Creation<Ref> {
  readonly newUuid: (hostname: string, name: string) => string;
  /** Decides on a leftover: returns it to continue with it (`same`: created from this very definition), or removes it. */
  readonly take: (found: Ref, same: boolean, libvirt: Libvirt) => Promise<Ref | undefined>;
  /** Defines and starts the object; on failure it leaves nothing behind. */
  readonly make: (making: Making<Ref>) => Promise<Ref>;
  /** The state to record. */
  readonly record: (ref: Ref, libvirt: Libvirt) => Promise<Values>;
  /** Waits for what is to follow, once the object is recorded. @default nothing */
  readonly wait?: (ref: Ref, libvirt: Libvirt) => Promise<void>;
}

/** The part of the life cycle that all resources with a name and a UUID share. */
export function namedResource<Ref extends Named>({ noun, list, table, none, of }: NamedTraits<Ref>) {
  const isNone = (error: unknown): boolean => isLibvirtError(error, none);
  const find = (libvirt: Libvirt, name: string): Promise<Ref | undefined> => orNone(of(libvirt).lookupByName(name), isNone);
  /** The names on the host when this session first asked: one call instead of one for each new object. */
  const namesOn = (host: Host): Promise<ReadonlySet<string>> =>
    host.once.ask(`names of ${noun}s`, async () => new Set((await of(await host.libvirt()).list()).map(({ name }) => name)));
  /** Serializes tasks per name. */
  const alone = <T>(name: string, host: Host, task: () => Promise<T>): Promise<T> => host.locks.exclusive(`${noun} ${name}`, task);

  /**
   * Adopts what an earlier, killed apply of this folder created under this name.
   * @throws CDKVM_NAME_TAKEN for anything else
   */
  async function takeOver(
    libvirt: Libvirt,
    place: Place,
    identity: string,
    host: Host,
    take: Creation<Ref>["take"],
  ): Promise<Ref | undefined> {
    const entry = await leftBehind(place, host);
    if (entry === undefined) return undefined; // libvirt refuses to define a taken name
    const found = await find(libvirt, place.name);
    if (found === undefined) return undefined;
    const same = entry.identity === identity;
    if (!isSameThing(entry, found.uuid) || !(same || entry.phase === "making")) throw await nameTakenBy(noun, found, host);
    host.ledger.adopt(found.uuid);
    return take(found, same, libvirt);
  }

  return {
    alone,

    /** @throws CDKVM_NAME_TAKEN at plan time, if an object of this name exists that is not in this state */
    async refuseTaken(name: unknown, context: Context<Host>): Promise<void> {
      const host = context.client;
      await refuseTaken(noun, name, context, async (wanted) =>
        (await namesOn(host)).has(wanted) ? await find(await host.libvirt(), wanted) : undefined,
      );
    },

    create(planned: Values, { client: host }: Context<Host>, creation: Creation<Ref>): Promise<Values> {
      const name = asText(planned["name"]);
      return alone(name, host, async () => {
        const libvirt = await host.libvirt();
        refuseMade(noun, name, host);
        const xml = writeXml(table, planned);
        const place = await placeOf(noun, name, host);
        const identity = identityOf(xml);
        const left = await takeOver(libvirt, place, identity, host, creation.take);
        const uuid = left?.uuid ?? creation.newUuid(place.host, name);
        note(place, { phase: "making", identity, uuid });
        const ref = await creation.make({ libvirt, xml, place, uuid, left });
        note(place, { phase: "made", identity, uuid });
        const state = await creation.record(ref, libvirt);
        markMade(noun, name, host);
        await creation.wait?.(ref, libvirt);
        return state;
      });
    },

    /** Keeps what another resource of this run has adopted; an object that is already gone is not an error. */
    async remove(prior: Values, context: Context<Host>, task: (libvirt: Libvirt, ref: Named) => Promise<void>): Promise<void> {
      const { client: host } = context;
      const ref = { name: asText(prior["name"]), uuid: asText(prior["uuid"]) };
      await alone(ref.name, host, async () => {
        if (host.ledger.isAdopted(ref.uuid)) return warnOfAdoption(noun, ref.name, context);
        unmarkMade(noun, ref.name, host);
        try {
          await task(await host.libvirt(), ref);
        } catch (error) {
          if (!isNone(error)) throw error;
        }
        forget(await placeOf(noun, ref.name, host));
      });
    },

    /** By name or UUID; `read` returns the state of the object found. */
    async import(id: string, { client }: Context<Host>, read: (libvirt: Libvirt, uuid: string) => Promise<Values | null>): Promise<Values> {
      const libvirt = await client.libvirt();
      const found = (await find(libvirt, id)) ?? (isUuid(id) ? await orNone(of(libvirt).lookupByUUID(id), isNone) : undefined);
      const state = found && (await read(libvirt, found.uuid));
      if (state) return state;
      throw importNotFound(noun, id, client.uri, list);
    },
  };
}
