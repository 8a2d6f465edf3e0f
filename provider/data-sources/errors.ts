import { messageOf } from "../../model/errors.ts";
import { errorAt } from "../diagnose.ts";

/**
 * @param by the attribute that names the object
 * @param list the command that lists such objects: `virsh net-list --all`
 */
export const lookupFailed = (by: string, noun: string, wanted: string, uri: string, list: string): Error =>
  errorAt([by], {
    code: "CDKVM_NOT_FOUND",
    doing: `look up the ${noun} ${wanted} on ${uri}`,
    problem: `there is no ${noun} ${JSON.stringify(wanted)} on this host`,
    likely: "it is misspelled, or the same apply creates it: then refer to the resource instead of a data source",
    fix: `\`${list}\` lists the existing ones`,
  });

export const deviceNotFound = (name: string, uri: string, cause: unknown): Error =>
  errorAt(["name"], {
    code: "CDKVM_NOT_FOUND",
    doing: `look up the device ${name} on ${uri}`,
    problem: `there is no device ${JSON.stringify(name)} on this host`,
    fix: "`virsh nodedev-list` and the data source libvirt_node_devices list them",
    cause,
  });

export const guestNotFound = (wanted: string, uri: string, cause: unknown): Error =>
  errorAt(["domain"], {
    code: "CDKVM_NO_DOMAIN",
    doing: `read the addresses of ${wanted} on ${uri}`,
    problem: `there is no guest ${JSON.stringify(wanted)} on this host`,
    fix: "give the name or the UUID of a guest; with a reference to a libvirt_domain, the engine creates the guest first",
    cause,
  });

export const noAgent = (guest: string, cause: unknown): Error =>
  errorAt(["source"], {
    code: "CDKVM_NO_AGENT",
    doing: `ask the guest agent of ${guest} for its addresses`,
    problem: messageOf(cause),
    likely: "the guest has no agent channel, or the agent is not installed or has not started yet",
    fix: 'install qemu-guest-agent in the guest, or use source = "lease"',
    cause,
  });
