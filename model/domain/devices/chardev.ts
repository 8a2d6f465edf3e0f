import { choice, group, integer, text, variant, type Fields } from "../../table.ts";

export const chardevSourceReconnect: Fields = {
  enabled: text("@enabled", { required: true }),
  timeout: integer("@timeout"),
};

export const chardevSource: Fields = {
  null: choice("../@type", "null"),
  pty: variant("../@type", "pty", {
    path: text("@path", { required: "registry" }),
  }),
  dev: variant("../@type", "dev", {
    path: text("@path", { required: true }),
  }),
  file: variant("../@type", "file", {
    path: text("@path", { required: true }),
    append: text("@append"),
  }),
  pipe: variant("../@type", "pipe", {
    path: text("@path", { required: true }),
  }),
  tcp: variant("../@type", "tcp", {
    mode: text("@mode"),
    host: text("@host"),
    service: text("@service"),
    tls: text("@tls"),
    reconnect: group("reconnect", chardevSourceReconnect),
  }),
  unix: variant("../@type", "unix", {
    mode: text("@mode"),
    path: text("@path"),
    reconnect: group("reconnect", chardevSourceReconnect),
  }),
  spice_vmc: choice("../@type", "spicevmc"),
  spice_port: variant("../@type", "spiceport", {
    channel: text("@channel", { required: true }),
  }),
  qemu_vd_agent: variant("../@type", "qemu-vdagent", {
    mouse: group("mouse", {
      mode: text("@mode", { required: true }),
    }),
    clip_board: group("clipboard", {
      copy_paste: text("@copypaste", { required: true }),
    }),
  }),
};

/** What a parallel port or a redirected device is wired to in practice. */
const { null: nothing, pty, dev, file, tcp, unix, spice_vmc } = chardevSource;
export const parallelSource = { null: nothing, pty, dev, file, tcp, unix } as Fields;
export const redirSource = { spice_vmc, pty, dev, tcp, unix } as Fields;
export const smartcardSource = { spice_vmc, tcp, unix } as Fields;
export const egdSource = { pty, dev, tcp, unix } as Fields;

export const chardevProtocol: Fields = {
  type: text("@type", { required: true }),
};

export const chardevLog: Fields = {
  file: text("@file", { required: true }),
  append: text("@append"),
};
