import { choice, group, integer, text, variant, type Fields } from "../../table.ts";

export const chardevSourceReconnect: Fields = {
  enabled: text("@enabled", { required: true }),
  timeout: integer("@timeout"),
};

const nothing = choice("../@type", "null");
const pty = variant("../@type", "pty", { path: text("@path", { required: "registry" }) });
const dev = variant("../@type", "dev", { path: text("@path", { required: true }) });
const file = variant("../@type", "file", { path: text("@path", { required: true }), append: text("@append") });
const pipe = variant("../@type", "pipe", { path: text("@path", { required: true }) });
const spice_port = variant("../@type", "spiceport", { channel: text("@channel", { required: true }) });
const spice_vmc = choice("../@type", "spicevmc");

const socketAddress: Fields = { mode: text("@mode"), host: text("@host"), service: text("@service") };
const tcp = variant("../@type", "tcp", socketAddress);
const tcpWithTls = variant("../@type", "tcp", { ...socketAddress, tls: text("@tls") });
const path: Fields = { mode: text("@mode"), path: text("@path") };
const unix = variant("../@type", "unix", path);

/** The practical backends of each port type: every alternative costs the engine time, for each guest. */
export const consoleSource: Fields = { null: nothing, pty, dev, file, pipe, tcp: tcpWithTls, unix, spice_port };
export const serialSource: Fields = {
  ...consoleSource,
  tcp: variant("../@type", "tcp", { ...tcpWithTls.fields, reconnect: group("reconnect", chardevSourceReconnect) }),
  unix: variant("../@type", "unix", { ...path, reconnect: group("reconnect", chardevSourceReconnect) }),
};
export const channelSource: Fields = {
  ...serialSource,
  spice_vmc,
  qemu_vd_agent: variant("../@type", "qemu-vdagent", {
    mouse: group("mouse", {
      mode: text("@mode", { required: true }),
    }),
    clip_board: group("clipboard", {
      copy_paste: text("@copypaste", { required: true }),
    }),
  }),
};
export const parallelSource: Fields = { null: nothing, pty, dev, file, tcp, unix };
export const redirSource: Fields = { spice_vmc, tcp, unix };
export const smartcardSource: Fields = { spice_vmc, tcp, unix };
export const egdSource: Fields = { tcp, unix };

export const chardevProtocol: Fields = {
  type: text("@type", { required: true }),
};

export const chardevLog: Fields = {
  file: text("@file", { required: true }),
  append: text("@append"),
};
