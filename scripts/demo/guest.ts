import { chmod, copyFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { tinyGuest } from "../guests/tiny.ts";
import { folder } from "./folder.ts";

/** Copies kernel and initial RAM disk into the project, from which apply uploads them. Returns the kernel's path. */
export async function prepareGuest(say: (line: string) => void): Promise<string> {
  const kernel = join(folder, "vmlinuz");
  const built = await tinyGuest(say);
  for (const [from, to] of [
    [built.kernel, kernel],
    [built.initrd, join(folder, "initrd.img")],
  ] as const) {
    await copyFile(from, `${to}.new`);
    await chmod(`${to}.new`, 0o644);
    await rename(`${to}.new`, to);
  }
  return kernel;
}
