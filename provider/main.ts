import { timesOf } from "../libvirt/times.ts";
import { rolloutSettings } from "../model/rollout.ts";
import * as tables from "../model/tables.ts";
import { cloudinitDisk } from "./cloudinit/index.ts";
import { combustion } from "./combustion.ts";
import { existingDomain, existingNetwork, existingPool, existingVolume } from "./data-sources/existing.ts";
import { interfaceAddresses } from "./data-sources/interface-addresses.ts";
import { nodeDeviceInfo, nodeDevices } from "./data-sources/node-devices.ts";
import { nodeInfo } from "./data-sources/node-info.ts";
import { isSameDevice } from "./domain/observing/import.ts";
import { domain } from "./domain/index.ts";
import { Host } from "./host.ts";
import { ignition } from "./ignition.ts";
import { importable } from "./imported.ts";
import { network } from "./network/index.ts";
import { pool } from "./pool/index.ts";
import type { DataSource, Resource } from "./protocol/resource.ts";
import { serve } from "./protocol/serve.ts";
import { volume } from "./volume/index.ts";
import { tellWaiting } from "./tell-waiting.ts";

/** libvirt's own default, and its environment variable for it. https://libvirt.org/uri.html#default-uri-choice */
const defaultUri = (): string => process.env["LIBVIRT_DEFAULT_URI"] || "qemu:///system";

const resources: readonly Resource<Host>[] = [
  cloudinitDisk,
  combustion,
  importable(domain, "guest", isSameDevice),
  ignition,
  importable(network, "network"),
  importable(pool, "storage pool"),
  importable(volume, "volume"),
];
const dataSources: readonly DataSource<Host>[] = [
  existingDomain,
  existingNetwork,
  existingPool,
  existingVolume,
  interfaceAddresses,
  nodeDeviceInfo,
  nodeDevices,
  nodeInfo,
];

await serve<Host>({
  table: tables.provider,
  resources,
  dataSources,
  async configure(config, signal) {
    const { uri } = config;
    const host = new Host(typeof uri === "string" && uri !== "" ? uri : defaultUri(), signal, {
      ...timesOf(process.env, tellWaiting),
      rollout: rolloutSettings(config),
    });
    await host.libvirt();
    return host;
  },
  close: (host) => host.close(),
});
