import { compile, keysOf } from "../../../attributes/compile.ts";
import type { Mutable } from "../../../attributes/complete.ts";
import { pairItems, sameNumber } from "../../../attributes/equality.ts";
import { isKept, keptAt, type Kept } from "../../../attributes/normalized-by-libvirt.ts";
import { domain as table } from "../../../model/domain/index.ts";
import type { Values } from "../../../model/values.ts";
import { ballooned, otherPeriod } from "../devices/balloon.ts";
import { deviceKinds } from "../devices/index.ts";
import { linkOf } from "../devices/interfaces.ts";
import type { Drift } from "../devices/kind.ts";
import { deviceList, devicesIn, valuesOf } from "../devices/lists.ts";
import { hasLiveDrift } from "./live-drift.ts";

/**
 * The definition's values with what somebody changed only in the running guest: devices plugged or unplugged (`virsh
 * attach-disk` without `--config`), media, link state, networks, limits, pins, title, CPUs, memory. All other differences
 * between a running guest's XML and its definition come from libvirt itself.
 *
 * @param known the state, or the planned values. A device that only the definition or only the running guest has is always reported:
 * as missing if it is known, as extra if it is not. Without a state, the running guest decides.
 */
export function withLiveDrift(definition: Values, live: Values, known?: Values): Values {
  const result: Mutable = { ...definition };
  const changed: Mutable = {};
  for (const [list, { drift }] of Object.entries(deviceKinds)) {
    const merged = drift && mergeDevices(list, drift, definition, live, known);
    if (merged !== undefined) changed[list] = merged;
  }
  const balloon = otherPeriod(definition, live, known);
  if (balloon !== undefined) changed["mem_balloon"] = balloon;
  if (Object.keys(changed).length > 0) result["devices"] = { ...valuesOf(definition["devices"]), ...changed };

  const online = live["vcpu_current"] ?? live["vcpu"];
  const defined = definition["vcpu_current"] ?? definition["vcpu"];
  // if the running guest is as it should be, the definition has drifted
  if (typeof online === "number" && online !== defined && online !== (known?.["vcpu_current"] ?? known?.["vcpu"]))
    result["vcpu_current"] = online;
  for (const name of ["title", "description", "metadata", "cpu_tune", "memory_tune", "block_io_tune"]) {
    const field = table.fields[name];
    if (field !== undefined && known !== undefined && hasLiveDrift(field, known[name], definition[name], live[name]))
      result[name] = live[name] ?? null;
  }
  const memory = ballooned(definition, live);
  if (memory !== undefined) Object.assign(result, { current_memory: memory, current_memory_unit: "KiB" });
  return result;
}

/** The item of `have` that each wanted one is, by the table: indices, -1 for none. */
function pairDevices(list: string, want: readonly Values[], have: readonly Values[]): number[] {
  const field = deviceList(list);
  return pairItems(compile(field.fields), keysOf(field), want, have);
}

/** Undefined: no difference. */
function mergeDevices(list: string, { plain, both }: Drift, definition: Values, live: Values, known?: Values): Values[] | undefined {
  const defined = devicesIn(definition, list);
  const running = devicesIn(live, list);
  const pairs = pairDevices(list, defined, running);
  const onlyLive = running.filter((_, index) => !pairs.includes(index));
  const wanted = known === undefined ? [] : devicesIn(known, list);
  const places = pairDevices(list, wanted, [...defined, ...onlyLive]);
  const kept = defined.flatMap((item, index) => {
    const match = running[pairs[index] ?? -1];
    if (match !== undefined) return [both(item, match, wanted[places.indexOf(index)])];
    return known === undefined || places.includes(index) ? [] : [item];
  });
  const added = onlyLive.filter((_, index) => !places.includes(defined.length + index)).map(plain);
  const unchanged = added.length === 0 && kept.length === defined.length && kept.every((item, index) => item === defined[index]);
  return unchanged ? undefined : [...kept, ...added];
}

/**
 * A refreshed state leaves open what the configuration leaves open. These attributes must show anyway, because their default follows
 * from other attributes, or is fixed: a cable is plugged in.
 *
 * @param kept what an imported guest already had
 */
export function withHiddenDrift(state: Values, actual: Values, kept?: Kept): Values {
  const isOpen = (name: string): boolean => {
    const node = compile(table.fields).byName.get(name);
    return state[name] === null && !(node !== undefined && isKept(keptAt(kept, name), node, actual));
  };
  const result: Mutable = { ...state };
  const current = actual["current_memory"];
  const { current_memory: memory } = table.fields;
  const whole: Values = { current_memory: actual["memory"] ?? null, current_memory_unit: actual["memory_unit"] ?? null };
  if (
    isOpen("current_memory") &&
    typeof current === "number" &&
    devicesIn(actual, "memorydevs").length === 0 &&
    memory?.kind === "integer" &&
    !sameNumber(memory, whole, actual, "current_memory")
  )
    Object.assign(result, { current_memory: current, current_memory_unit: actual["current_memory_unit"] ?? null });
  const online = actual["vcpu_current"];
  if (isOpen("vcpu_current") && typeof online === "number" && online !== actual["vcpu"]) result["vcpu_current"] = online;
  const shown = withPulledCables(state, actual, kept);
  if (shown !== undefined) result["devices"] = { ...valuesOf(state["devices"]), interfaces: shown };
  return result;
}

/** The interfaces of a state, with those down whose link the configuration leaves open; undefined if there are none. */
function withPulledCables(state: Values, actual: Values, kept: Kept | undefined): readonly Values[] | undefined {
  const [cards, there] = [devicesIn(state, "interfaces"), devicesIn(actual, "interfaces")];
  if (!there.some((item) => linkOf(item) === "down")) return undefined;
  const pairs = pairDevices("interfaces", cards, there);
  const known = keptAt(keptAt(kept, "devices"), "interfaces");
  const isPulled = (item: Values, index: number): boolean => {
    const match = there[pairs[index] ?? -1];
    const hadNoCable = keptAt(keptAt(keptAt(known, index), "link"), "state") !== undefined;
    return match !== undefined && linkOf(match) === "down" && item["link"] === null && !hadNoCable;
  };
  return cards.some(isPulled)
    ? cards.map((item, index) => (isPulled(item, index) ? { ...item, link: { state: "down" } } : item))
    : undefined;
}
