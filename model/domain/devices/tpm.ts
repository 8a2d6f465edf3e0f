import { group, integer, presence, text, variant, type Fields } from "../../table.ts";
import { deviceAlias, onX86 } from "./common.ts";

export const tpm: Fields = {
  model: text("@model", { fills: onX86("tpm-tis"), importShows: true }),
  backend: group("backend", {
    passthrough: variant("@type", "passthrough", {
      device: group("device", {
        path: text("@path", { required: true }),
      }),
    }),
    emulator: variant("@type", "emulator", {
      version: text("@version"),
      encryption: group("encryption", {
        secret: text("@secret", { required: true }),
      }),
      persistent_state: text("@persistent_state"),
      debug: integer("@debug"),
      active_pcr_banks: group("active_pcr_banks", {
        sha1: presence("sha1"),
        sha256: presence("sha256"),
        sha384: presence("sha384"),
        sha512: presence("sha512"),
      }),
      source: group("source", {
        file: variant("@type", "file", {
          path: text("@path"),
        }),
        dir: variant("@type", "dir", {
          path: text("@path"),
        }),
      }),
      profile: group("profile", {
        source: text("@source"),
        remove_disabled: text("@removeDisabled"),
        name: text("@name"),
      }),
    }),
  }),
  alias: deviceAlias,
};
