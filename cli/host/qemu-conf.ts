import { readFile, writeFile } from "node:fs/promises";
import { hasCapability } from "./capabilities.ts";

const path = "/etc/libvirt/qemu.conf";

/**
 * Starts libvirtd where root is without CAP_SYS_ADMIN, as in a container: there libvirt cannot note on a guest's files whose they
 * were (trusted.* attributes), and starts no guest unless qemu.conf says not to. It reads that file when it starts, and only then:
 * the file is changed for as long as `start` takes.
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
