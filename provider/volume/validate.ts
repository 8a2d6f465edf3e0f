import { isValues, type Values, valueAt } from "../../model/values.ts";
import type { Diagnostic } from "../protocol/resource.ts";
import { CHECKSUM_PATH, URL_PATH } from "./errors.ts";
import { isChecksum, isHttp } from "./source.ts";

export function validate(config: Values): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const refuse = (path: Diagnostic["path"] & {}, summary: string, fix: string): void =>
    void found.push({ severity: "error", summary, detail: `  fix: ${fix}`, path });
  const { name, capacity, create: content, backing_store: backing } = config;
  const checksum = valueAt(config, ...CHECKSUM_PATH);
  if (typeof name === "string" && (name.trim() === "" || /[/\n]/.test(name)))
    refuse(["name"], `Invalid volume name ${JSON.stringify(name)}`, "use a name without slashes and line breaks");
  if (capacity === null && content === null && backing === null)
    refuse(["capacity"], "The volume has no capacity", 'set capacity and its unit: capacity = 20, capacity_unit = "GiB"');
  if (isValues(content) && isValues(backing))
    refuse(
      ["backing_store"],
      "create.content and backing_store cannot both be set",
      "remove one: a volume is either filled with an image or backed by one",
    );
  if (typeof checksum === "string" && !isChecksum(checksum))
    refuse(CHECKSUM_PATH, "Invalid checksum", "write sha256: and 64 hexadecimal digits, or sha512: and 128");
  const url = valueAt(config, ...URL_PATH);
  if (typeof url === "string" && /^[a-z][a-z0-9+.-]*:/i.test(url) && !isHttp(url) && !/^file:\/\/\//i.test(url))
    refuse(URL_PATH, "Unsupported URL", "use https, http, file:///PATH, or a path on the machine that runs apply");
  return found;
}
