import { chmod, rename, writeFile } from "node:fs/promises";

/** Writes a file that only its owner reads, and that is there as a whole or not at all. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, text, { mode: 0o600 });
  await chmod(fresh, 0o600); // it may have been there
  await rename(fresh, path);
}
