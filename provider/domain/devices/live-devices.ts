import { setTimeout as delay } from "node:timers/promises";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import { Affect, DeviceModify } from "../../../libvirt/flags.ts";
import { typed, type TypedParams, type TypedValue } from "../../../libvirt/typed-params.ts";
import { child, childrenNamed, clone, parseXml, serializeXml, type XmlElement } from "../../../model/xml.ts";
import { CdkvmError } from "../../../model/errors.ts";
import { isList, isValues, type Values, valueAt } from "../../../model/values.ts";
import { diskIOTune } from "../../../model/domain/devices/disk.ts";
import type { LiveChange, Step } from "../applying/live-step.ts";

/** Lists of devices that can be hot-plugged, and the element of each. */
const ELEMENTS: Readonly<Record<string, string>> = {
  disks: "disk",
  interfaces: "interface",
  hostdevs: "hostdev",
  redir_devs: "redirdev",
  memorydevs: "memory",
};

/** Devices that are added, removed or changed. Removals come first: their place on the bus may be needed. */
export function deviceSteps(change: LiveChange): Step[] {
  const lists = new Set(change.changes.flatMap(({ path }) => (path[0] === "devices" ? [String(path[1] ?? "")] : [])));
  if (change.changes.some(({ path }) => path.length === 1 && path[0] === "devices"))
    for (const list of Object.keys(ELEMENTS)) lists.add(list);
  const gone: Step[] = [];
  const come: Step[] = [];
  for (const [list, name] of Object.entries(ELEMENTS)) {
    if (!lists.has(list)) continue;
    const before = byKey(change.live, name);
    const after = byKey(change.after, name);
    const places = indices(change.planned, list, change.after, name);
    for (const [key, element] of before) {
      if (!after.has(key)) gone.push(detachStep(change, list, key, element));
    }
    for (const [key, element] of after) {
      const place = places.get(key);
      const there = before.get(key);
      const path = ["devices", list, ...(place === undefined ? [] : [place])];
      if (there === undefined) come.push(attachStep(change, path, key, element));
      else if (place !== undefined) come.push(...updateSteps(change, list, place, there, element));
    }
  }
  if (lists.has("graphics")) come.push(...graphicsSteps(change));
  return [...gone, ...come];
}

/** Identifies a device among those of its kind. */
function keyOf(element: XmlElement): string {
  const target = child(element, "target")?.attributes["dev"];
  if (element.name === "disk") return `disk ${target}`;
  if (element.name === "interface") return `interface ${child(element, "mac")?.attributes["address"]?.toLowerCase()}`;
  const plain = clone(element);
  plain.children = plain.children.filter(
    (one) => typeof one === "string" || !["alias", "address", "boot", "rom", "driver"].includes(one.name),
  );
  delete plain.attributes["managed"];
  return serializeXml(plain);
}

function byKey(domain: XmlElement, name: string): Map<string, XmlElement> {
  const devices = child(domain, "devices");
  return new Map((devices === undefined ? [] : childrenNamed(devices, name)).map((one) => [keyOf(one), one]));
}

/** Maps elements of the definition to planned items; an item without a key maps to the element at its index. */
function indices(planned: Values, list: string, definition: XmlElement, name: string): Map<string, number> {
  const devices = planned["devices"];
  const items = isValues(devices) && isList(devices[list]) ? devices[list].filter(isValues) : [];
  const keys = [...byKey(definition, name).keys()];
  const places = new Map<string, number>();
  items.forEach((item, index) => {
    const key =
      name === "disk" ? textAt(item, "target", "dev") : name === "interface" ? textAt(item, "mac", "address")?.toLowerCase() : undefined;
    const found = key === undefined ? keys[index] : `${name} ${key}`;
    if (found !== undefined) places.set(found, index);
  });
  return places;
}

const textAt = (values: Values, ...path: readonly string[]): string | undefined => {
  const found = valueAt(values, ...path);
  return typeof found === "string" ? found : undefined;
};

const without = (element: XmlElement, ...names: readonly string[]): XmlElement => ({
  ...element,
  children: element.children.filter((one) => typeof one === "string" || !names.includes(one.name)),
});

/** libvirt's name for a device, for messages. */
const label = (element: XmlElement, key: string): string => (key.startsWith("<") ? element.name : key);

function attachStep(change: LiveChange, path: Step["path"], key: string, element: XmlElement): Step {
  const doing = `plug ${label(element, key)} into ${change.ref.name}`;
  return { path, doing, apply: () => attach(change, element), undo: () => detach(change, element, key) };
}

function detachStep(change: LiveChange, list: string, key: string, element: XmlElement): Step {
  const doing = `unplug ${label(element, key)} from ${change.ref.name}`;
  return {
    path: ["devices", list],
    doing,
    apply: () => detach(change, element, key),
    undo: () => attach(change, without(element, "alias", "address")),
  };
}

