import { asText } from "../../model/values.ts";
import { complete } from "../../attributes/complete.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { ListNodeDevices } from "../../libvirt/flags.ts";
import * as tables from "../../model/node-devices.ts";
import type { Host } from "../host.ts";
import type { DataSource } from "../protocol/resource.ts";
import { actualOf } from "../resource.ts";
import { deviceNotFound } from "./errors.ts";

const isCapability = (text: string): text is keyof typeof ListNodeDevices => text in ListNodeDevices;

/** `libvirt_node_devices`: https://libvirt.org/html/libvirt-libvirt-nodedev.html#virConnectListAllNodeDevices */
export const nodeDevices: DataSource<Host> = {
  table: tables.nodeDevices,

  validate({ capability }) {
    if (typeof capability !== "string" || isCapability(capability)) return [];
    return [
      {
        severity: "error",
        summary: `Unknown device capability ${JSON.stringify(capability)}`,
        detail: `  fix: use one of ${Object.keys(ListNodeDevices).join(", ")}`,
        path: ["capability"],
      },
    ];
  },

  async read({ capability }, { client }) {
    const { node } = await client.libvirt();
    const flags = typeof capability === "string" && isCapability(capability) ? ListNodeDevices[capability] : 0;
    const devices = (await node.devices(flags)).toSorted();
    const hostname = await client.hostname();
    return { capability: capability ?? null, devices, id: typeof capability === "string" ? `${hostname}/${capability}` : hostname };
  },
};

/** `libvirt_node_device_info`: https://libvirt.org/formatnode.html */
export const nodeDeviceInfo: DataSource<Host> = {
  table: tables.nodeDeviceInfo,

  async read({ name }, { client }) {
    const { node } = await client.libvirt();
    const wanted = asText(name);
    try {
      const values = actualOf(tables.nodeDeviceInfo, await node.deviceXml(wanted), { id: wanted, name: wanted });
      return complete(tables.nodeDeviceInfo, values);
    } catch (error) {
      if (!isLibvirtError(error, "NO_NODE_DEVICE")) throw error;
      throw deviceNotFound(wanted, client.uri, error);
    }
  },
};
