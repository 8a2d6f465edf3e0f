import type { XmlElement } from "../../../model/xml.ts";
import type { Values } from "../../../model/values.ts";
import type { LiveChange, Step } from "../applying/live-step.ts";
import { displaySteps } from "./graphics.ts";
import { attachStep, detachStep, type Device, deviceOf, inPlaceOf, modify } from "./hotplug.ts";
import { deviceKinds, isKeyed } from "./index.ts";
import type { Update } from "./kind.ts";
import { deviceIdentity, devicesIn, elementsIn, hotPluggable } from "./lists.ts";

/** Devices that are added, removed or changed. Removals come first: their place on the bus may be needed. */
export function deviceSteps(change: LiveChange): Step[] {
  const touched = new Set(change.changes.flatMap(({ path }) => (path[0] === "devices" ? [String(path[1] ?? "*")] : [])));
  const gone: Step[] = [];
  const come: Step[] = [];
  for (const list of hotPluggable) {
    if (!touched.has(list) && !touched.has("*")) continue;
    const before = devicesByKey(change.live, list);
    const after = devicesByKey(change.after, list);
    const places = indices(change.planned, list, after);
    for (const [key, device] of before) if (!after.has(key)) gone.push(detachStep(change, device));
    for (const [key, device] of after) {
      const index = places.get(key);
      const there = before.get(key);
      if (there === undefined) come.push(attachStep(change, ["devices", list, ...(index === undefined ? [] : [index])], device));
      else if (index !== undefined) come.push(...updateSteps(change, index, there, device));
    }
  }
  if (touched.has("graphics")) come.push(...displaySteps(change));
  return [...gone, ...come];
}

function devicesByKey(domain: XmlElement, list: string): ReadonlyMap<string, Device> {
  const devices = elementsIn(domain, list).map((element) => deviceOf(list, element, isKeyed(list)));
  return new Map(devices.map((device) => [device.key, device]));
}

/** Maps devices of the definition to planned items; an item without a key maps to the device at its index. */
function indices(planned: Values, list: string, after: ReadonlyMap<string, Device>): ReadonlyMap<string, number> {
  const keys = [...after.keys()];
  return new Map(
    devicesIn(planned, list).flatMap((item, index) => {
      const key = (isKeyed(list) ? deviceIdentity(list, item) : undefined) ?? keys[index];
      return key === undefined ? [] : [[key, index] as const];
    }),
  );
}

function updateSteps(change: LiveChange, index: number, { list, element: there, label }: Device, wanted: Device): readonly Step[] {
  const changes = change.changes.filter(({ path }) => path[1] === list && path[2] === index && path.length > 3);
  if (changes.length === 0) return [];
  const update: Update = { index, there, wanted: wanted.element, changes };
  return (
    deviceKinds[list]?.update?.(change, update) ?? [
      {
        path: ["devices", list, index, String(changes[0]?.path[3])],
        doing: `change ${label} of ${change.ref.name}`,
        apply: () => modify(change, inPlaceOf(there, wanted.element)),
        undo: () => modify(change, there),
      },
    ]
  );
}
