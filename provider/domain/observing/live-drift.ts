import { refresh } from "../../../attributes/refresh.ts";
import { sameValue } from "../../../attributes/equality.ts";
import type { Field, Fields } from "../../../model/table.ts";
import { asText, isList, isValues, type Value, type Values } from "../../../model/values.ts";

/**
 * Whether somebody changed an attribute only in the running guest: its definition is as it should be, the running guest is not.
 * What the configuration leaves open is up to libvirt.
 *
 * @param known the value in the state or the plan
 */
export function hasLiveDrift(field: Field, known: Value | undefined, definition: Value | undefined, live: Value | undefined): boolean {
  if (JSON.stringify(definition ?? null) === JSON.stringify(live ?? null)) return false;
  const found = (actual: Value | undefined): Value => refresh({ it: field }, { it: known ?? null }, { it: actual ?? null })["it"] ?? null;
  const isKnown = (actual: Value | undefined): boolean => sameValue(field, known, found(actual));
  return isKnown(definition) && !isKnown(withoutIdlePins(live, definition));
}

/** A device as defined, with the attributes that somebody changed only in the running guest. */
export function firstOf(fields: Fields, names: readonly string[], known: Values | undefined, defined: Values, live: Values): Values {
  if (known === undefined) return defined;
  const changed = names.flatMap((name): [string, Value][] => {
    const field = fields[name];
    return field !== undefined && hasLiveDrift(field, known[name], defined[name], live[name]) ? [[name, live[name] ?? null]] : [];
  });
  return changed.length === 0 ? defined : { ...defined, ...Object.fromEntries(changed) };
}

/** libvirt keeps a removed pin as a pin to all host CPUs. */
function withoutIdlePins(live: Value | undefined, definition: Value | undefined): Value | undefined {
  if (!isValues(live)) return live;
  const isIdle = (item: Value | undefined): boolean => isValues(item) && /^0-\d+$/.test(asText(item["cpu_set"]));
  const defined = isValues(definition) ? definition : {};
  return Object.fromEntries(
    Object.entries(live).flatMap(([name, value]): [string, Value][] => {
      if (isList(value) && !(name in defined)) return [[name, value.filter((item) => !isIdle(item))]];
      return name === "emulator_pin" && !(name in defined) && isIdle(value) ? [] : [[name, value]];
    }),
  );
}
