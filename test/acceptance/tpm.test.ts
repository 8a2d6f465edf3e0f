import { expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import { bareGuest } from "./bare-guest.ts";
import { Workspace } from "./workspace.ts";

/** Stands in for swtpm: the first one does not listen where QEMU looks for it, as on a busy host a moment later. */
const late = `#!/bin/bash
real=/run/usr/bin/swtpm
if [[ $* == *swtpm.sock* && ! -e /run/swtpm/late ]]; then
  touch /run/swtpm/late
  exec $real "\${@/swtpm.sock/late.sock}"
fi
exec $real "$@"
`;
const setUp = `
install -d -m 777 /run/swtpm /run/usr
mount --bind /usr /run/usr
cat > /run/swtpm.sh && chmod 755 /run/swtpm.sh
mount --bind /run/swtpm.sh /usr/bin/swtpm
`;

describeWithHosts("a guest with a TPM", () => {
  test("starts even if swtpm is late the first time", async ({ host }) => {
    await host.exec("sh", ["-ec", setUp], { input: late });
    const work = await Workspace.open(host.uri);
    const web1 = bareGuest({
      devices: { tpms: [{ model: "tpm-crb", backend: { emulator: { version: "2.0" } } }] },
      running: true,
      destroy: { graceful: false },
    });
    await work.write({ libvirt_domain: { web1 } });
    await work.apply();
    expect((await host.exec("ls", ["/run/swtpm"])).stdout).toContain("late");
    expect(await host.virsh("domstate", "web1")).toBe("running");
    expect((await work.plan()).actions).toEqual([]);
    await work.destroy();
    await work.remove();
  });
});
