import { CdkvmError } from "../../../model/errors.ts";

/** @param label `disk vda` */
export const deviceBusy = (guest: string, label: string, seconds: number): Error =>
  new CdkvmError({
    code: "CDKVM_DEVICE_BUSY",
    doing: `unplug ${label} from ${guest}`,
    problem: `${guest} has not released ${label} within ${seconds} seconds`,
    likely: "the guest is still booting, has it in use, or its kernel has no hot-plug support",
    fix: "unmount or stop what uses it in the guest and apply again, or shut the guest down first",
  });
