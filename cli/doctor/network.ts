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
    look: async () => {
      const bridges = await hostBridges();
      if (bridges.length > 0) return ok(bridges.join(", "));
      return ok(
        "none: guests reach the world through NAT networks; a bridge puts them onto the host's own network (docs/guide/bridges.md)",
      );
    },
  },
  {
    name: "tun device",
    look: () =>
      Promise.resolve(
        existsSync("/dev/net/tun")
          ? ok("/dev/net/tun")
          : { health: "fail" as const, found: "there is no /dev/net/tun: guests get no network", fix: "sudo modprobe tun" },
      ),
  },
  {
    name: "forwarding",
    look: async () => {
      const on = (await readFile("/proc/sys/net/ipv4/ip_forward", "utf8").catch(() => "0")).trim() === "1";
      return ok(on ? "on" : "off; libvirt turns it on with the first NAT network");
    },
  },
];
