import type { DomainRef } from "../../../libvirt/refs.ts";
import { CdkvmError } from "../../../model/errors.ts";
import { asText, type Values, type AttributePath } from "../../../model/values.ts";
import { errorAt } from "../../diagnose.ts";
import { importCommand } from "../../import-command.ts";
import type { RolloutWait } from "../../../model/rollout.ts";

export const domainGone = ({ name, uuid }: Values): Error =>
  new CdkvmError({
    code: "CDKVM_DOMAIN_GONE",
    doing: `change the guest ${asText(name)}`,
    problem: `the guest ${asText(name)} (${asText(uuid)}) is gone from the host`,
    likely: "somebody removed it after this plan was made",
    fix: "plan again: it will be created again",
  });

/** @param why `it did not shut down within 60 seconds`; empty if it was not even asked to */
export const guestNotDown = (name: string, why: string): Error =>
  errorAt(["shutdown"], {
    code: "CDKVM_GUEST_NOT_DOWN",
    doing: `shut down the guest ${name}`,
    problem: `${name} is not down: ${why || "it would be turned off at once"}`,
    likely: 'shutdown = "graceful-only" forbids turning it off',
    fix: `shut it down yourself, or turn it off (virsh destroy ${name}), and apply again`,
  });

export const guestMigrated = ({ name, uuid }: DomainRef, uri: string): Error =>
  errorAt(["running"], {
    code: "CDKVM_GUEST_MIGRATED",
    doing: `start the guest ${name} on ${uri}`,
    problem: `${name} was migrated to another host: here it is shut off (migrated), and a second copy would run on the same disks`,
    likely: "somebody moved it (virsh migrate --live --persistent), and it runs there",
    fix:
      `if it stays there, remove it and its disks from this stack's program and state (state rm), run \`virsh -c ${uri} undefine ${name}\` here, and import it there (${importCommand(uuid)}); ` +
      `if it is to run here again, turn it off there, and run \`virsh -c ${uri} start ${name}\``,
  });

export const guestNotBack = (name: string, wait: RolloutWait, timeout: number): Error =>
  new CdkvmError({
    code: "CDKVM_GUEST_NOT_BACK",
    doing: `wait until ${name} is back after its restart`,
    problem: `${name} is not back after ${timeout} s: ${
      typeof wait === "object"
        ? "the rollout's command does not succeed"
        : wait === "agent"
          ? "its agent does not answer"
          : "it has no address"
    }`,
    likely: {
      agent: "the guest agent is not installed in the guest, or it boots slowly",
      ip: "the guest does not request an address by DHCP, or it boots slowly",
      command: "what the command looks for does not run, or the guest boots slowly",
    }[typeof wait === "object" ? "command" : wait],
    fix: `look at its console: virsh console ${name}; it has restarted with its new configuration`,
  });

export interface Wait {
  readonly path: AttributePath;
  /** The interface's index. */
  readonly index: number;
  /** Seconds. */
  readonly timeout: number;
  readonly source: string;
  readonly isPaused: boolean;
}

export const noAddress = ({ name }: DomainRef, { path, index, timeout, source, isPaused }: Wait): Error =>
  errorAt(path, {
    code: "CDKVM_NO_ADDRESS",
    doing: `wait for an address of ${name}`,
    problem: `${name} has no address on interface ${index + 1} after ${timeout} seconds`,
    likely: isPaused
      ? "somebody paused it (virsh suspend, or create.paused)"
      : source === "agent"
        ? "the guest agent is not installed in the guest, or still starting"
        : "the guest does not request one by DHCP, its network has no DHCP server, or it boots slowly",
    fix: isPaused
      ? `resume it: virsh resume ${name}`
      : `look at its console: virsh console ${name}; or give it more time with wait_for_ip.timeout`,
  });
