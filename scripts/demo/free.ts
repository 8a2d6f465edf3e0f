import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import type { Libvirt } from "../../libvirt/connection.ts";
import { childrenNamed, parseXml } from "../../model/xml.ts";
import { Cidr } from "../../model/cidr.ts";
import { noFreePort, noFreeSubnet } from "./errors.ts";

/** Addresses of this machine, its routes except the default route, and libvirt's networks, running or not. */
async function taken({ networks }: Libvirt): Promise<readonly Cidr[]> {
  const own = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map(({ address, netmask, family }) => ({ address, netmask, family })),
  );
  const definitions = await Promise.all((await networks.list()).map(async (one) => parseXml(await networks.xml(one))));
  const virtual = definitions.flatMap((network) => childrenNamed(network, "ip")).map(({ attributes }) => attributes);
  const all = [
    ...own.flatMap(({ address, netmask, family }) => (family === "IPv4" ? [`${address}/${prefixOf(netmask)}`] : [])),
    ...(await routes()),
    ...virtual.flatMap(({ address = ":", netmask = "255.255.255.0", prefix = prefixOf(netmask) }) =>
      address.includes(":") ? [] : [`${address}/${prefix}`],
    ),
  ];
  return all.map((one) => Cidr.parse(one));
}

/** /proc/net/route: one line each, destination and mask as little-endian hexadecimal numbers in fields 2 and 8. */
async function routes(): Promise<readonly string[]> {
  const lines = (await readFile("/proc/net/route", "utf8").catch(() => "")).split("\n").slice(1);
  return lines.flatMap((line) => {
    const [, destination = "", , , , , , mask = "00000000"] = line.split("\t");
    return mask === "00000000" ? [] : [`${dotted(destination)}/${prefixOf(dotted(mask))}`];
  });
}

const dotted = (hex: string): string =>
  (hex.match(/../g) ?? [])
    .toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");

const prefixOf = (mask: string): string =>
  String(mask.split(".").reduce((bits, byte) => bits + Number(byte).toString(2).replaceAll("0", "").length, 0));

/** An unused /24: 10.77.0.0/24 if free. */
export async function freeSubnet(libvirt: Libvirt): Promise<string> {
  const others = await taken(libvirt);
  for (let third = 0; third < 256; third++) {
    const subnet = Cidr.parse(`10.77.${third}.0/24`);
    if (!others.some((other) => other.overlaps(subnet))) return subnet.toString();
  }
  throw noFreeSubnet();
}

/** A free TCP port on 127.0.0.1: 8080 if free. */
export async function freePort(): Promise<number> {
  for (const port of [8080, 8180, 8280, 0]) {
    const found = await listens(port);
    if (found !== undefined) return found;
  }
  throw noFreePort();
}

const listens = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
