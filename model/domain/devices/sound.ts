import { group, integer, list, text, variant, type Fields } from "../../table.ts";
import { deviceAlias, deviceAddress } from "./common.ts";

export const sound: Fields = {
  model: text("@model", { required: true }),
  multi_channel: text("@multichannel"),
  streams: integer("@streams"),
  codec: list(
    "codec",
    {
      type: text("@type", { required: true }),
    },
    { extras: "drift" },
  ),
  audio: group("audio", {
    id: integer("@id", { required: true }),
  }),
  alias: deviceAlias,
  address: deviceAddress("pci", "usb"),
};

export const audio: Fields = {
  id: integer("@id", { required: true }),
  timer_period: integer("@timerPeriod"),
  none: variant("@type", "none", {}),
  alsa: variant("@type", "alsa", {}),
  pulse_audio: variant("@type", "pulseaudio", {
    server_name: text("@serverName"),
  }),
  spice: variant("@type", "spice", {}),
  pipe_wire: variant("@type", "pipewire", {
    runtime_dir: text("@runtimeDir"),
  }),
};
