import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Libvirt } from "../../../libvirt/connection.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import { ListPools } from "../../../libvirt/flags.ts";
import { child, parseXml, textOf } from "../../../model/xml.ts";
import { asText, isList, type Value, type Values, valueAt, type AttributePath } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import { isMissing, sharesFiles } from "../../local-files.ts";
import { madeNameOf } from "../../made-file.ts";
import type { Diagnostic } from "../../protocol/resource.ts";
import { pathMissing } from "./errors.ts";
import { refreshOnce } from "../../volume/pools.ts";

interface HostPath {
  readonly file: string;
  readonly noun: string;
  readonly path: AttributePath;
}

/** The plan may reach a resource that creates the path a moment later. */
const GRACE_MS = 500;

/**
 * Files and directories that a guest names and its host lacks: looked up locally if libvirt shares this machine's files, else
 * in the storage pools for that directory. Other paths, and those that this plan creates, are not reported.
 */
export async function missingPaths(
  host: Host,
  config: Values,
  concerns: (finding: { readonly path: AttributePath }) => boolean,
): Promise<readonly Diagnostic[]> {
  const wanted = [...pathsIn(config)].filter((one) => one.file.startsWith("/") && madeNameOf(one.file) === undefined && concerns(one));
  const missing = await Promise.all(wanted.map(async (one) => ((await isGone(host, one.file)) ? [one] : [])));
  const found = missing.flat().filter(({ file }) => !host.ledger.makes(file));
  if (found.length === 0) return [];
  await delay(GRACE_MS);
  return found.filter(({ file }) => !host.ledger.makes(file)).flatMap((one) => refusal(one, config, host));
}

function refusal({ file, noun, path }: HostPath, config: Values, host: Host): readonly Diagnostic[] {
  const runs = config["running"] === true;
  const { diagnostics } = pathMissing(noun, file, path, config, host.uri);
  return runs ? diagnostics : diagnostics.map((one) => ({ ...one, severity: "warning" }));
}

async function isGone(host: Host, file: string): Promise<boolean> {
  if (sharesFiles(host.uri)) return isMissing(file);
  const pool = (await directoryPools(host)).get(dirname(file));
  if (pool === undefined) return false;
  const libvirt = await host.libvirt();
  const isThere = async (): Promise<boolean> => {
    try {
      await libvirt.volumes.lookupByPath(file);
      return true;
    } catch (error) {
      if (isLibvirtError(error, "NO_STORAGE_VOL")) return false;
      throw error;
    }
  };
  if (await isThere()) return false;
  await refreshOnce(host, pool);
  return !(await isThere());
}

/** The running pools that hold the files of a directory, by directory. */
const directoryPools = (host: Host): Promise<ReadonlyMap<string, string>> =>
  host.once.ask("pools by directory", async () => listPools(await host.libvirt()));

async function listPools(libvirt: Libvirt): Promise<ReadonlyMap<string, string>> {
  const refs = await libvirt.pools.list(ListPools.ACTIVE | ListPools.DIR | ListPools.FS | ListPools.NETFS);
  const found = await Promise.all(
    refs.map(async (ref): Promise<[string, string]> => {
      const target = child(parseXml(await libvirt.pools.xml(ref)), "target");
      const path = target && child(target, "path");
      return [path === undefined ? "" : textOf(path), ref.name];
    }),
  );
  return new Map(found);
}

function* pathsIn(config: Values): Generator<HostPath> {
  for (const [noun, ...path] of [
    ["kernel", "os", "kernel"],
    ["initial RAM disk", "os", "initrd"],
    ["device tree", "os", "dtb"],
    ["firmware image", "os", "loader"],
    ["template of UEFI variables", "os", "nv_ram", "template"],
  ] as const) {
    const file = valueAt(config, ...path);
    if (typeof file === "string") yield { file, noun, path };
  }
  for (const [list, noun, ...inner] of [
    ["disks", "file", "source", "file", "file"],
    ["disks", "block device", "source", "block", "dev"],
    ["filesystems", "directory", "source", "mount", "dir"],
  ] as const) {
    const items = valueAt(config, "devices", list);
    for (const [index, item] of (isList(items) ? items : []).entries()) {
      const file = valueAt(item, ...inner);
      if (typeof file !== "string" || isOptional(item)) continue;
      const kind = valueAt(item, "device");
      yield { file, noun: kind === "cdrom" || kind === "floppy" ? "medium" : noun, path: ["devices", list, index, ...inner] };
    }
  }
}

/** A medium that may be missing: https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms */
const isOptional = (disk: Value): boolean => /^(optional|requisite)$/.test(asText(valueAt(disk, "source", "startup_policy")));
