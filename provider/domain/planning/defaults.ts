import { isEmpty } from "../../../attributes/equality.ts";
import { fieldAt } from "../../../model/field-at.ts";
import { isFilled } from "../../../attributes/filled.ts";
import type { PlannedChange } from "../../../attributes/plan.ts";
import { domain as table } from "../../../model/domain/index.ts";
import type { Field } from "../../../model/table.ts";
import { isList, isValues, type Value, type Values, valueAt } from "../../../model/values.ts";
import { deviceKinds } from "../devices/index.ts";
import { plainDomain } from "../observing/plain.ts";

/**
 * Whether a value removed from the configuration is what libvirt fills in.
 *
 * @param prior the state with the value
 * @param definition the guest's definition in the table's attributes, before the change
 */
export function isDefault(path: PlannedChange["path"], prior: Values, definition: Values): boolean {
  const value = valueAt(prior, ...path);
  if (path[0] === "devices" && path.length === 3) {
    const isFilledIn = deviceKinds[String(path[1])]?.isFilledIn;
    if (isFilledIn !== undefined && isValues(value)) return isFilledIn(value, definition);
  } else {
    const structure = valueAt(prior, ...path.slice(0, -1));
    const told = byTable(fieldAt(table.fields, path), value, isValues(structure) ? structure : {}, definition);
    if (told !== undefined) return told;
  }
  const numbered = path.findIndex((step) => typeof step === "number");
  const plain = plainDomain(definition);
  if (numbered === -1) return isEmpty(valueAt(plain, ...path));
  const [was, there] = [prior, plain].map((values) => valueAt(values, ...path.slice(0, numbered)));
  if (numbered === path.length - 1) return isEmpty(there);
  return isList(was) && isList(there) && was.length === there.length && isEmpty(valueAt(plain, ...path));
}

/** What the table tells; undefined if the definition has to. A structure counts as filled in if all that it has is. */
function byTable(field: Field | undefined, value: Value, structure: Values, resource: Values): boolean | undefined {
  if ((field?.kind === "list" || field?.kind === "group") && isValues(value)) {
    const set = Object.entries(value).filter(([, one]) => !isEmpty(one));
    const told = set.map(([name, one]) => byTable(field.fields[name], one, value, resource));
    return told.length === 0 || told.includes(undefined) ? undefined : !told.includes(false);
  }
  if (isFilled(field, value, { structure, resource })) return true;
  return field?.importShows === true ? false : undefined;
}
