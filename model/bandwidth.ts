import { group, integer, type Fields } from "./table.ts";

const params: Fields = {
  average: integer("@average"),
  peak: integer("@peak"),
  burst: integer("@burst"),
  floor: integer("@floor"),
};

/** Traffic shaping of networks and interfaces, in KiB: https://libvirt.org/formatnetwork.html#quality-of-service */
export const bandwidth: Fields = {
  inbound: group("inbound", params),
  outbound: group("outbound", params),
};
