import { group, integer, text, type Fields } from "../../table.ts";
import { deviceAlias, deviceAddress } from "./common.ts";

export const video: Fields = {
  model: group("model", {
    type: text("@type"),
    heads: integer("@heads", { fills: [1] }),
    ram: integer("@ram", { fills: [65536] }),
    vram: integer("@vram", { fills: [16384, 65536] }),
    vram64: integer("@vram64"),
    vga_mem: integer("@vgamem", { fills: [16384] }),
    primary: text("@primary", { fills: ["yes"] }),
    blob: text("@blob"),
    edid: text("@edid"),
    accel: group("acceleration", {
      accel3d: text("@accel3d"),
      accel2d: text("@accel2d"),
      render_node: text("@rendernode"),
    }),
    resolution: group("resolution", {
      x: integer("@x", { required: true }),
      y: integer("@y", { required: true }),
    }),
  }),
  driver: group("driver", {
    name: text("@name"),
    iommu: text("@iommu"),
    ats: text("@ats"),
    packed: text("@packed"),
    page_per_vq: text("@page_per_vq"),
  }),
  alias: deviceAlias,
  address: deviceAddress("pci"),
};
