import { valueAt } from "../../../model/values.ts";
import type { DeviceKind } from "./kind.ts";
import { devicesIn } from "./lists.ts";
import { dropFrom } from "./plain-device.ts";

export const serials: DeviceKind = {
  plain(serial, domain) {
    if (valueAt(serial["target"], "port") === 0 && devicesIn(domain, "serials").length === 1) dropFrom(serial, "target", "port");
    return true;
  },
};

export const consoles: DeviceKind = {
  plain(console, domain) {
    const isSerial = valueAt(console["target"], "type") === "serial";
    if (!isSerial) dropFrom(console, "target", "port"); // libvirt counts the consoles, whatever their number here
    if (!isSerial || valueAt(console["target"], "port") !== 0) return true;
    delete console["target"];
    return devicesIn(domain, "serials").length === 0; // else a duplicate of the first serial port
  },
};
