import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { describeWithHosts } from "../hosts/fixture.ts";
import { startHost } from "../hosts/host.ts";
import { removeLeftovers } from "../hosts/slot.ts";

const command = (name: string, ...args: string[]): string =>
  execFileSync(name, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();

/** What a host with files below `dir` has left on this machine. */
function left(dir: string, bridge: string): string[] {
  const processes = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).includes(dir));
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .filter((line) => line.includes(dir));
  const links = command("ip", "-o", "link")
    .split("\n")
    .filter((line) => line.includes(bridge));
  return [...processes.map((pid) => `process ${pid}`), ...mounts, ...links, ...(existsSync(dir) ? [dir] : [])];
}

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

const slotOf = (dir: string): string => dirname(dir).replace(/.*\//, "");

describeWithHosts("hosts in namespaces", () => {
  test(
    "two run in parallel, answer over unix and tcp, resolve each other's names, and leave nothing behind",
    { timeout: 60_000 },
    async () => {
      const [one, two] = [await startHost(), await startHost()];
      try {
        for (const host of [one, two]) {
          expect(command("virsh", "-c", host.uri, "hostname")).toBe(host.name);
          expect(command("virsh", "-c", host.tcpUri, "hostname")).toBe(host.name);
        }
        expect(await one.virsh("uri")).toBe("qemu:///system");
        expect(await one.virsh("-c", `qemu+tcp://${two.name}/system`, "hostname")).toBe(two.name);
        expect((await one.exec("test", ["-e", "/dev/kvm"], { mayFail: true })).code).toBe(1);
        await one.virsh("pool-create-as", "images", "dir", "--target", "/var/lib/libvirt/images");
        expect(await one.virsh("pool-list", "--name")).toContain("images");
        expect(await two.virsh("pool-list", "--name")).not.toContain("images");
      } finally {
        await Promise.all([one.stop(), two.stop()]);
      }
      expect(left(dirname(one.dir), `cdkvm-br${slotOf(one.dir)}`)).toEqual([]);
    },
  );

  test("a host ends with its killed owner, and the next start removes its files", { timeout: 60_000 }, async () => {
    const program = `import { startHost } from ${JSON.stringify(new URL("../hosts/host.ts", import.meta.url).pathname)};
      console.log((await startHost()).dir); setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    const [chunk] = (await once(owner.stdout, "data")) as [Buffer];
    const dir = chunk.toString().trim();
    owner.kill("SIGKILL");
    await once(owner, "close");
    const remaining = async (): Promise<string[]> => {
      await removeLeftovers();
      return left(dirname(dir), `cdkvm-br${slotOf(dir)}`);
    };
    await expect.poll(remaining, { timeout: 20_000 }).toEqual([]); // its processes need a moment to end
  });

  test("libvirtd restarts after a kill", { timeout: 60_000 }, async () => {
    const host = await startHost();
    try {
      await host.restartLibvirtd();
      expect(await host.virsh("hostname")).toBe(host.name);
    } finally {
      await host.stop();
    }
  });
});
