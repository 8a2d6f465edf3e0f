import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of this package, whether run from source or from the build. */
export function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`${import.meta.url} is not inside a package`);
    folder = parent;
  }
  return folder;
}

interface OwnPackage {
  readonly version: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Its package.json. */
export const ownPackage = (): OwnPackage => JSON.parse(readFileSync(join(packageFolder(), "package.json"), "utf8")) as OwnPackage;

/** The version of this package and its provider. */
export const packageVersion = (): string => ownPackage().version;
