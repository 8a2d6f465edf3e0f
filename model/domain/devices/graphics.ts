import { choice, group, integer, list, text, variant, yesNo, type Fields } from "../../table.ts";

const local = ["127.0.0.1"] as const;

export const graphicListener: Fields = {
  address: variant("@type", "address", {
    address: text("@address", { fills: local, importShows: true }),
  }),
  network: variant("@type", "network", {
    address: text("@address"),
    network: text("@network"),
  }),
  socket: variant("@type", "socket", {
    socket: text("@socket"),
  }),
  none: choice("@type", "none", { embedded: true, doc: "Nothing listens: only local clients, by libvirt's own connection." }),
};

export const graphicVNC: Fields = {
  socket: text("@socket"),
  port: integer("@port", { fills: [-1], importShows: true, doc: "TCP port; -1 with `auto_port`." }),
  auto_port: yesNo("@autoport", {
    fills: [{ is: true, when: "port=|-1" }],
    importShows: true,
    doc: "libvirt picks a free port from 5900 on.",
  }),
  web_socket: integer("@websocket"),
  keymap: text("@keymap"),
  share_policy: text("@sharePolicy"),
  passwd: text("@passwd", { sensitive: true, change: "live", doc: "Password of the display, eight characters count." }),
  passwd_valid_to: text("@passwdValidTo", { change: "live" }),
  connected: text("@connected"),
  power_control: text("@powerControl"),
  listen: text("@listen", { fills: local, importShows: true, doc: "Address to listen on; loopback by default." }),
  listeners: list("listen", graphicListener, { extras: "drift" }),
};

export const graphicSpice: Fields = {
  port: integer("@port", { fills: [-1], importShows: true }),
  tls_port: integer("@tlsPort"),
  auto_port: yesNo("@autoport"),
  listen: text("@listen", { fills: local, importShows: true }),
  keymap: text("@keymap"),
  default_mode: text("@defaultMode"),
  passwd: text("@passwd", { sensitive: true, change: "live" }),
  passwd_valid_to: text("@passwdValidTo", { change: "live" }),
  connected: text("@connected"),
  listeners: list("listen", graphicListener, { extras: "drift" }),
  channel: list(
    "channel",
    {
      name: text("@name", { required: true }),
      mode: text("@mode", { required: true }),
    },
    { extras: "drift" },
  ),
  image: group("image", {
    compression: text("@compression", { required: true }),
  }),
  jpeg: group("jpeg", {
    compression: text("@compression", { required: true }),
  }),
  zlib: group("zlib", {
    compression: text("@compression", { required: true }),
  }),
  playback: group("playback", {
    compression: text("@compression", { required: true }),
  }),
  streaming: group("streaming", {
    mode: text("@mode", { required: true }),
  }),
  mouse: group("mouse", {
    mode: text("@mode", { required: true }),
  }),
  clip_board: group("clipboard", {
    copy_paste: text("@copypaste", { required: true }),
  }),
  file_transfer: group("filetransfer", {
    enable: text("@enable", { required: true }),
  }),
  gl: group("gl", {
    enable: text("@enable"),
    render_node: text("@rendernode"),
  }),
};

export const graphics: Fields = {
  sdl: variant("@type", "sdl", {
    display: text("@display"),
    xauth: text("@xauth"),
    full_screen: text("@fullscreen"),
    gl: group("gl", {
      enable: text("@enable"),
    }),
  }),
  vnc: variant("@type", "vnc", graphicVNC),
  spice: variant("@type", "spice", graphicSpice),
  egl_headless: variant("@type", "egl-headless", {
    gl: group("gl", {
      render_node: text("@rendernode"),
    }),
  }),
  dbus: variant("@type", "dbus", {
    address: text("@address"),
    p2p: text("@p2p"),
    gl: group("gl", {
      enable: text("@enable"),
      render_node: text("@rendernode"),
    }),
  }),
  audio: group("audio", {
    id: integer("@id"),
  }),
};
