import type { DomainRef } from "../../libvirt/refs.ts";
import { domain as table } from "../../model/domain/index.ts";
import { namedResource } from "../named-resource.ts";

export const NOUN = "guest";

export const named = namedResource<DomainRef>({
  noun: NOUN,
  list: "virsh list --all",
  table,
  none: "NO_DOMAIN",
  of: ({ domains }) => domains,
});
