import { relative } from "node:path";

/** A path as typed in the current folder. */
export function near(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
