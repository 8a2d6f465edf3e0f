import { z } from "zod";
import { linuxInterface, vlanId } from "./shared.ts";

export const portGroup = z
  .strictObject({
    name: z.string().min(1),
    vlans: z.array(vlanId()).min(1).meta({ description: "One: untagged. Several: a trunk." }),
    trunk: z.boolean().optional().meta({ description: "Tagged for the guest. Default: if there are several VLANs." }),
    native: vlanId("The VLAN of untagged frames on a trunk.").optional(),
    default: z.boolean().optional().meta({ description: "For guests without a port group. Default: false." }),
  })
  .meta({ id: "PortGroup" });

export const existingBridgeProps = z.strictObject({ name: linuxInterface("The bridge on the host.") });
export const openVSwitchProps = z.strictObject({
  name: linuxInterface("The Open vSwitch bridge on the host."),
  vlans: z
    .array(vlanId())
    .min(1)
    .optional()
    .meta({ description: "VLANs for guests without a VLAN or port group. Default: all frames pass." }),
  portGroups: z.array(portGroup).optional(),
});
export const macvtapProps = z.strictObject({
  name: linuxInterface("The host's interface."),
  mode: z.enum(["bridge", "vepa", "private", "passthrough"]).optional().meta({ description: "Default: bridge." }),
});

/** A bridge as data: an alternative to a libvirt network for a guest's interface. */
export const bridgeProps = z
  .discriminatedUnion("type", [
    existingBridgeProps.extend({ type: z.literal("existing") }),
    openVSwitchProps.extend({ type: z.literal("openvswitch") }),
    macvtapProps.extend({ type: z.literal("macvtap") }),
  ])
  .meta({ id: "Bridge", description: "Access to the host's own network." });
