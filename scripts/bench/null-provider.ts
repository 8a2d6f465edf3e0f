import { isList, isValues, UNKNOWN, type Value, type Values } from "../../model/values.ts";
import type { Field, Fields, Table } from "../../model/table.ts";
import * as tables from "../../model/tables.ts";
import type { Provider, Resource } from "../../provider/protocol/resource.ts";
import { serve } from "../../provider/protocol/serve.ts";
import "./usage.ts";

/**
 * The floor of every measurement: the embedded provider's schema and protocol without a backend. Every created object exists
 * from then on; computed values are made up.
 */

/** Known only after apply: computed and not configured. */
function planned(fields: Fields, proposed: Values): Values {
  return each(fields, proposed, (field, value) => (field.computed === true && value === null ? UNKNOWN : inside(field, value, planned)));
}

function applied(fields: Fields, values: Values): Values {
  return each(fields, values, (field, value) => (value === UNKNOWN ? madeUp(field) : inside(field, value, applied)));
}

function each(fields: Fields, values: Values, change: (field: Field, value: Value) => Value): Values {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, change(field, values[name] ?? null)]));
}

function inside(field: Field, value: Value, change: (fields: Fields, values: Values) => Values): Value {
  if (field.kind === "group" && isValues(value)) return change(field.fields, value);
  if (field.kind === "list" && isList(value)) return value.map((item) => (isValues(item) ? change(field.fields, item) : item));
  return value;
}

function madeUp(field: Field): Value {
  switch (field.kind) {
    case "text":
      return "made-up";
    case "integer":
      return 1;
    case "boolean":
      return true;
    case "texts":
    case "list":
      return [];
    case "group":
      return applied(field.fields, planned(field.fields, {}));
  }
}

const resource = (table: Table): Resource<null> => ({
  table,
  async plan({ prior, proposed }) {
    return { planned: prior === null ? planned(table.fields, proposed) : proposed };
  },
  async create(values) {
    return applied(table.fields, values);
  },
  async read(state) {
    return state;
  },
  async update(_prior, values) {
    return applied(table.fields, values);
  },
  async delete() {},
  async import(id) {
    return { id };
  },
});

export const nullProvider: Provider<null> = {
  table: tables.provider,
  resources: tables.resources.map(resource),
  dataSources: tables.dataSources.map((table) => ({ table, read: async (config) => applied(table.fields, planned(table.fields, config)) })),
  async configure() {
    return null;
  },
  async close() {},
};

await serve(nullProvider);
