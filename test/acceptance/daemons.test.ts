import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { kvmUsable } from "../../cli/host/kvm.ts";
import { processes, stopDaemons } from "../hosts/demo.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

const daemons = new URL("../../cli/host/daemons.ts", import.meta.url).href;

/** Call a function of cli/host/daemons.ts on the host; gives its result. */
async function call(host: Host, name: string, argument?: unknown): Promise<unknown> {
  const given = argument === undefined ? "" : JSON.stringify(argument);
  const program = `const d = await import(${JSON.stringify(daemons)}); console.log(JSON.stringify(await d.${name}(${given}) ?? null)); process.exit(0)`;
  return JSON.parse((await host.exec(process.execPath, ["--input-type=module", "-e", program])).stdout);
}

describeWithHosts("libvirtd without systemd", () => {
  test("is started if it is not running, answers, is left alone if it is, and stops", { timeout: 60_000 }, async ({ host }) => {
    await host.exec("mknod", ["/dev/kvm", "c", "10", "232"]); // there, whether it works or not
    expect(await call(host, "libvirtdRunning")).toBe("yes");
    await stopDaemons(host);
    expect(await call(host, "libvirtdRunning")).toBe("no");

    const started = await call(host, "startLibvirtd");
    expect(started).toEqual({ libvirtd: expect.anything(), virtlogd: expect.anything() });
    expect(await host.virsh("domcapabilities")).toContain("<domain>");
    const pid = (await host.readFile("/run/libvirtd.pid")).trim();
    const seesKvm = (await host.exec("test", ["-e", `/proc/${pid}/root/dev/kvm`], { mayFail: true })).code === 0;
    const here = await kvmUsable();
    if (!here.usable && here.reason.includes("does not run guests")) expect(seesKvm).toBe(false);
    if (here.usable) expect(seesKvm).toBe(true);

    expect(await call(host, "startLibvirtd")).toBe(null);
    expect(await host.virsh("list", "--name")).toBe("");
    await call(host, "stopLibvirtd", { libvirtd: { pid: Number(pid), started: "1" } }); // another process by now
    expect(await call(host, "libvirtdRunning")).toBe("yes");
    await call(host, "stopLibvirtd", started);
    expect(await call(host, "libvirtdRunning")).toBe("no");
    expect(await processes(host)).toEqual([]);
    expect(readFileSync("/proc/mounts", "utf8")).not.toContain("cdkvm-dev");
  });
});
