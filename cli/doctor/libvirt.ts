import { mkdir } from "node:fs/promises";
import { userInfo } from "node:os";
import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { child, childrenNamed, parseXml, textOf } from "../../model/xml.ts";
import { CdkvmError } from "../../model/errors.ts";
import { withLibvirt } from "../connect.ts";
import { hasSystemd, libvirtdRunning, startLibvirtd } from "../host/daemons.ts";
import { kvmCheck } from "./kvm.ts";
import { type Check, type Finding, ok } from "./check.ts";

const URI = "qemu:///system";

/** As libvirt's package defines it: https://wiki.libvirt.org/Networking.html#nat-forwarding-aka-virtual-networks */
const defaultNetwork = `<network><name>default</name><forward mode="nat"/><bridge name="virbr0" stp="on" delay="0"/><ip address="192.168.122.1" netmask="255.255.255.0"><dhcp><range start="192.168.122.2" end="192.168.122.254"/></dhcp></ip></network>`;
const IMAGES = "/var/lib/libvirt/images";
const defaultPool = `<pool type="dir"><name>default</name><target><path>${IMAGES}</path></target></pool>`;

const sudo = userInfo().uid === 0 ? "" : "sudo ";
const start = hasSystemd() ? `${sudo}systemctl enable --now libvirtd` : `${sudo}virtlogd -d && ${sudo}libvirtd -d`;
const notChecked: Finding = { health: "warn", found: "not checked: libvirtd does not answer" };

/** Queries libvirt. If libvirt is unreachable, earlier checks have reported why. */
async function ask(work: (connection: Libvirt) => Promise<Finding>): Promise<Finding> {
  if ((await libvirtdRunning()) !== "yes") return notChecked;
  try {
    return await withLibvirt(URI, work);
  } catch (error) {
    if (error instanceof CdkvmError && error.code !== "CDKVM_INTERRUPTED")
      return {
        health: "fail",
        found: `cannot query libvirt: ${error.details.problem}`,
        ...(error.details.fix && { fix: error.details.fix }),
      };
    throw error;
  }
}

async function findIn<T>(lookup: () => Promise<T>): Promise<T | undefined> {
  try {
    return await lookup();
  } catch (error) {
    if (isLibvirtError(error, "NO_NETWORK", "NO_STORAGE_POOL")) return undefined;
    throw error;
  }
}

/** Checks of libvirt, ordered by dependency. */
export const libvirtChecks: readonly Check[] = [
  {
    name: "libvirtd",
    run: async () => {
      const running = await libvirtdRunning();
      if (running !== "no") return ok("running");
      return {
        health: "fail",
        found: "not running",
        fix: start,
        repair: async (say) => {
          await startLibvirtd({ log: say });
        },
      };
    },
  },
  {
    name: "permissions",
    run: async () => {
      const { username } = userInfo();
      if ((await libvirtdRunning()) === "denied")
        return {
          health: "fail",
          found: `${username} has no access to libvirt's socket`,
          fix: `sudo usermod -aG libvirt,kvm ${username}, then log in again`,
        };
      return await ask(async (connection) => ok(`${username} has access to ${URI} (${await connection.node.hostname()})`));
    },
  },
  kvmCheck,
  {
    name: "default network",
    run: () =>
      ask(async (connection) => {
        const network = await findIn(() => connection.networks.lookupByName("default"));
        if (network && (await connection.networks.isActive(network))) return ok("active");
        return {
          health: "warn",
          found: network ? "not started" : "missing; only programs that name it need it",
          fix: network
            ? "virsh net-start default && virsh net-autostart default"
            : "virsh net-define /usr/share/libvirt/networks/default.xml && virsh net-start default",
          repair: () =>
            withLibvirt(URI, async (again) => {
              const defined = network ?? (await again.networks.define(defaultNetwork));
              await again.networks.create(defined);
              await again.networks.setAutostart(defined, true);
            }),
        };
      }),
  },
  {
    name: "default pool",
    run: () =>
      ask(async (connection) => {
        const pool = await findIn(() => connection.pools.lookupByName("default"));
        if (pool && (await connection.pools.isActive(pool))) return ok("active");
        return {
          health: "warn",
          found: pool ? "not started" : "missing; only programs that name it need it: cdkvm creates a pool for each stack",
          fix: pool
            ? "virsh pool-start default && virsh pool-autostart default"
            : `virsh pool-define-as default dir --target ${IMAGES} && virsh pool-start default && virsh pool-autostart default`,
          repair: () =>
            withLibvirt(URI, async (again) => {
              await mkdir(IMAGES, { recursive: true });
              const defined = pool ?? (await again.pools.define(defaultPool));
              await again.pools.create(defined);
              await again.pools.setAutostart(defined, true);
            }),
        };
      }),
  },
  {
    name: "firmware",
    run: () =>
      ask(async (connection) => {
        const capabilities = parseXml(await connection.node.domainCapabilities(undefined, "x86_64", "q35", "qemu"));
        const os = child(capabilities, "os");
        const kinds = os ? childrenNamed(os, "enum").find((one) => one.attributes["name"] === "firmware") : undefined;
        const values = kinds ? childrenNamed(kinds, "value").map((one) => textOf(one)) : [];
        return values.includes("efi")
          ? ok("BIOS and UEFI")
          : { health: "warn", found: "no UEFI firmware: only BIOS guests", fix: "sudo apt-get install ovmf" };
      }),
  },
];
