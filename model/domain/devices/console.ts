import { group, integer, text, variant, type Fields } from "../../table.ts";
import { channelSource, chardevLog, chardevProtocol, consoleSource, parallelSource, serialSource } from "./chardev.ts";
import { deviceAlias, deviceAddress } from "./common.ts";

export const serial: Fields = {
  source: group("source", serialSource),
  protocol: group("protocol", chardevProtocol),
  target: group("target", {
    type: text("@type", { fills: ["isa-serial"] }),
    port: integer("@port"),
    model: group("model", {
      name: text("@name", { fills: ["isa-serial"] }),
    }),
  }),
  log: group("log", chardevLog),
  alias: deviceAlias,
  address: deviceAddress("pci", "isa", "usb"),
};

export const parallel: Fields = {
  source: group("source", parallelSource),
  protocol: group("protocol", chardevProtocol),
  target: group("target", {
    type: text("@type"),
    port: integer("@port"),
  }),
  alias: deviceAlias,
};

export const console: Fields = {
  source: group("source", consoleSource),
  protocol: group("protocol", chardevProtocol),
  target: group("target", {
    type: text("@type", { fills: ["serial"], importShows: true }),
    port: integer("@port", { fills: [0], importShows: true }),
  }),
  log: group("log", chardevLog),
  alias: deviceAlias,
  address: deviceAddress("pci", "isa", "virtio-serial"),
};

export const channel: Fields = {
  source: group("source", channelSource),
  protocol: group("protocol", chardevProtocol),
  target: group("target", {
    virt_io: variant("@type", "virtio", {
      name: text("@name"),
      state: text("@state", { fills: "anything" }),
    }),
    guest_fwd: variant("@type", "guestfwd", {
      address: text("@address"),
      port: text("@port"),
    }),
  }),
  log: group("log", chardevLog),
  alias: deviceAlias,
  address: deviceAddress("virtio-serial"),
};
