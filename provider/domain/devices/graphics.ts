import { isList, isValues, valueAt } from "../../../model/values.ts";
import { clone, serializeXml } from "../../../model/xml.ts";
import type { LiveChange, Step } from "../applying/live-step.ts";
import { modify } from "./hotplug.ts";
import type { DeviceKind } from "./kind.ts";
import { elementIdentity, elementsIn } from "./lists.ts";
import { dropFrom } from "./plain-device.ts";

export const graphics: DeviceKind = {
  plain(item) {
    for (const kind of ["vnc", "spice"]) {
      const display = item[kind];
      if (!isValues(display)) continue;
      const { listeners } = display;
      const [first, ...more] = isList(listeners) ? listeners : [];
      const address = more.length === 0 ? valueAt(first, "address") : null;
      // given twice: as an attribute and as an element
      const isTwice = isValues(address) && (display["listen"] ?? null) === (address["address"] ?? null);
      dropFrom(item, kind, ...(display["auto_port"] === true ? ["port", "tls_port"] : []), ...(isTwice ? ["listeners"] : []));
    }
    return true;
  },
};

/** Only the password of a display can change while the guest runs. */
export function displaySteps(change: LiveChange): Step[] {
  const wanted = elementsIn(change.after, "graphics");
  return elementsIn(change.live, "graphics").flatMap((there): Step[] => {
    const other = wanted.find((one) => elementIdentity("graphics", one) === elementIdentity("graphics", there));
    if (other === undefined) return [];
    const merged = clone(there);
    for (const name of ["passwd", "passwdValidTo", "connected"]) {
      const value = other.attributes[name];
      if (value === undefined) delete merged.attributes[name];
      else merged.attributes[name] = value;
    }
    if (serializeXml(merged) === serializeXml(there)) return [];
    const doing = `change the display's password of ${change.ref.name}`;
    return [{ path: ["devices", "graphics"], doing, apply: () => modify(change, merged), undo: () => modify(change, there) }];
  });
}
