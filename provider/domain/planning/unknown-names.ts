import { isLibvirtError, type ErrorCodeName } from "../../../libvirt/errors.ts";
import { asText, isList, isValues, type Value, type Values, type AttributePath } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import { isMissing, sharesFiles } from "../../local-files.ts";
import { orNone } from "../../named.ts";
import type { Diagnostic } from "../../protocol/resource.ts";
import { unknownName } from "./warnings.ts";

type Kind = "network" | "storage pool";

/**
 * Networks and pools that a guest names and that exist neither on the host nor in the plan so far. This is only a warning: something
 * else may create them before the guest starts.
 */
export async function unknownNames(host: Host, config: Values): Promise<readonly Omit<Diagnostic, "severity">[]> {
  const { networks, pools } = await host.libvirt();
  const lookups: Readonly<Record<Kind, readonly [(name: string) => Promise<unknown>, ErrorCodeName]>> = {
    network: [(name) => networks.lookupByName(name), "NO_NETWORK"],
    "storage pool": [(name) => pools.lookupByName(name), "NO_STORAGE_POOL"],
  };
  const found = await Promise.all(
    [...named(config, NAMES)].map(async ({ kind, name, path }) => {
      const [lookup, none] = lookups[kind];
      const isThere = await host.ledger.knows(
        kind,
        name,
        async () => (await orNone(lookup(name), (error) => isLibvirtError(error, none))) !== undefined,
      );
      if (isThere) return [];
      const type = kind === "network" ? "libvirt_network" : "libvirt_pool";
      const fix = `; if this configuration creates it, refer to it, as in \${${type}.NAME.name}, so that it is created first`;
      return [{ ...unknownName(asText(config["name"]), kind, name, fix), path }];
    }),
  );
  return [...found.flat(), ...(await unknownInterfaces(host, config))];
}

/** Bridges and host interfaces; looked up only if the host is this machine. */
async function unknownInterfaces(host: Host, config: Values): Promise<readonly Omit<Diagnostic, "severity">[]> {
  if (!sharesFiles(host.uri)) return [];
  const found = await Promise.all(
    [...named(config, PLUGS)].map(async ({ kind, name, path }) => {
      const isThere = await host.ledger.knows(kind, name, async () => !isMissing(`/sys/class/net/${name}`));
      const fix = ", or create it first; `ip link` lists those that exist";
      return isThere ? [] : [{ ...unknownName(asText(config["name"]), kind, name, fix), path }];
    }),
  );
  return found.flat();
}

const PLUGS = [
  ["interfaces", "bridge", "bridge", "bridge"],
  ["interfaces", "network interface", "direct", "dev"],
] as const;
const NAMES = [
  ["interfaces", "network", "network", "network"],
  ["disks", "storage pool", "volume", "pool"],
] as const;

interface Name<K> {
  readonly kind: K;
  readonly name: string;
  readonly path: AttributePath;
}

type Place<K> = readonly [list: string, kind: K, variant: string, attribute: string];

function* named<K extends string>(config: Values, places: readonly Place<K>[]): Generator<Name<K>> {
  for (const [list, kind, variant, attribute] of places) {
    const devices = config["devices"];
    const items = isValues(devices) ? devices[list] : null;
    for (const [index, item] of (isList(items) ? items : []).entries()) {
      const source = group(group(item, "source"), variant);
      const name = isValues(source) ? source[attribute] : null;
      if (typeof name === "string") yield { kind, name, path: ["devices", list, index, "source", variant, attribute] };
    }
  }
}

const group = (value: Value | undefined, name: string): Value => (isValues(value) ? (value[name] ?? null) : null);
