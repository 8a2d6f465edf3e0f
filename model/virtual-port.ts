import { group, integer, text, variant, type Fields } from "./table.ts";

/** A switch's requirements for ports of networks, port groups and interfaces: https://libvirt.org/formatnetwork.html */
export const virtualPort: Fields = {
  params: group("parameters", {
    any: variant("../@type", "", {
      manager_id: integer("@managerid"),
      type_id: integer("@typeid"),
      type_id_version: integer("@typeidversion"),
      instance_id: text("@instanceid"),
      profile_id: text("@profileid"),
      interface_id: text("@interfaceid"),
    }),
    vepa8021qbg: variant("../@type", "802.1Qbg", {
      manager_id: integer("@managerid"),
      type_id: integer("@typeid"),
      type_id_version: integer("@typeidversion"),
      instance_id: text("@instanceid"),
    }),
    vn_tag8011qbh: variant("../@type", "802.1Qbh", {
      profile_id: text("@profileid"),
    }),
    open_v_switch: variant("../@type", "openvswitch", {
      interface_id: text("@interfaceid"),
      profile_id: text("@profileid"),
    }),
    mido_net: variant("../@type", "midonet", {
      interface_id: text("@interfaceid"),
    }),
  }),
};
