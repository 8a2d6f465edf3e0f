import { expect, it } from "vitest";
import { ErrorCode } from "../../../libvirt/error-codes.ts";
import { LibvirtError } from "../../../libvirt/errors.ts";
import { isTpmLate } from "../../../provider/domain/applying/start.ts";

it.each([
  ["failed to create directory '/run/libvirt/qemu/swtpm': File exists", true],
  ["internal error: qemu unexpectedly closed the monitor: tpm-emulator: could not connect to swtpm.sock: Connection refused", true],
  ["failed to create directory '/run/libvirt/qemu/dump': File exists", false],
  ["unsupported configuration: TPM version '2.0' is not supported", false],
])("starts a guest again for a moment's trouble with its TPM, and for nothing else: %s", (message, again) => {
  expect(isTpmLate(new LibvirtError(message, ErrorCode.SYSTEM_ERROR))).toBe(again);
});
