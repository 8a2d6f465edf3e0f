import { group, list, text, type Fields } from "../../table.ts";
import { channel, console, parallel, serial } from "./console.ts";
import { controller } from "./controller.ts";
import { disk } from "./disk.ts";
import { filesystem } from "./filesystem.ts";
import { graphics } from "./graphics.ts";
import { hostdev, redirDev, redirFilter } from "./hostdev.ts";
import { networkInterface } from "./interface.ts";
import { memBalloon, memorydev, shmem } from "./memory.ts";
import { crypto, hub, input, iommu, lease, panic, rng, smartcard, vsock, watchdog } from "./misc.ts";
import { audio, sound } from "./sound.ts";
import { tpm } from "./tpm.ts";
import { video } from "./video.ts";

export const devices: Fields = {
  emulator: text("emulator", { doc: "Path of the QEMU binary." }),
  disks: list("disk", disk, { key: ["target.dev"], extras: "drift", change: "live", doc: "Disks, CD-ROMs and floppies." }),
  controllers: list("controller", controller, {
    key: ["type", "index"],
    extras: "ignored",
    doc: "Buses; libvirt adds those that devices need.",
  }),
  filesystems: list("filesystem", filesystem, {
    key: ["target.dir"],
    extras: "drift",
    doc: "Host directories shared with the guest (virtiofs, 9p).",
  }),
  interfaces: list("interface", networkInterface, { key: ["mac.address"], extras: "drift", change: "live", doc: "Network interfaces." }),
  smartcards: list("smartcard", smartcard, { extras: "ignored" }),
  serials: list("serial", serial, { extras: "ignored", doc: "Serial ports." }),
  parallels: list("parallel", parallel, { extras: "ignored" }),
  consoles: list("console", console, { extras: "ignored", doc: "Consoles." }),
  channels: list("channel", channel, {
    key: ["target.virt_io.name"],
    extras: "ignored",
    doc: "Private channels to the host; the guest agent talks through one.",
  }),
  inputs: list("input", input, { extras: "ignored", doc: "Keyboards, mice, tablets." }),
  hubs: list("hub", hub, { extras: "ignored", doc: "USB hubs." }),
  tpms: list("tpm", tpm, { extras: "ignored", doc: "TPM devices." }),
  graphics: list("graphics", graphics, { key: ["@variant"], extras: "ignored", doc: "Displays: VNC, SPICE." }),
  sounds: list("sound", sound, { extras: "ignored", doc: "Sound cards." }),
  audios: list("audio", audio, { extras: "ignored", doc: "Where sound goes on the host." }),
  videos: list("video", video, { extras: "ignored", doc: "Video cards." }),
  hostdevs: list("hostdev", hostdev, {
    key: [
      "@variant",
      "subsys_pci.source.address.domain",
      "subsys_pci.source.address.bus",
      "subsys_pci.source.address.slot",
      "subsys_pci.source.address.function",
      "subsys_usb.source.vendor.id",
      "subsys_usb.source.product.id",
      "subsys_usb.source.address.bus",
      "subsys_usb.source.address.device",
      "subsys_m_dev.source.address.uuid",
      "subsys_scsi.source.host.adapter.name",
      "subsys_scsi.source.host.address.controller",
      "subsys_scsi.source.host.address.bus",
      "subsys_scsi.source.host.address.target",
      "subsys_scsi.source.host.address.unit",
      "subsys_scsi.source.iscsi.name",
      "subsys_scsi_host.source.wwpn",
    ],
    extras: "drift",
    change: "live",
    doc: "Host devices handed to the guest.",
  }),
  redir_devs: list("redirdev", redirDev, { extras: "ignored", change: "live" }),
  redir_filters: list("redirfilter", redirFilter, { extras: "ignored" }),
  watchdogs: list("watchdog", watchdog, { extras: "ignored", doc: "Watchdogs." }),
  mem_balloon: group("memballoon", memBalloon, { doc: "The device that gives memory back to the host." }),
  rngs: list("rng", rng, { extras: "ignored", doc: "Sources of entropy." }),
  panics: list("panic", panic, { extras: "ignored", doc: "Devices that report guest panics." }),
  shmems: list("shmem", shmem, { extras: "ignored" }),
  memorydevs: list("memory", memorydev, { key: ["model"], extras: "drift", change: "live", doc: "DIMMs that can be plugged in." }),
  iommu: group("iommu", iommu),
  vsock: group("vsock", vsock, { doc: "The socket between host and guest." }),
  crypto: list("crypto", crypto, { extras: "drift" }),
  leases: list("lease", lease, { extras: "drift", doc: "Leases of a lock manager." }),
};
