import { cp, mkdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";

/** Folders of /etc/libvirt with the machine user's own definitions. */
const definitions = new Set(["qemu", "storage", "secrets", "hooks"]);

/**
 * Copies libvirt's configuration as its packages install it, without this machine's guests, networks, pools, secrets and
 * hooks. Of the networks, `default` is kept on request.
 */
export async function copyConfiguration(from: string, to: string, options: { readonly defaultNetwork: boolean }): Promise<void> {
  await mkdir(to, { recursive: true });
  const isTheirs = (path: string): boolean => definitions.has(relative(from, path).split("/")[0] ?? "");
  await cp(from, to, { recursive: true, verbatimSymlinks: true, filter: (path) => !isTheirs(path) });
  const network = join(from, "qemu/networks/default.xml");
  if (!options.defaultNetwork || !existsSync(network)) return;
  for (const place of ["qemu/networks", "qemu/networks/autostart"]) {
    await mkdir(join(to, place), { recursive: true });
    await cp(network, join(to, place, "default.xml"));
  }
}
