import type { ReviewedDrift } from "../review/index.ts";
import type { Happened, Suspect } from "./schema.ts";

/** A guest's state on its host now, in libvirt's words: `shutoff`, `destroyed`. */
export interface StateOfGuest {
  readonly state: string;
  readonly reason: string;
}

/** Who stops a guest for which reason, as libvirt gives it: https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainShutoffReason */
const STOPPED_BY: Readonly<Record<string, readonly Suspect[]>> = {
  shutdown: ["guest", "libvirt-client"],
  destroyed: ["libvirt-client"],
  saved: ["libvirt-client"],
  migrated: ["libvirt-client"],
  "from-snapshot": ["libvirt-client"],
  failed: ["libvirt-client", "host-restart"],
  crashed: ["guest-crash"],
  daemon: ["libvirtd"],
  unknown: ["host-restart", "libvirtd-restart"],
};

/** What happened to a drifted object, and who could have done it. @param guest undefined if it is none, or its host did not say */
export function happenedTo(drift: ReviewedDrift, guest: StateOfGuest | undefined): readonly Happened[] {
  if (drift.gone) return [{ what: "gone", by: drift.noun === "volume" ? ["libvirt-client", "host-files"] : ["libvirt-client"] }];
  const power = drift.attributes.find(({ path }) => path === "running" || path === "active");
  const edited = drift.attributes.some(({ path }) => path !== "running" && path !== "active" && path !== "id");
  return [
    ...(power === undefined ? [] : [power.after === true ? started(drift, guest) : stopped(drift, guest)]),
    ...(edited ? [{ what: "edited" as const, by: ["libvirt-client" as const] }] : []),
  ];
}

function stopped({ noun }: ReviewedDrift, guest: StateOfGuest | undefined): Happened {
  if (noun !== "guest") return { what: "stopped", by: ["libvirt-client", "host-restart"] };
  if (guest?.state !== "shutoff") return { what: "stopped", by: [] };
  return { what: "stopped", by: [...(STOPPED_BY[guest.reason] ?? [])], reason: guest.reason };
}

/** libvirtd starts what has autostart. */
const started = ({ noun }: ReviewedDrift, guest: StateOfGuest | undefined): Happened => ({
  what: "started",
  by: ["libvirt-client", "host-restart"],
  ...(noun === "guest" && guest?.state === "running" && { reason: guest.reason }),
});
