import { cloudinitDisk as table } from "../../model/cloudinit.ts";
import { CdkvmError } from "../../model/errors.ts";
import { hasUnknown, UNKNOWN, type Values } from "../../model/values.ts";
import type { Host } from "../host.ts";
import type { Resource } from "../protocol/resource.ts";
import { planTable } from "../resource.ts";
import { hasSeed, removeSeed, seedOf, writeSeed } from "./seed.ts";

/**
 * `libvirt_cloudinit_disk`: an image in the user's cache on the machine that runs the engine, named by its content. It is
 * made again wherever it is missing, so a state that another machine wrote holds here too; `path` stays as it was first
 * written, for a volume made from it must not be replaced because somebody else plans.
 */
export const cloudinitDisk: Resource<Host> = {
  table,

  async plan(request) {
    const result = planTable(table, request);
    if (request.prior !== null && result.replace === undefined) return result;
    const open: Values = { id: UNKNOWN, path: UNKNOWN, size: UNKNOWN };
    if (hasUnknown({ ...result.planned, id: null, path: null, size: null })) return { ...result, planned: { ...result.planned, ...open } };
    const { id, image } = seedOf(result.planned);
    // The path is this machine's own matter: apply may run on another.
    return { ...result, planned: { ...result.planned, ...open, id, size: image.length } };
  },

  async create(planned) {
    return made(planned);
  },

  async read(state) {
    if (!hasSeed(String(state["id"]))) {
      const seed = seedOf(state);
      if (!hasSeed(seed.id)) writeSeed(seed);
    }
    return state;
  },

  /** Nothing that can change leaves the image as it is. */
  async update(_prior, planned) {
    return planned;
  },

  async delete(prior) {
    removeSeed(String(prior["id"]));
  },

  async import(id) {
    throw new CdkvmError({
      code: "CDKVM_CANNOT_IMPORT",
      doing: `import libvirt_cloudinit_disk ${JSON.stringify(id)}`,
      problem: "a cloud-init disk is made from its configuration alone: there is nothing to import",
      fix: "apply it; the same configuration gives the same image",
    });
  },
};

function made(planned: Values): Values {
  const seed = seedOf(planned);
  return { ...planned, id: seed.id, path: writeSeed(seed), size: seed.image.length };
}
