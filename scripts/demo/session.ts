import { spawn } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { socketPaths } from "../../libvirt/transports/unix.ts";
import { parseUri } from "../../libvirt/uri.ts";

const sockets = socketPaths(parseUri("qemu:///session"));

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const client = connect(path);
    client.once("connect", () => {
      client.destroy();
      resolve(true);
    });
    client.once("error", () => resolve(false));
  });

const isRunning = async (): Promise<boolean> => (await Promise.all(sockets.map(answers))).includes(true);

const hidden = "mount --bind /dev/null /dev/kvm && PATH=$PATH:/usr/sbin && exec libvirtd --timeout 120";
const words = ["--user", "--map-current-user", "--mount", "--propagation", "private", "sh", "-c", hidden];

/**
 * Starts the user's libvirtd in a user namespace, where this user may hide /dev/kvm. If none can be created, the first
 * connection starts it as usual.
 */
export async function startSessionWithoutKvm(): Promise<void> {
  if (await isRunning()) return;
  const child = spawn("unshare", words, { detached: true, stdio: "ignore" });
  let ended = false;
  child.once("error", () => (ended = true)).once("exit", () => (ended = true));
  child.unref();
  for (const until = Date.now() + 10_000; !ended && Date.now() < until && !(await isRunning());) await delay(50);
}
