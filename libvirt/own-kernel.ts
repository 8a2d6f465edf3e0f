import { chmod, copyFile, mkdtemp, rm } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";

/** Where distributions keep the kernel that runs: Debian and Ubuntu (there root's alone), Fedora, Arch. */
const places = (): readonly string[] => {
  const running = release();
  return [`/boot/vmlinuz-${running}`, `/lib/modules/${running}/vmlinuz`, "/boot/vmlinuz-linux"];
};

/**
 * Works with a copy of the first of these kernels that this process can read; of the machine's own where none is named. A copy,
 * because libvirt gives the file to QEMU's user. Undefined where there is none.
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
