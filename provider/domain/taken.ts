import { importCommand } from "../import-command.ts";
import { at } from "../refused.ts";

/** The error for a name that something has which this configuration does not manage. */
export const nameTaken = (name: string, uuid: string, uri: string, madeByCdkvm = false): Error =>
  at(["name"], {
    code: "CDKVM_NAME_TAKEN",
    doing: `create the guest ${name} on ${uri}`,
    problem: `a guest named "${name}" exists on this host, and it is not in this state`,
    likely: madeByCdkvm
      ? `cdkvm made it from another configuration, or it is the one that this apply replaces with create_before_destroy, which a name allows only once; its UUID is ${uuid}`
      : `somebody made it by other means; its UUID is ${uuid}. It has not been touched`,
    fix: `import it (${importCommand(uuid)}), or choose another name`,
  });
