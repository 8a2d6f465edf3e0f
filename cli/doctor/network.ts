import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Check, ok } from "./check.ts";

const devices = "/sys/class/net";

/** The host's bridges that guests can connect to; libvirt's own (virbr) serve its NAT networks. */
async function hostBridges(): Promise<string[]> {
  const names = await readdir(devices).catch(() => []);
  return names.filter((name) => existsSync(join(devices, name, "bridge")) && !name.startsWith("virbr"));
}

export const networkChecks: readonly Check[] = [
  {
    name: "host bridge",
    run: async () => {
      const bridges = await hostBridges();
      if (bridges.length > 0) return ok(bridges.join(", "));
      return ok("none: guests use NAT networks; a bridge connects them to the host's own network (docs/guide/bridges.md)");
    },
  },
  {
    name: "tun device",
    run: () =>
      Promise.resolve(
        existsSync("/dev/net/tun")
          ? ok("/dev/net/tun")
          : { health: "fail" as const, found: "/dev/net/tun does not exist: guests have no network", fix: "sudo modprobe tun" },
      ),
  },
  {
    name: "forwarding",
    run: async () => {
      const on = (await readFile("/proc/sys/net/ipv4/ip_forward", "utf8").catch(() => "0")).trim() === "1";
      return ok(on ? "on" : "off; libvirt turns it on with the first NAT network");
    },
  },
];
