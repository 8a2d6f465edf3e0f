import { chmod, copyFile, mkdtemp, rm } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";

/** Where distributions keep the running kernel: Debian, Ubuntu (readable only by root there), Fedora, Arch. */
const places = (): readonly string[] => {
  const running = release();
  return [`/boot/vmlinuz-${running}`, `/lib/modules/${running}/vmlinuz`, "/boot/vmlinuz-linux"];
};

/**
 * Passes a copy of the first kernel that this process can read, by default one of the machine's own; undefined if there is none. A
 * copy, because libvirt changes the file's owner to QEMU's user.
 */
export async function withKernel<T>(work: (kernel: string | undefined) => Promise<T>, kernels = places()): Promise<T> {
  const folder = kernels.length === 0 ? undefined : await mkdtemp("/var/tmp/cdkvm-kernel-").catch(() => undefined);
  if (folder === undefined) return await work(undefined);
  try {
    await chmod(folder, 0o755);
    for (const kernel of kernels) {
      const copy = join(folder, "vmlinuz");
      try {
        await copyFile(kernel, copy);
        await chmod(copy, 0o644);
      } catch {
        continue;
      }
      return await work(copy);
    }
    return await work(undefined);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
