import { group, integer, text, type Fields } from "./table.ts";

export const storageEncryption: Fields = {
  format: text("@format", { required: true }),
  secret: group("secret", {
    type: text("@type", { required: true }),
    uuid: text("@uuid", { required: true }),
  }),
  cipher: group("cipher", {
    name: text("@name", { required: true }),
    size: integer("@size", { required: true }),
    mode: text("@mode", { required: true }),
    hash: text("@hash", { required: true }),
  }),
  ivgen: group("ivgen", {
    name: text("@name", { required: true }),
    hash: text("@hash", { required: true }),
  }),
};

export const volumeTargetFormat: Fields = {
  type: text("@type", { required: true }),
};

export const volumeTargetPermissions: Fields = {
  owner: text("owner"),
  group: text("group"),
  mode: text("mode", { same: "mode" }),
  label: text("label"),
};
