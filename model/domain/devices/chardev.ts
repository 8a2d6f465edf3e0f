import { choice, group, integer, text, variant, type Fields } from "../../table.ts";

export const chardevSourceReconnect: Fields = {
  enabled: text("@enabled", { required: true }),
  timeout: integer("@timeout"),
};

export const chardevSource: Fields = {
  null: choice("../@type", "null"),
  pty: variant("../@type", "pty", {
    path: text("@path", { required: true }),
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

export const chardevProtocol: Fields = {
  type: text("@type", { required: true }),
};

export const chardevLog: Fields = {
  file: text("@file", { required: true }),
  append: text("@append"),
};
