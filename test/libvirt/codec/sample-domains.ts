import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** The repository's own, and beside a checkout that has them those that virt-install and virt-manager wrote. */
const folders = ["../../fixtures/domains", "../../../../shared/libvirt-provider/domains"].map((path) => join(import.meta.dirname, path));

interface SampleDomain {
  /** The file's name, without `.xml`. */
  readonly name: string;
  readonly text: string;
}

/** Domain XMLs as people's hosts have them. */
export const sampleDomains: readonly SampleDomain[] = folders
  .filter((folder) => existsSync(folder))
  .flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith(".xml"))
      .map((file) => ({ name: basename(file, ".xml"), text: readFileSync(join(folder, file), "utf8") })),
  );
