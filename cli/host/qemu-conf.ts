import { readFile, writeFile } from "node:fs/promises";
import { hasCapability } from "./capabilities.ts";

const path = "/etc/libvirt/qemu.conf";

/**
 * Starts libvirtd where root lacks CAP_SYS_ADMIN, as in a container. There libvirt cannot record the original owners of a
 * guest's files (trusted.* attributes), and starts no guest unless qemu.conf turns that off. libvirtd reads the file only
 * at startup, so the file is changed only while `start` runs.
 */
export async function withoutOwners<T>(start: () => Promise<T>): Promise<T> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  const decided = text === undefined || /^\s*remember_owner\s*=/m.test(text);
  if (process.getuid?.() !== 0 || decided || (await hasCapability("SYS_ADMIN"))) return await start();
  await writeFile(path, `${text}\nremember_owner = 0\n`);
  try {
    return await start();
  } finally {
    await writeFile(path, text);
  }
}
