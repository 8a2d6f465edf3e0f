import { identityOf } from "../../../attributes/identity.ts";
import { readXml } from "../../../libvirt/codec/read.ts";
import { devices as table } from "../../../model/domain/devices/index.ts";
import type { ListField } from "../../../model/table.ts";
import { isList, isValues, type Value, type Values, valueAt } from "../../../model/values.ts";
import { child, childrenNamed, type XmlElement } from "../../../model/xml.ts";

const lists = new Map(Object.entries(table).flatMap(([name, field]) => (field.kind === "list" ? [[name, field] as const] : [])));

/** The lists of devices that a running guest can get and lose. */
export const hotPluggable: readonly string[] = [...lists].flatMap(([name, { change }]) => (change === "live" ? [name] : []));

/** What the table says of a list of devices: `disks`. */
export function deviceList(name: string): ListField {
  const found = lists.get(name);
  if (found === undefined) throw new Error(`the table has no list of devices "${name}"`);
  return found;
}

/** A guest's devices of one list. */
export function devicesIn(domain: Values, list: string): readonly Values[] {
  const items = valueAt(domain, "devices", list);
  return isList(items) ? items.filter(isValues) : [];
}

/** The elements of a list in a guest's XML. */
export const elementsIn = (domain: XmlElement, list: string): readonly XmlElement[] =>
  childrenNamed(child(domain, "devices") ?? domain, deviceList(list).at);

export const controllersIn = (domain: XmlElement, type: string): readonly XmlElement[] =>
  elementsIn(domain, "controllers").filter(({ attributes }) => attributes["type"] === type);

/** What identifies a device of a list by the table's key: `vda`. */
export const deviceIdentity = (list: string, item: Values): string | undefined => identityOf(deviceList(list), item);

/** The same for an element of a guest's XML. */
export const elementIdentity = (list: string, element: XmlElement): string | undefined =>
  deviceIdentity(list, readXml(deviceList(list).fields, element));

export const valuesOf = (value: Value | undefined): Values => (isValues(value) ? value : {});
export const omit = (values: Values, ...names: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
