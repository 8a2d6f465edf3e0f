import { listed } from "../../model/listed.ts";
import { IN_USE } from "../../model/plan-warnings.ts";
import type { Host } from "../host.ts";
import type { Context } from "../protocol/resource.ts";
import { isReviewed } from "../reviewed.ts";
import { inUse, usersUnknown } from "./errors.ts";
import type { Overlay, User } from "./inventory.ts";
import { useText } from "./uses.ts";

/** Something that a plan removes from the host. */
export interface Taken {
  /** `volume data in pool images` */
  readonly what: string;
  /** `destroy`, `replace` */
  readonly doing: string;
  readonly users: readonly User[];
  readonly overlays?: readonly Overlay[];
  /** Whether a running guest breaks at once when it is removed, so that nothing can allow it. */
  readonly breaks: boolean;
}

/** What the plan knows about the users: guests of this state, and those accepted with CDKVM_ALLOW_IN_USE. */
export interface Known {
  readonly own: readonly string[];
  readonly accepted: readonly string[];
  /** Whether the whole state was known, so that every other guest belongs to somebody else. */
  readonly whole: boolean;
}

/**
 * Refuses at plan time to remove what a guest, or a volume, outside this state uses.
 *
 * @throws CDKVM_IN_USE; CDKVM_OWNERS_UNKNOWN if only the whole state tells whose a guest is, and the command line can get it
 */
export function refuseUsed(taken: Taken, context: Context<Host>): Known {
  const isOwn = (uuid: string): boolean => context.isStored(uuid);
  const whole = context.knowsState;
  const own = [...new Set(taken.users.map(({ guest }) => guest.uuid).filter(isOwn))];
  const users = taken.users.filter(({ guest }) => !isOwn(guest.uuid));
  const overlays = (taken.overlays ?? []).filter(({ key }) => !isOwn(key));
  if (users.length === 0 && overlays.length === 0) return { own, accepted: [], whole };
  const mayAllow = overlays.length === 0 && !(taken.breaks && users.some(({ runs }) => runs));
  if (mayAllow && process.env["CDKVM_ALLOW_IN_USE"] === "1") {
    context.warn({
      summary: IN_USE.format(taken.what, words(users, overlays)),
      detail: "--allow-in-use was given.",
    });
    return { own, accepted: [...new Set(users.map(({ guest }) => guest.uuid))], whole };
  }
  if (!whole) {
    if (isReviewed()) throw usersUnknown(taken);
    context.warn({
      summary: `${capital(taken.what)} is used: ${words(users, overlays)}`,
      detail: "Apply does not remove it while something outside this state uses it, or a guest has it open.",
    });
    return { own, accepted: [], whole };
  }
  throw inUse(taken, words(users, overlays), users[0]?.guest.name, mayAllow);
}

/** `app1 (disk vda, running), 2 volumes` */
function words(users: readonly User[], overlays: readonly Overlay[]): string {
  const byGuest = Map.groupBy(users, ({ guest }) => guest.name);
  const guests = [...byGuest].map(
    ([name, its]) => `${name} (${its.map(({ use }) => useText(use)).join(", ")}${its.some(({ runs }) => runs) ? ", running" : ""})`,
  );
  const all = [...guests, ...overlays.map(({ pool, name }) => `volume ${name} in pool ${pool}, which it backs`)];
  return listed(all);
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
