import { execFile } from "node:child_process";
import { hasCapability } from "../../cli/host/capabilities.ts";
import { access, constants, open, readFile } from "node:fs/promises";

export const isRoot = (): boolean => process.getuid?.() === 0;

const succeeds = (command: string, args: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => {
    execFile(command, [...args], (error) => resolve(error === null));
  });

/** Whether this user may run commands as root: without a password, or with a terminal to enter it. */
export async function maySudo(): Promise<boolean> {
  if (isRoot() || (await succeeds("sudo", ["-n", "true"]))) return true;
  return process.stdin.isTTY && (await succeeds("sudo", ["-V"]));
}

/** Why root cannot create networks here; nothing if it can. */
export async function whyNoNetworks(): Promise<string | undefined> {
  if (!(await hasCapability("NET_ADMIN"))) return "this container has no CAP_NET_ADMIN";
  try {
    await (await open("/dev/net/tun", constants.O_RDWR)).close();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return missing ? "/dev/net/tun does not exist" : "/dev/net/tun cannot be opened";
  }
  const forwarding = "/proc/sys/net/ipv4/ip_forward";
  const isOn = (await readFile(forwarding, "utf8").catch(() => "0")).trim() === "1";
  const mayTurnOn = await access(forwarding, constants.W_OK).then(
    () => true,
    () => false,
  );
  return isOn || mayTurnOn ? undefined : `${forwarding} is 0 and cannot be changed`;
}

/** Whether the user namespace has no users except root; libvirtd needs others for QEMU. */
export async function isAloneInNamespace(): Promise<boolean> {
  const ranges = (await readFile("/proc/self/uid_map", "utf8").catch(() => "")).trim().split("\n");
  return ranges.length === 1 && ranges[0]?.trim().split(/\s+/)[2] === "1";
}

export async function isInGroup(name: string): Promise<boolean> {
  const groups = await readFile("/etc/group", "utf8").catch(() => "");
  const id = new RegExp(`^${name}:[^:]*:(\\d+):`, "m").exec(groups)?.[1];
  return id !== undefined && process.getgroups?.().includes(Number(id)) === true;
}
