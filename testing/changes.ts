import { complete } from "../attributes/complete.ts";
import { planUpdate } from "../attributes/plan.ts";
import type { Table } from "../model/table.ts";
import { tableOf } from "../model/tables.ts";
import { type AttributePath, isList, isValues, UNKNOWN, type Value, valueAt, type Values } from "../model/values.ts";
import { laterAddresses, laterValue, type Resource } from "./resources.ts";

/** The changes of a plan, as its JSON has them. */

type Resources = ReadonlyMap<string, Resource>;

/** What others' changes do to a resource. */
interface Around {
  /** Replaced resources: what they are known by afterwards is unknown to those that refer to them. */
  readonly replaced: ReadonlySet<string>;
  /** Replaced and updated ones. */
  readonly changed: ReadonlySet<string>;
  /** Names of replaced volumes: a guest with one as a disk is off meanwhile. */
  readonly volumes: ReadonlySet<unknown>;
}

/** One change may lead to others: repeats until nothing is added. */
export function changesOf(old: Resources, now: Resources): readonly object[] {
  const addresses = [...new Set([...now.keys(), ...old.keys()])];
  let around: Around = { replaced: new Set(), changed: new Set(), volumes: new Set() };
  for (;;) {
    const changes = addresses.flatMap((address) => changeOf(old.get(address), now.get(address), around));
    const changed = changes.filter(({ change }) => change.actions.length > 1 || change.actions[0] === "update");
    const replaced = changed.filter(({ change }) => change.actions.length > 1).map(({ address }) => address);
    if (replaced.length === around.replaced.size && changed.length === around.changed.size) return changes;
    around = {
      replaced: new Set(replaced),
      changed: new Set(changed.map(({ address }) => address)),
      volumes: new Set(
        replaced.filter((address) => address.startsWith("libvirt_volume.")).map((address) => now.get(address)?.values["name"]),
      ),
    };
  }
}

interface Changed {
  readonly address: string;
  readonly change: { readonly actions: readonly string[]; readonly [name: string]: unknown };
}

function changeOf(old: Resource | undefined, now: Resource | undefined, around: Around): Changed[] {
  const one = now ?? old;
  if (one === undefined) return [];
  const { address, type, id } = one;
  const common = {
    address,
    mode: "managed",
    type,
    name: id,
    provider_name: "terraform.local/cdkvm/libvirt",
    ...(old !== undefined && old.was !== address && { previous_address: old.was }),
  };
  const table = tableOf(type);
  const before = old && stateOf(old, table);
  const wanted = now && stateOf(now, table, around.replaced);
  if (before === undefined || wanted === undefined) {
    const actions = [before === undefined ? "create" : "delete"];
    return [{ ...common, change: { actions, before: before ?? null, ...afterOf(wanted ?? null) } }];
  }
  return [
    { ...common, change: updateOf(before, wanted, table, { isTriggered: one.triggers.some((by) => around.changed.has(by)), around }) },
  ];
}

interface Because {
  /** `replace_triggered_by` requires a replacement. */
  readonly isTriggered: boolean;
  readonly around: Around;
}

function updateOf(before: Values, wanted: Values, table: Table | undefined, { isTriggered, around }: Because): Changed["change"] {
  const update = (actions: readonly string[], after: Values, more: object = {}): Changed["change"] => ({
    actions,
    before,
    ...afterOf(after),
    ...more,
  });
  const replaced = (after: Values, paths: readonly AttributePath[]): Changed["change"] =>
    update(["delete", "create"], after, { replace_paths: paths });
  if (table === undefined)
    return isTriggered ? replaced(wanted, []) : update([JSON.stringify(before) === JSON.stringify(wanted) ? "no-op" : "update"], wanted);
  const { planned, changes } = planUpdate(table, before, wanted);
  const replacing = changes.filter(({ change }) => change === "replace").map(({ path }) => path);
  if (isTriggered || replacing.length > 0) return replaced(planned, replacing);
  const isOn = table.type === "libvirt_domain" && before["running"] === true && planned["running"] !== false;
  const restarts = isOn && (changes.some(({ change }) => change === "restart") || hasDiskOf(planned, around.volumes));
  // each start gives a guest another id, which is how a plan announces a restart
  if (restarts) return update(["update"], { ...planned, id: UNKNOWN });
  return changes.length === 0 ? update(["no-op"], before) : update(["update"], planned);
}

const hasDiskOf = (guest: Values, volumes: ReadonlySet<unknown>): boolean => {
  const disks = valueAt(guest, "devices", "disks");
  return (
    isList(disks) && disks.some((disk) => valueAt(disk, "device") === "disk" && volumes.has(valueAt(disk, "source", "volume", "volume")))
  );
};

/** A planned state as a plan's JSON has it: what is unknown is left out, and marked beside it. */
function afterOf(planned: Value): { readonly after: unknown; readonly after_unknown: unknown } {
  if (planned === UNKNOWN) return { after: undefined, after_unknown: true };
  if (isList(planned)) {
    const items = planned.map(afterOf);
    return { after: items.map(({ after }) => after ?? null), after_unknown: items.map((one) => one.after_unknown) };
  }
  if (!isValues(planned)) return { after: planned, after_unknown: false };
  const entries = Object.entries(planned).map(([name, value]) => [name, afterOf(value)] as const);
  return {
    after: Object.fromEntries(entries.map(([name, one]) => [name, one.after])),
    after_unknown: Object.fromEntries(entries.map(([name, one]) => [name, one.after_unknown])),
  };
}

/** What the provider determines and references may name. */
const DETERMINED = ["id", "uuid", "path", "key"] as const;

/** A resource's values with all attributes of its table, as the state has them after apply. */
function stateOf({ address, type, values: given }: Resource, table: Table | undefined, replaced: ReadonlySet<string> = new Set()): Values {
  const values = withUnknown(given as Values, replaced) as Values;
  if (table === undefined) return values;
  const state = complete(table, values);
  const determined = DETERMINED.filter((name) => name in table.fields && (state[name] ?? null) === null);
  const later = Object.fromEntries(determined.map((name) => [name, laterValue(address, name)]));
  if (type !== "libvirt_domain") return { ...state, ...later };
  const running = state["running"] !== false;
  return { ...state, ...later, running, id: running ? 7 : -1 };
}

/** Replaces what replaced resources determine. */
function withUnknown(value: Value, replaced: ReadonlySet<string>): Value {
  if (replaced.size === 0) return value;
  if (typeof value === "string") return laterAddresses(value).some((address) => replaced.has(address)) ? UNKNOWN : value;
  if (isList(value)) return value.map((item) => withUnknown(item, replaced));
  if (!isValues(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withUnknown(inner, replaced)]));
}
