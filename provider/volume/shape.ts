import { writeXml } from "../../libvirt/codec/write.ts";
import { asText, isValues, type Values, valueAt } from "../../model/values.ts";
import { volume as table } from "../../model/volume.ts";
import { element, type XmlElement } from "../../model/xml.ts";
import { imageFormatDiffers, imageNotRaw, imageSizeUnknown, imageTooLarge } from "./errors.ts";
import { isPlain } from "./image/index.ts";
import type { VolumePool } from "./pools.ts";
import { capacityOf } from "./size.ts";
import type { Source } from "./source.ts";

export interface Shape {
  /** Final size in bytes; undefined: the size of the backing file. */
  readonly capacity: number | undefined;
  /** Initial size in bytes, if the image's own size comes first. */
  readonly first: number | undefined;
  readonly format: string | undefined;
}

/** The image's own size and format, merged with those of the configuration. @throws if they contradict each other */
export function shapeOf(planned: Values, pool: VolumePool, source: Source | undefined): Shape {
  const name = asText(planned["name"]);
  const capacity = capacityOf(planned);
  const type = valueAt(planned, "target", "format", "type");
  const wanted = typeof type === "string" ? type : undefined;
  if (source === undefined) return { capacity, first: undefined, format: wanted === "iso" ? "raw" : wanted };
  const { head } = source;
  const found = isPlain(head) ? "raw" : head.format;
  if (wanted !== undefined && wanted !== found && !(wanted === "iso" && found === "raw")) throw imageFormatDiffers(name, found, wanted);
  if (found !== "raw" && !pool.holdsFiles) throw imageNotRaw(name, found, pool.type);
  const own = found === "raw" ? source.size : head.capacity;
  if (own === undefined && capacity === undefined) throw imageSizeUnknown(name);
  if (own !== undefined && capacity !== undefined && capacity < own) throw imageTooLarge(name, own, capacity);
  return { capacity: capacity ?? own, first: found === "raw" ? undefined : own, format: wanted === "iso" ? "raw" : (wanted ?? found) };
}

/** The XML to create the volume from. Files are thin; block devices are as libvirt creates them. */
export function definitionOf(planned: Values, pool: VolumePool, { capacity, first, format }: Shape): XmlElement {
  const target = isValues(planned["target"]) ? planned["target"] : {};
  const size = first ?? capacity;
  const values: Values = {
    ...planned,
    capacity: size ?? null,
    capacity_unit: size === undefined ? null : "bytes",
    target: format === undefined ? (planned["target"] ?? null) : { ...target, format: { type: format } },
  };
  const xml = writeXml(table, values);
  if (pool.holdsFiles) xml.children.push({ ...element("allocation"), children: ["0"] });
  return xml;
}
