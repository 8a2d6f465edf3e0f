import { CdkvmError } from "../../model/errors.ts";
import { withLibvirt } from "../../cli/connect.ts";
import { libvirtdRunning } from "../../cli/host/daemons.ts";
import { isAloneInNamespace, isInGroup, isRoot, maySudo, whyNoNetworks } from "./rights.ts";
import { onlyUserInNamespace } from "./errors.ts";
import type { Settings } from "./settings.ts";

/** The libvirt that the guests run on, and how to reach them. */
export interface Place {
  readonly uri: Settings["uri"];
  readonly networking: "nat" | "user";
  /** What this user lacks here, and why. */
  readonly because?: string;
}

const withoutNetworks = "the guests cannot reach each other, and web1's page uses a forwarded port";

/** @throws CDKVM_DEMO if neither libvirt can run guests */
export async function choosePlace(): Promise<Place> {
  if (isRoot()) {
    if (await isAloneInNamespace()) throw onlyUserInNamespace();
    const reason = await whyNoNetworks();
    return reason === undefined
      ? { uri: "qemu:///system", networking: "nat" }
      : { uri: "qemu:///system", networking: "user", because: `${reason}: ${withoutNetworks}` };
  }
  const reason = await whyNoSystem();
  return reason === undefined
    ? { uri: "qemu:///system", networking: "nat" }
    : { uri: "qemu:///session", networking: "user", because: `${reason}: the guests run in your own session; ${withoutNetworks}` };
}

/** Why this user, who is not root, may not use the system's libvirt; nothing if it answers, or sudo can start it. */
async function whyNoSystem(): Promise<string | undefined> {
  const running = await libvirtdRunning();
  if (running === "denied") return "only root and the group libvirt may use the system's libvirt";
  if (running === "no") return (await isInGroup("libvirt")) && (await maySudo()) ? undefined : "only root can start the system's libvirt";
  try {
    await withLibvirt("qemu:///system", (connection) => connection.node.hostname());
    return undefined;
  } catch (error) {
    if (error instanceof CdkvmError) return `the system's libvirt refuses the connection (${error.details.problem})`;
    throw error;
  }
}
