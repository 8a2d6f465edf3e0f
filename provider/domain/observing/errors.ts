import type { AttributePath } from "../../../model/values.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import { errorAt } from "../../diagnose.ts";
import type { Halt } from "./halts.ts";

/** A guest that stopped while it was waited for. @param lines libvirt's reason, QEMU's last output */
export const guestStopped = ({ name }: DomainRef, doing: string, lines: readonly string[], halt: Halt, path: AttributePath): Error =>
  errorAt(path, {
    code: "CDKVM_GUEST_STOPPED",
    doing,
    problem: lines.join("\n"),
    ...(halt.likely === undefined ? {} : { likely: halt.likely }),
    fix: halt.fix(name),
  });

/** A suspended guest that would have to resume, or lose the contents of its memory. */
export const guestPaused = ({ name }: DomainRef, doing: string): Error =>
  errorAt(["running"], {
    code: "CDKVM_GUEST_PAUSED",
    doing,
    problem: `${name} is paused, and would have to restart`,
    likely: "somebody suspended it (virsh suspend), to inspect it or to keep it from running",
    fix: `resume it (virsh resume ${name}) or turn it off (virsh destroy ${name}), and plan again`,
  });