/** Uses the address from the definition, which may be taken in the running guest, or be on a bus that it lacks. */
async function attach({ libvirt: { domains }, ref }: LiveChange, element: XmlElement): Promise<void> {
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
async function detach(change: LiveChange, element: XmlElement, key: string): Promise<void> {
  const { domains } = change.libvirt;
  const ask = (): Promise<void> => domains.devices.detach(change.ref, serializeXml(element), Affect.LIVE);
  await ask();
  let asked = Date.now();
  for (const until = asked + UNPLUG_TIMEOUT_MS; Date.now() < until; await delay(POLL_MS, undefined, { signal: change.signal })) {
    if (!byKey(parseXml(await domains.xml(change.ref)), element.name).has(key)) return;
    if (Date.now() - asked < ASK_AGAIN_MS) continue;
    asked = Date.now();
    await ask().catch(() => {}); // refused while the previous request is pending
  }
  throw new CdkvmError({
    code: "CDKVM_DEVICE_BUSY",
    doing: `unplug ${label(element, key)} from ${change.ref.name}`,
    problem: `${change.ref.name} has not let go of ${label(element, key)} within ${UNPLUG_TIMEOUT_MS / 1000} seconds`,
    likely: "the guest is still booting, has it in use, or its kernel has no hot-plug support",
    fix: "unmount or stop what uses it in the guest and apply again, or shut the guest down first",
  });
}

function updateSteps(change: LiveChange, list: string, index: number, there: XmlElement, wanted: XmlElement): Step[] {
  const changes = change.changes.filter(({ path }) => path[1] === list && path[2] === index && path.length > 3);
  if (changes.length === 0) return [];
  const path = ["devices", list, index];
  const steps: Step[] = [];
  if (list === "disks") {
    const dev = child(wanted, "target")?.attributes["dev"] ?? "";
    if (changes.some((one) => one.path[3] === "io_tune")) {
      const set = (values: Values, other: Values): Promise<void> =>
        change.libvirt.domains.tuning.setBlockIoTune(change.ref, dev, ioParams(limits(values, dev), limits(other, dev)), Affect.LIVE);
      const { current, planned } = change;
      const doing = `set the limits of disk ${dev} of ${change.ref.name}`;
      steps.push({ path: [...path, "io_tune"], doing, apply: () => set(planned, current), undo: () => set(current, planned) });
    }
    if (changes.every((one) => one.path[3] === "io_tune")) return steps;
  }
  const attribute = list === "disks" ? "source" : String(changes[0]?.path[3]);
  const doing = `change ${label(wanted, keyOf(wanted))} of ${change.ref.name}`;
  const old = list === "disks" ? without(there, "backingStore") : there;
  steps.push({ path: [...path, attribute], doing, apply: () => modify(change, inPlaceOf(there, wanted)), undo: () => modify(change, old) });
  return steps;
}

/** The wanted device with the running one's alias and address, which must not change. */
function inPlaceOf(there: XmlElement, wanted: XmlElement): XmlElement {
  const own = there.children.filter(
    (one): one is XmlElement => typeof one !== "string" && (one.name === "alias" || one.name === "address"),
  );
  const target = there.name === "interface" ? childrenNamed(there, "target") : [];
  const kept = without(wanted, "alias", "address", ...(target.length > 0 ? ["target"] : []));
  return { ...kept, children: [...kept.children, ...target, ...own] };
}

/**
 * Forces open a tray that the guest has locked; unplugs and replugs an interface that libvirt cannot change in place (for example from
 * a network to a macvtap network).
 */
async function modify(change: LiveChange, element: XmlElement): Promise<void> {
  const { libvirt: { domains }, ref } = change; // prettier-ignore
  try {
    await domains.devices.update(ref, serializeXml(element), Affect.LIVE);
  } catch (error) {
    if (element.name === "interface" && isLibvirtError(error, "OPERATION_UNSUPPORTED", "CONFIG_UNSUPPORTED")) {
      await detach(change, element, keyOf(element));
      await attach(change, without(element, "alias"));
      return;
    }
    if (element.name !== "disk" || !isLibvirtError(error) || !/tray|locked/i.test(error.message)) throw error;
    await domains.devices.update(ref, serializeXml(element), Affect.LIVE | DeviceModify.FORCE);
  }
}

function limits(values: Values, dev: string): Values {
  const devices = values["devices"];
  const disks = isValues(devices) && isList(devices["disks"]) ? devices["disks"].filter(isValues) : [];
  const found = disks.find((disk) => textAt(disk, "target", "dev") === dev)?.["io_tune"];
  return isValues(found) ? found : {};
}

/** Zero removes a limit. */
function ioParams(wanted: Values, there: Values): TypedParams {
  const params: Record<string, TypedValue> = {};
  for (const name of Object.keys(diskIOTune)) {
    const value = wanted[name] ?? (typeof there[name] === "number" && !name.endsWith("_length") ? 0 : null);
    if (typeof value === "number") params[name] = typed("ullong", value);
    else if (typeof value === "string") params[name] = typed("string", value);
  }
  return params;
}

/** Only the password of a display can change while the guest runs. */
function graphicsSteps(change: LiveChange): Step[] {
  const displays = (domain: XmlElement): XmlElement[] => childrenNamed(child(domain, "devices") ?? domain, "graphics");
  const wanted = displays(change.after);
  return displays(change.live).flatMap((there): Step[] => {
    const other = wanted.find(({ attributes }) => attributes["type"] === there.attributes["type"]);
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
