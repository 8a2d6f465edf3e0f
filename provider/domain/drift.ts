import { sameNumber } from "../../libvirt/codec/same.ts";
import { domain } from "../../model/domain/index.ts";
import type { IntegerField } from "../../model/table.ts";
import { isList, isValues, type Value, type Values } from "../../model/values.ts";

type Mutable = Record<string, Value>;

/**
 * The definition's values with what somebody changed in the running guest alone: devices plugged or unplugged (`virsh
 * attach-disk` without `--config`), media, link state, CPUs, memory. Everything else that a running guest's XML says beside
 * its definition is libvirt's own doing.
 *
 * @param known the state, or what is planned. A device that only one of the two has differs from it either way: one that it has is missing, one
 * that it has not is there. Without a state, what runs is what counts.
 */
export function withLiveDrift(definition: Values, live: Values, known?: Values): Values {
  const result: Mutable = { ...definition };
  const devices = valuesOf(definition["devices"]);
  const running = valuesOf(live["devices"]);
  const changed: Mutable = { ...devices };
  for (const [name, kind] of Object.entries(kinds)) {
    const mine = known && new Set(itemsOf(valuesOf(known["devices"])[name]).map(kind.key));
    const merged = mergeDevices(itemsOf(devices[name]), itemsOf(running[name]), kind, mine);
    if (merged !== undefined) changed[name] = merged;
  }
  if (Object.keys(changed).some((name) => changed[name] !== devices[name])) result["devices"] = changed;

  const online = live["vcpu_current"] ?? live["vcpu"];
  if (typeof online === "number" && online !== (definition["vcpu_current"] ?? definition["vcpu"])) result["vcpu_current"] = online;

  const memory = ballooned(definition, live);
  if (memory !== undefined) Object.assign(result, { current_memory: memory, current_memory_unit: "KiB" });
  return result;
}

/**
 * KiB, where the balloon holds the guest below its definition. Above it the guest may just not have answered yet, or have
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
  readonly both: (defined: Values, live: Values) => Values;
}

const same = (defined: Values): Values => defined;

const kinds: Readonly<Record<string, Kind>> = {
  disks: {
    key: (item) => valuesOf(item["target"])["dev"],
    plain: (item) => ({
      ...omit(item, "alias", "address", "backing_store"),
      ...(isValues(item["source"]) ? { source: omit(item["source"], "index") } : {}),
    }),
    both: (defined, live) => {
      if (defined["device"] !== "cdrom" && defined["device"] !== "floppy") return defined;
      const source = isValues(live["source"]) ? omit(live["source"], "index") : undefined;
      if (valuesOf(defined["source"])["startup_policy"] !== undefined || mediumOf(source) === mediumOf(defined["source"])) return defined;
      return source === undefined || mediumOf(source) === undefined ? omit(defined, "source") : { ...defined, source };
    },
  },
  interfaces: {
    key: (item) => {
      const { address } = valuesOf(item["mac"]);
      return typeof address === "string" ? address.toLowerCase() : address;
    },
    plain: (item) => ({
      ...omit(item, "alias", "address", "target", "backend"),
      ...(isValues(item["source"]) ? { source: plainSource(item["source"]) } : {}),
    }),
    both: (defined, live) => {
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

/** Undefined: nothing differs. */
function mergeDevices(
  defined: readonly Values[],
  live: readonly Values[],
  { key, plain, both }: Kind,
  known: ReadonlySet<Value | undefined> | undefined,
): Values[] | undefined {
  const running = new Map(live.map((item) => [key(item), item]));
  const kept = defined.flatMap((item) => {
    const match = running.get(key(item));
    if (match !== undefined) return [both(item, match)];
    return known === undefined || known.has(key(item)) ? [] : [item];
  });
  const names = new Set(defined.map(key));
  const added = live.filter((item) => !names.has(key(item)) && known?.has(key(item)) !== true).map(plain);
  const unchanged = added.length === 0 && kept.length === defined.length && kept.every((item, index) => item === defined[index]);
  return unchanged ? undefined : [...kept, ...added];
}

/** The network's bridge and port are the running guest's own. */
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
 * A refreshed state leaves open what the configuration leaves open; these two it must show, because what they are by default
 * follows from other attributes.
 */
export function withHiddenDrift(state: Values, actual: Values): Values {
  const result: Mutable = { ...state };
  const current = actual["current_memory"];
  const memory = domain.fields["current_memory"] as IntegerField;
  const whole: Values = { current_memory: actual["memory"] ?? null, current_memory_unit: actual["memory_unit"] ?? null };
  if (state["current_memory"] === null && typeof current === "number" && itemsOf(valuesOf(actual["devices"])["memorydevs"]).length === 0) {
    if (!sameNumber(memory, whole, actual, "current_memory"))
      Object.assign(result, { current_memory: current, current_memory_unit: actual["current_memory_unit"] ?? null });
  }
  const online = actual["vcpu_current"];
  if (state["vcpu_current"] === null && typeof online === "number" && online !== actual["vcpu"]) result["vcpu_current"] = online;
  return result;
}

const valuesOf = (value: Value | undefined): Values => (isValues(value) ? value : {});
const itemsOf = (value: Value | undefined): readonly Values[] => (isList(value) ? value.filter(isValues) : []);
const omit = (values: Values, ...names: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
