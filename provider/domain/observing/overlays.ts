import { child, clone, type XmlElement } from "../../../model/xml.ts";
import { asText, isValues, type Value, type Values } from "../../../model/values.ts";
import { deviceIdentity, devicesIn, elementIdentity, elementsIn } from "../devices/lists.ts";

/** A disk whose writes go to a file that a snapshot created on top of the configured source. */
export interface Overlay {
  /** `vda` */
  readonly dev: string;
  /** The file that receives the writes. */
  readonly file: string;
}

/**
 * Disks that run on an overlay (`virsh snapshot-create-as --disk-only`, or backup software for running guests). Returning to the
 * backing file would lose what has been written since, so an overlay is not drift.
 *
 * @param known the state, or the planned values
 */
export function overlaysOf(known: Values, definition: XmlElement): readonly Overlay[] {
  const wanted = new Map(devicesIn(known, "disks").map((disk) => [deviceIdentity("disks", disk), sourceOf(disk["source"])]));
  return elementsIn(definition, "disks").flatMap((disk) => {
    const dev = elementIdentity("disks", disk) ?? "";
    const source = wanted.get(dev);
    const here = child(disk, "source")?.attributes ?? {};
    if (source === undefined || isAt(here, source) || !beneath(disk).some((one) => isAt(one, source))) return [];
    return [{ dev, file: here["file"] ?? here["dev"] ?? here["volume"] ?? "" }];
  });
}

/** What libvirt has, as if those disks were on their backing files. */
export function withoutOverlays(known: Values, actual: Values, overlays: readonly Overlay[]): Values {
  const { devices } = actual;
  if (overlays.length === 0 || !isValues(devices)) return actual;
  const wanted = new Map(devicesIn(known, "disks").map((disk) => [deviceIdentity("disks", disk), disk]));
  const disks = devicesIn(actual, "disks").map((disk): Values => {
    const mine = overlays.some(({ dev }) => dev === deviceIdentity("disks", disk)) ? wanted.get(deviceIdentity("disks", disk)) : undefined;
    if (mine === undefined) return disk;
    const { driver } = disk;
    const was = mine["driver"];
    return {
      ...disk,
      source: mine["source"] ?? null,
      backing_store: mine["backing_store"] ?? null,
      driver: isValues(driver) && isValues(was) ? { ...driver, type: was["type"] ?? null } : (driver ?? null),
    };
  });
  return { ...actual, devices: { ...devices, disks } };
}

/** A definition written as if those disks were on their backing files, with the overlays of the previous definition. */
export function withOverlays(written: XmlElement, definition: XmlElement, overlays: readonly Overlay[]): XmlElement {
  if (overlays.length === 0) return written;
  const result = clone(written);
  for (const { dev } of overlays) {
    const [disk, before] = [elementOf(result, dev), elementOf(definition, dev)];
    if (disk === undefined || before === undefined) continue;
    const keep = new Set(["source", "backingStore"]);
    disk.children = [
      ...disk.children.filter((one) => typeof one === "string" || !keep.has(one.name)),
      ...before.children.filter((one) => typeof one !== "string" && keep.has(one.name)),
    ];
    for (const [mine, was] of [
      [disk, before],
      [child(disk, "driver"), child(before, "driver")],
    ]) {
      const type = was?.attributes["type"];
      if (mine !== undefined && type !== undefined) mine.attributes["type"] = type;
    }
  }
  return result;
}

const elementOf = (domain: XmlElement, dev: string): XmlElement | undefined =>
  elementsIn(domain, "disks").find((disk) => elementIdentity("disks", disk) === dev);

function beneath(disk: XmlElement): readonly XmlElement["attributes"][] {
  const store = child(disk, "backingStore");
  return store === undefined ? [] : [child(store, "source")?.attributes ?? {}, ...beneath(store)];
}

/** In the spelling of the XML. */
function sourceOf(source: Value | undefined): Readonly<Record<string, string>> | undefined {
  if (!isValues(source)) return undefined;
  for (const [kind, ...names] of [
    ["file", "file"],
    ["block", "dev"],
    ["volume", "pool", "volume"],
  ] as const) {
    const of = source[kind];
    if (isValues(of) && names.every((name) => typeof of[name] === "string"))
      return Object.fromEntries(names.map((name) => [name, asText(of[name])]));
  }
  return undefined;
}

const isAt = (attributes: XmlElement["attributes"], source: Readonly<Record<string, string>>): boolean =>
  Object.entries(source).every(([name, value]) => attributes[name] === value);
