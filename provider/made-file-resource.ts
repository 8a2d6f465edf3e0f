import type { Table } from "../model/table.ts";
import { asText, hasUnknown, UNKNOWN, type Values } from "../model/values.ts";
import { cannotImport } from "./errors.ts";
import type { Host } from "./host.ts";
import { isMade, type MadeFile, type MadeKind, removeMade, useMade, writeMade } from "./made-file.ts";
import type { Resource } from "./protocol/resource.ts";
import { planTable } from "./resource.ts";

/**
 * A resource that is a file in the user's cache on the machine that runs the engine, named by its content. It is recreated wherever it
 * is missing, so a state written on another machine is valid here too. `path` stays as first written: a volume made from the file
 * must not be replaced because somebody else plans.
 *
 * @param noun for errors: `cloud-init disk`
 * @param fileOf must be deterministic: the same configuration gives the same bytes
 */
export function madeFileResource(table: Table, noun: string, kind: MadeKind, fileOf: (config: Values) => MadeFile): Resource<Host> {
  const nameOf = (state: Values): { readonly kind: MadeKind; readonly id: string } => ({ kind, id: asText(state["id"]) });
  return {
    table,

    async plan(request) {
      const result = planTable(table, request);
      if (request.prior !== null && result.replace === undefined) return result;
      const open: Values = { id: UNKNOWN, path: UNKNOWN, size: UNKNOWN };
      if (hasUnknown({ ...result.planned, id: null, path: null, size: null }))
        return { ...result, planned: { ...result.planned, ...open } };
      const { id, content } = fileOf(result.planned);
      // The path is specific to this machine: apply may run on another.
      return { ...result, planned: { ...result.planned, ...open, id, size: content.length } };
    },

    async create(planned) {
      const file = fileOf(planned);
      return { ...planned, id: file.id, path: writeMade(file), size: file.content.length };
    },

    async read(state) {
      useMade(nameOf(state));
      if (!isMade(nameOf(state))) {
        const file = fileOf(state);
        if (!isMade(file)) writeMade(file);
      }
      return state;
    },

    /** No attribute that can change in place affects the file. */
    async update(_prior, planned) {
      return planned;
    },

    async delete(prior) {
      removeMade(nameOf(prior));
    },

    async import(id) {
      throw cannotImport(table.type, noun, id);
    },
  };
}
