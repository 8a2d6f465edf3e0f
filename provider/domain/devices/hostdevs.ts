import { isValues } from "../../../model/values.ts";
import type { DeviceKind } from "./kind.ts";
import { omit } from "./lists.ts";

export const hostdevs: DeviceKind = {
  drift: {
    plain: (item) => omit(item, "alias", "address"),
    both: (defined) => defined,
  },
  plug: { takesSlot: (item) => isValues(item["subsys_pci"]) },
};
