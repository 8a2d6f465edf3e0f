import { group, integer, list, text, texts, variant, type Fields } from "../table.ts";

const entry: Fields = {
  name: text("@name", { required: true }),
  value: text(".", { required: "registry", holds: "value" }),
};

export const sysInfo: Fields = {
  smbios: variant("@type", "smbios", {
    bios: group("bios", {
      entry: list("entry", entry, { extras: "drift" }),
    }),
    system: group("system", {
      entry: list("entry", entry, { extras: "drift" }),
    }),
    base_board: list(
      "baseBoard",
      {
        entry: list("entry", entry, { extras: "drift" }),
      },
      { extras: "drift" },
    ),
    chassis: group("chassis", {
      entry: list("entry", entry, { extras: "drift" }),
    }),
    oem_strings: group("oemStrings", {
      entry: texts("entry", { holds: "value" }),
    }),
  }),
  fw_cfg: variant("@type", "fwcfg", {
    entry: list("entry", { ...entry, file: text("@file") }, { extras: "drift" }),
  }),
};

export const os: Fields = {
  type: text("type", { doc: "`hvm`: full virtualization." }),
  type_arch: text("type/@arch", { doc: "The architecture, `x86_64` or `aarch64`." }),
  type_machine: text("type/@machine", {
    same: "machine",
    doc: "The machine type: `q35`, `pc`, `virt`, or a versioned one such as `pc-q35-7.2`, which an alias becomes.",
  }),
  firmware: text("@firmware", { doc: "`efi` or `bios`: libvirt picks a matching firmware image by itself." }),
  firmware_info: group("firmware", {
    features: list(
      "feature",
      {
        enabled: text("@enabled"),
        name: text("@name"),
      },
      { extras: "drift" },
    ),
  }),
  loader: text("loader", { doc: "Path of the firmware image." }),
  loader_readonly: text("loader/@readonly"),
  loader_secure: text("loader/@secure"),
  loader_stateless: text("loader/@stateless"),
  loader_type: text("loader/@type"),
  loader_format: text("loader/@format"),
  nv_ram: group(
    "nvram",
    {
      nv_ram: text(".", { required: "registry" }),
      template: text("@template"),
      format: text("@format"),
      template_format: text("@templateFormat"),
    },
    { doc: "The file with the UEFI variables." },
  ),
  kernel: text("kernel", { doc: "Path on the host of a kernel to boot directly." }),
  initrd: text("initrd", { doc: "Path on the host of its initial RAM disk." }),
  cmdline: text("cmdline", { holds: "kernel-arguments", doc: "Its command line." }),
  dtb: text("dtb"),
  boot_devices: list(
    "boot",
    {
      dev: text("@dev", { required: true }),
    },
    {
      extras: "drift",
      doc: "Kinds of device to try, in order: `hd`, `cdrom`, `network`, `fd`. Not together with `boot.order` on devices.",
    },
  ),
  acpi: group(
    "acpi",
    {
      tables: list(
        "table",
        {
          type: text("@type", { required: true }),
          path: text(".", { required: true }),
        },
        { extras: "drift" },
      ),
    },
    { doc: "ACPI tables from files on the host, such as the SLIC table with a Windows licence." },
  ),
  boot_menu: group("bootmenu", {
    enable: text("@enable"),
    timeout: text("@timeout"),
  }),
  bios: group("bios", {
    use_serial: text("@useserial"),
    reboot_timeout: integer("@rebootTimeout"),
  }),
  sm_bios: group("smbios", {
    mode: text("@mode", { required: true }),
  }),
};
