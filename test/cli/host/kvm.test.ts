import { describe, expect, test } from "vitest";
import { kvmUsable, tryGuest } from "../../../cli/host/kvm.ts";
import { onPath } from "../../hosts/requirements.ts";

describe("the KVM probe", () => {
  test.skipIf(!onPath("qemu-system-x86_64"))("runs its guest to the end under emulation, so that a failure is KVM's", async () => {
    expect(await tryGuest("tcg", 20_000)).toBeUndefined();
  });

  test("always gives an answer and a reason", { timeout: 20_000 }, async () => {
    const { usable, reason } = await kvmUsable();
    expect(typeof usable).toBe("boolean");
    expect(reason).not.toBe("");
  });
});
