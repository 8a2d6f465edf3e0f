import { group, integer, text, type Fields } from "../../table.ts";
import { alias, deviceAddress } from "./common.ts";

export const video: Fields = {
  model: group("model", {
    type: text("@type"),
    heads: integer("@heads"),
    ram: integer("@ram"),
    vram: integer("@vram"),
    vram64: integer("@vram64"),
    vga_mem: integer("@vgamem"),
    primary: text("@primary"),
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
  alias: group("alias", alias),
  address: deviceAddress("pci"),
};
