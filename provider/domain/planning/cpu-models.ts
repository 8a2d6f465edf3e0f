import { child, childrenNamed, textOf, type XmlElement } from "../../../model/xml.ts";
import { isList, isValues, type Values } from "../../../model/values.ts";
import type { Finding } from "./finding.ts";
import { cpuLacksFeatures, noCpuModel } from "./host-findings.ts";

/**
 * A CPU model that this host's QEMU does not know, or that the host's CPU cannot provide. libvirt may start the latter with
 * fewer features; under emulation it always does.
 *
 * @param capabilities `<domainCapabilities>`
 */
export function* badCpuModel(capabilities: XmlElement, config: Values): Generator<Finding> {
  const { cpu } = config;
  if (!isValues(cpu) || typeof cpu["model"] !== "string" || (cpu["mode"] !== null && cpu["mode"] !== "custom")) return;
  const { model } = cpu;
  const modes = childrenNamed(child(capabilities, "cpu") ?? capabilities, "mode");
  const custom = modes.find(({ attributes }) => attributes["name"] === "custom" && attributes["supported"] === "yes");
  const offered = custom === undefined ? [] : childrenNamed(custom, "model");
  if (offered.length === 0) return;
  const usable = offered.filter(({ attributes }) => attributes["usable"] !== "no").map(textOf);
  const found = offered.find((one) => textOf(one) === model);
  if (found === undefined) {
    const near = nearest(model, offered.map(textOf));
    yield noCpuModel(model, near, usable.slice(0, MOST_NAMED));
    return;
  }
  if (found.attributes["usable"] !== "no" || config["type"] !== "kvm" || cpu["check"] === "none" || hasOffFeature(cpu)) return;
  yield cpuLacksFeatures(model, usable.slice(0, MOST_NAMED));
}

const MOST_NAMED = 8;

/** A configuration that disables features may have disabled the missing ones. */
const hasOffFeature = ({ features }: Values): boolean =>
  isList(features) && features.some((one) => isValues(one) && (one["policy"] === "disable" || one["policy"] === "optional"));

/** A name that differs only in case, in punctuation, or in the version at its end. */
function nearest(model: string, names: readonly string[]): string | undefined {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const wanted = plain(model);
  return names.find((name) => plain(name) === wanted) ?? names.find((name) => wanted.startsWith(plain(name)) && plain(name).length > 4);
}
