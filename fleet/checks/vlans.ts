import type { FleetProblem } from "../errors.ts";
import { guestPath, type Checked } from "./checked.ts";
import { vlanFault } from "./faults.ts";

/** VLANs requested where there are none: Linux bridges, and networks on libvirt's own bridges. */
export function vlanProblems({ source, data, guests }: Checked): readonly FleetProblem[] {
  return guests.flatMap(({ entry, index: number, props }) =>
    (number > 0 ? [] : (props.networks ?? [])).flatMap((nic, index) => {
      if (typeof nic === "string" || nic.vlan === undefined) return [];
      const path = guestPath(source, ["guests", entry, "networks", index, "vlan"]);
      const [vlan = 0] = typeof nic.vlan === "number" ? [nic.vlan] : nic.vlan;
      const prop = `networks[${index}].vlan`;
      const bridge = nic.bridge === undefined ? undefined : data.bridges?.[nic.bridge];
      if (nic.bridge !== undefined && bridge?.type === "existing") {
        const line = source.lineOf(["bridges", nic.bridge], "key");
        return source.problem(path, vlanFault.bridge(prop, nic.bridge, line, bridge.name, vlan));
      }
      const network = nic.network === undefined ? undefined : data.networks?.[nic.network];
      if (nic.network === undefined || network === undefined || "existing" in network) return [];
      return source.problem(path, vlanFault.network(prop, nic.network, source.lineOf(["networks", nic.network], "key")));
    }),
  );
}
