import type { FleetProblem } from "../errors.ts";
import type { FleetGuest } from "../guests.ts";
import type { FleetData } from "../schema.ts";
import type { FleetSource, Path } from "../source/source.ts";

/** VLANs requested where there are none: Linux bridges, and networks on libvirt's own bridges. */
export function vlanProblems(
  source: FleetSource,
  data: FleetData,
  guests: readonly FleetGuest[],
  at: (path: Path) => Path,
): readonly FleetProblem[] {
  return guests.flatMap(({ entry, index: number, props }) =>
    (number > 0 ? [] : (props.networks ?? [])).flatMap((nic, index) => {
      if (typeof nic === "string" || nic.vlan === undefined) return [];
      const path = at(["guests", entry, "networks", index, "vlan"]);
      const [vlan] = typeof nic.vlan === "number" ? [nic.vlan] : nic.vlan;
      const label = `networks[${index}].vlan`;
      const bridge = nic.bridge === undefined ? undefined : data.bridges?.[nic.bridge];
      if (bridge?.type === "existing") {
        const { line } = source.problem(["bridges", nic.bridge ?? ""], "", "", "key");
        return source.problem(
          path,
          `${label}: the bridge "${nic.bridge}" (line ${line}) is a Linux bridge, ${bridge.name}, which takes no VLAN from a guest`,
          `drop vlan, and name a bridge that is in VLAN ${vlan} already: ${nic.bridge}-${vlan}: { type: existing, name: ${bridge.name.slice(0, 10)}.${vlan} }; or, where it is Open vSwitch's, give "${nic.bridge}" type: openvswitch`,
        );
      }
      const network = nic.network === undefined ? undefined : data.networks?.[nic.network];
      if (network === undefined || "existing" in network) return [];
      const { line } = source.problem(["networks", nic.network ?? ""], "", "", "key");
      return source.problem(
        path,
        `${label}: the network "${nic.network}" (line ${line}) has a bridge of libvirt's own, which takes no VLAN from a guest`,
        "drop vlan, and make a network for each group of guests; or join a bridge of type: openvswitch",
      );
    }),
  );
}
