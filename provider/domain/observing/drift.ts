import { compile } from "../../../attributes/compile.ts";
import { isKept, keptAt, type Kept } from "../../../attributes/normalized-by-libvirt.ts";
import { sameNumber } from "../../../attributes/equality.ts";
import { firstOf, hasLiveDrift } from "./live-drift.ts";
import { domain } from "../../../model/domain/index.ts";
import type { Fields, GroupField, IntegerField, ListField } from "../../../model/table.ts";
import { isList, isValues, type Value, type Values } from "../../../model/values.ts";

type Mutable = Record<string, Value>;

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
  const devices = valuesOf(definition["devices"]);
  const running = valuesOf(live["devices"]);
  const changed: Mutable = { ...devices };
  for (const [name, kind] of Object.entries(kinds)) {
    const mine =
      known && new Map<Value | undefined, Values>(itemsOf(valuesOf(known["devices"])[name]).map((item) => [kind.key(item), item]));
    const merged = mergeDevices(itemsOf(devices[name]), itemsOf(running[name]), kind, mine);
    if (merged !== undefined) changed[name] = merged;
  }
  if (Object.keys(changed).some((name) => changed[name] !== devices[name])) result["devices"] = changed;

  const online = live["vcpu_current"] ?? live["vcpu"];
  const defined = definition["vcpu_current"] ?? definition["vcpu"];
  // if the running guest is as it should be, the definition has drifted
  if (typeof online === "number" && online !== defined && online !== (known?.["vcpu_current"] ?? known?.["vcpu"]))
    result["vcpu_current"] = online;
  for (const name of ["title", "description", "metadata", "cpu_tune", "memory_tune", "block_io_tune"]) {
    const field = domain.fields[name];
    if (field !== undefined && known !== undefined && hasLiveDrift(field, known[name], definition[name], live[name]))
      result[name] = live[name] ?? null;
  }

  const period = (of: Values): number | undefined => {
    const found = valuesOf(valuesOf(valuesOf(of["devices"])["mem_balloon"])["stats"])["period"];
    return typeof found === "number" ? found : undefined;
  };
  const asked = known === undefined ? undefined : period(known);
  if (asked !== undefined && period(definition) === asked && period(live) !== asked) {
    const balloon = { ...valuesOf(devices["mem_balloon"]), stats: { period: period(live) ?? null } };
    result["devices"] = { ...valuesOf(result["devices"]), mem_balloon: balloon };
  }
  const memory = ballooned(definition, live);
  if (memory !== undefined) Object.assign(result, { current_memory: memory, current_memory_unit: "KiB" });
  return result;
}

/**
 * KiB, if the balloon holds the guest below its definition. Above it, the guest may just not have reacted yet, or may have
 * no balloon driver.
 */
function ballooned(definition: Values, live: Values): number | undefined {
  if (itemsOf(valuesOf(live["devices"])["memorydevs"]).length > 0) return undefined;
  const now = live["current_memory"];
  const wanted = definition["current_memory"] ?? definition["memory"];
  if (typeof now !== "number" || typeof wanted !== "number") return undefined;
  return now < wanted ? now : undefined;
}

interface Kind {
  readonly key: (item: Values) => Value | undefined;
  /** An item that only the running guest has, without what libvirt added to it. */
  readonly plain: (item: Values) => Values;
  /** A device that both have. */
  readonly both: (defined: Values, live: Values, known: Values | undefined) => Values;
}

const same = (defined: Values): Values => defined;

const fieldsOf = (list: string): Fields => {
  const devices = domain.fields["devices"] as GroupField;
  return (devices.fields[list] as ListField).fields;
};
const diskFields = fieldsOf("disks");
const interfaceFields = fieldsOf("interfaces");

/** An interface that was moved to another network or bridge while the guest runs (`virsh update-device --live`). */
function elsewhere(defined: Values, live: Values, known: Values | undefined): Values {
  const place = (of: Values | undefined, kind: string): Value => valuesOf(valuesOf(of?.["source"])[kind])[kind] ?? null;
  for (const kind of ["network", "bridge"]) {
    const [there, here] = [place(defined, kind), place(live, kind)];
    if (typeof here === "string" && typeof there === "string" && here !== there && place(known, kind) === there)
      return { ...defined, source: plainSource(valuesOf(live["source"])) };
  }
  return defined;
}

