import { relative } from "node:path";

/** A path as a person in this folder would write it. */
export function near(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
