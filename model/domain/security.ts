import { group, integer, text, variant, type Fields } from "../table.ts";

export const secLabel: Fields = {
  type: text("@type"),
  model: text("@model"),
  relabel: text("@relabel"),
  label: text("label"),
  image_label: text("imagelabel"),
  base_label: text("baselabel"),
};

export const launchSecurity: Fields = {
  sev: variant("@type", "sev", {
    kernel_hashes: text("@kernelHashes"),
    cbit_pos: integer("cbitpos"),
    reduced_phys_bits: integer("reducedPhysBits"),
    policy: integer("policy", { hexDigits: 2 }),
    dh_cert: text("dhCert", { required: "registry" }),
    session: text("session", { required: "registry" }),
  }),
  sevsnp: variant("@type", "sev-snp", {
    kernel_hashes: text("@kernelHashes"),
    author_key: text("@authorKey"),
    vcek: text("@vcek"),
    cbit_pos: integer("cbitpos"),
    reduced_phys_bits: integer("reducedPhysBits"),
    policy: integer("policy", { hexDigits: 2 }),
    guest_visible_workarounds: text("guestVisibleWorkarounds"),
    id_block: text("idBlock"),
    id_auth: text("idAuth"),
    host_data: text("hostData"),
  }),
  tdx: variant("@type", "tdx", {
    policy: integer("policy", { hexDigits: 2 }),
    mr_config_id: text("mrConfigId"),
    mr_owner: text("mrOwner"),
    mr_owner_config: text("mrOwnerConfig"),
    quote_generation_service: group("quoteGenerationService", {
      path: text("@path"),
    }),
  }),
};