const kinds: Readonly<Record<string, Kind>> = {
  disks: {
    key: (item) => valuesOf(item["target"])["dev"],
    plain: (item) => ({
      ...omit(item, "alias", "address", "backing_store"),
      ...(isValues(item["source"]) ? { source: omit(item["source"], "index") } : {}),
    }),
    both: (item, live, known) => {
      const defined = firstOf(diskFields, ["io_tune"], known, item, live);
      if (defined["device"] !== "cdrom" && defined["device"] !== "floppy") return defined;
      const source = isValues(live["source"]) ? omit(live["source"], "index") : undefined;
      if (valuesOf(defined["source"])["startup_policy"] !== undefined || mediumOf(source) === mediumOf(defined["source"])) return defined;
      return source === undefined || mediumOf(source) === undefined ? omit(defined, "source") : { ...defined, source };
    },
  },
  interfaces: {
    key: macOf,
    plain: (item) => ({
      ...omit(item, "alias", "address", "target", "backend"),
      ...(isValues(item["source"]) ? { source: plainSource(item["source"]) } : {}),
    }),
    both: (item, live, known) => {
      const defined = elsewhere(firstOf(interfaceFields, ["bandwidth"], known, item, live), live, known);
      const state = valuesOf(live["link"])["state"] ?? "up";
      return state === (valuesOf(defined["link"])["state"] ?? "up") ? defined : { ...defined, link: { state } };
    },
  },
  hostdevs: {
    key: (item) =>
      JSON.stringify(
        Object.entries(omit(item, "alias", "address", "boot", "rom", "managed")).map(([kind, of]) => [
          kind,
          valuesOf(of)["source"] ?? null,
        ]),
      ),
    plain: (item) => omit(item, "alias", "address"),
    both: same,
  },
};

/** Undefined: no difference. */
function mergeDevices(
  defined: readonly Values[],
  live: readonly Values[],
  { key, plain, both }: Kind,
  known: ReadonlyMap<Value | undefined, Values> | undefined,
): Values[] | undefined {
  const running = new Map(live.map((item) => [key(item), item]));
  const kept = defined.flatMap((item) => {
    const match = running.get(key(item));
    if (match !== undefined) return [both(item, match, known?.get(key(item)))];
    return known === undefined || known.has(key(item)) ? [] : [item];
  });
  const names = new Set(defined.map(key));
  const added = live.filter((item) => !names.has(key(item)) && known?.has(key(item)) !== true).map(plain);
  const unchanged = added.length === 0 && kept.length === defined.length && kept.every((item, index) => item === defined[index]);
  return unchanged ? undefined : [...kept, ...added];
}

/** The network's bridge and port belong to the running guest only. */
const plainSource = (source: Values): Values =>
  isValues(source["network"]) ? { network: omit(source["network"], "bridge", "port_id") } : source;

const mediumOf = (source: Value | undefined): string | undefined => {
  for (const kind of ["file", "block", "volume", "network"]) {
    const medium = valuesOf(source)[kind];
    if (isValues(medium) && Object.keys(medium).length > 0)
      return JSON.stringify([kind, medium["file"], medium["dev"], medium["pool"], medium["volume"], medium["name"]]);
  }
  return undefined;
};

/**
 * A refreshed state leaves open what the configuration leaves open. These attributes must show anyway, because their default follows
 * from other attributes, or is fixed: a cable is plugged in.
 *
 * @param kept what an imported guest already had
 */
export function withHiddenDrift(state: Values, actual: Values, kept?: Kept): Values {
  const hadAlready = (name: string): boolean => {
    const node = compile(domain.fields).byName.get(name);
    return node !== undefined && isKept(keptAt(kept, name), node, actual);
  };
  const result: Mutable = { ...state };
  const current = actual["current_memory"];
  const memory = domain.fields["current_memory"] as IntegerField;
  const whole: Values = { current_memory: actual["memory"] ?? null, current_memory_unit: actual["memory_unit"] ?? null };
  if (
    state["current_memory"] === null &&
    !hadAlready("current_memory") &&
    typeof current === "number" &&
    itemsOf(valuesOf(actual["devices"])["memorydevs"]).length === 0
  ) {
    if (!sameNumber(memory, whole, actual, "current_memory"))
      Object.assign(result, { current_memory: current, current_memory_unit: actual["current_memory_unit"] ?? null });
  }
  const online = actual["vcpu_current"];
  if (state["vcpu_current"] === null && !hadAlready("vcpu_current") && typeof online === "number" && online !== actual["vcpu"])
    result["vcpu_current"] = online;
  const pulled = new Set(itemsOf(valuesOf(actual["devices"])["interfaces"]).flatMap((item) => (isPulled(item) ? [macOf(item)] : [])));
  const devices = valuesOf(state["devices"]);
  const interfaces = devices["interfaces"];
  if (pulled.size === 0 || !isList(interfaces)) return result;
  const cards = keptAt(keptAt(kept, "devices"), "interfaces");
  const hadNoCable = (index: number): boolean => keptAt(keptAt(keptAt(cards, index), "link"), "state") !== undefined;
  const shown = interfaces.map((item, index) =>
    isValues(item) && item["link"] === null && !hadNoCable(index) && macOf(item) !== undefined && pulled.has(macOf(item))
      ? { ...item, link: { state: "down" } }
      : item,
  );
  result["devices"] = { ...devices, interfaces: shown };
  return result;
}

const isPulled = (item: Values): boolean => valuesOf(item["link"])["state"] === "down";

function macOf(item: Values): string | undefined {
  const { address } = valuesOf(item["mac"]);
  return typeof address === "string" ? address.toLowerCase() : undefined;
}

const valuesOf = (value: Value | undefined): Values => (isValues(value) ? value : {});
const itemsOf = (value: Value | undefined): readonly Values[] => (isList(value) ? value.filter(isValues) : []);
const omit = (values: Values, ...names: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
