import { integer, list, text, type Fields } from "./table.ts";

/**
 * VLAN tags of a network's ports, a port group's and an interface:
 * https://libvirt.org/formatnetwork.html#setting-vlan-tag-on-supported-network-types-only
 */
export const vlan: Fields = {
  trunk: text("@trunk", { default: "no" }),
  tags: list(
    "tag",
    {
      id: integer("@id", { required: true }),
      native_mode: text("@nativeMode"),
    },
    { extras: "drift" },
  ),
};
