import { setTimeout as delay } from "node:timers/promises";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import { Affect } from "../../../libvirt/flags.ts";
import { child, clone, parseXml, serializeXml, type XmlElement } from "../../../model/xml.ts";
import type { LiveChange, Step } from "../applying/live-step.ts";
import { deviceBusy } from "./errors.ts";
import { elementIdentity, elementsIn } from "./lists.ts";

/** A device of a running guest, or one for it. */
export interface Device {
  readonly list: string;
  readonly element: XmlElement;
  /** Whether the table's key identifies it among those of its list; else its content does, so that any difference means another device. */
  readonly isKeyed: boolean;
  readonly key: string;
  /** The name for messages: `disk vda`. */
  readonly label: string;
}

export function deviceOf(list: string, element: XmlElement, isKeyed: boolean): Device {
  const identity = isKeyed ? elementIdentity(list, element) : undefined;
  if (identity !== undefined) return { list, element, isKeyed, key: identity, label: `${element.name} ${identity}` };
  const content = without(clone(element), "alias", "address", "boot", "rom", "driver");
  delete content.attributes["managed"];
  return { list, element, isKeyed, key: serializeXml(content), label: element.name };
}

export const without = (element: XmlElement, ...names: readonly string[]): XmlElement => ({
  ...element,
  children: element.children.filter((one) => typeof one === "string" || !names.includes(one.name)),
});

export function attachStep(change: LiveChange, path: Step["path"], device: Device): Step {
  const doing = `plug ${device.label} into ${change.ref.name}`;
  return { path, doing, apply: () => attach(change, device.element), undo: () => detach(change, device) };
}

export function detachStep(change: LiveChange, device: Device): Step {
  return {
    path: ["devices", device.list],
    doing: `unplug ${device.label} from ${change.ref.name}`,
    apply: () => detach(change, device),
    undo: () => attach(change, without(device.element, "alias", "address")),
  };
}

/** Uses the address from the definition, which may be taken in the running guest, or be on a bus that it lacks. */
export async function attach({ libvirt: { domains }, ref }: LiveChange, element: XmlElement): Promise<void> {
  try {
    await domains.devices.attach(ref, serializeXml(element), Affect.LIVE);
  } catch (error) {
    if (
      child(element, "address") === undefined ||
      !isLibvirtError(error, "XML_ERROR", "INTERNAL_ERROR", "OPERATION_FAILED", "CONFIG_UNSUPPORTED")
    )
      throw error;
    if (!/address|slot|bus|controller/i.test(error.message)) throw error;
    await domains.devices.attach(ref, serializeXml(without(element, "address")), Affect.LIVE);
  }
}

const UNPLUG_TIMEOUT_MS = 30_000;
const POLL_MS = 100;
/** A guest that was still booting may have missed the first request. */
const ASK_AGAIN_MS = 6_000;

/** The guest's kernel has to release the device; until then it stays. */
export async function detach(change: LiveChange, { list, element, isKeyed, key, label }: Device): Promise<void> {
  const { libvirt: { domains }, ref, signal } = change; // prettier-ignore
  const ask = (): Promise<void> => domains.devices.detach(ref, serializeXml(element), Affect.LIVE);
  const isThere = async (): Promise<boolean> =>
    elementsIn(parseXml(await domains.xml(ref)), list).some((one) => deviceOf(list, one, isKeyed).key === key);
  await ask();
  let asked = Date.now();
  for (const until = asked + UNPLUG_TIMEOUT_MS; Date.now() < until; await delay(POLL_MS, undefined, { signal })) {
    if (!(await isThere())) return;
    if (Date.now() - asked < ASK_AGAIN_MS) continue;
    asked = Date.now();
    await ask().catch(() => {}); // refused while the previous request is pending
  }
  throw deviceBusy(ref.name, label, UNPLUG_TIMEOUT_MS / 1000);
}

/** Changes a device in place. */
export const modify = ({ libvirt: { domains }, ref }: LiveChange, element: XmlElement, flags = 0): Promise<void> =>
  domains.devices.update(ref, serializeXml(element), Affect.LIVE | flags);

/** The wanted device with the running one's alias and address, which must not change, and with others of its child elements. */
export function inPlaceOf(there: XmlElement, wanted: XmlElement, ...keeps: readonly string[]): XmlElement {
  const own = there.children.filter(
    (one): one is XmlElement => typeof one !== "string" && ["alias", "address", ...keeps].includes(one.name),
  );
  const kept = without(wanted, "alias", "address", ...own.map(({ name }) => name));
  return { ...kept, children: [...kept.children, ...own] };
}
