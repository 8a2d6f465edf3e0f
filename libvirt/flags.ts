/**
 * Flag values of libvirt's API (https://libvirt.org/html/index.html), each object named after its C enum; combine with `|`.
 * Values of 0 are listed if their name is informative.
 */

/** `virDomainModificationImpact`; also the first two bits of the memory, vcpu and device flags. */
export const Affect = { CURRENT: 0, LIVE: 1, CONFIG: 2 } as const;
/** `virConnectListAllDomainsFlags`. */
export const ListDomains = {
  ACTIVE: 1,
  INACTIVE: 2,
  PERSISTENT: 4,
  TRANSIENT: 8,
  RUNNING: 16,
  PAUSED: 32,
  SHUTOFF: 64,
  /** Neither running, paused nor shut off: crashed, sleeping, shutting down. */
  OTHER: 128,
  AUTOSTART: 1024,
  NO_AUTOSTART: 2048,
} as const;
/** `virDomainStatsTypes`. */
export const DomainStats = { STATE: 1, CPU_TOTAL: 2, BALLOON: 4, VCPU: 8, INTERFACE: 16, BLOCK: 32 } as const;
/** `virDomainDefineFlags`. */
export const DomainDefine = { VALIDATE: 1 } as const;
/** `virDomainUndefineFlagsValues`. */
export const DomainUndefine = {
  MANAGED_SAVE: 1,
  SNAPSHOTS_METADATA: 2,
  NVRAM: 4,
  KEEP_NVRAM: 8,
  CHECKPOINTS_METADATA: 16,
  TPM: 32,
  KEEP_TPM: 64,
} as const;
/** `virDomainCreateFlags`. */
export const DomainStart = { PAUSED: 1, AUTODESTROY: 2, BYPASS_CACHE: 4, FORCE_BOOT: 8, VALIDATE: 16, RESET_NVRAM: 32 } as const;
/** `virDomainShutdownFlagValues`. */
export const DomainShutdown = { DEFAULT: 0, ACPI_POWER_BTN: 1, GUEST_AGENT: 2, INITCTL: 4, SIGNAL: 8, PARAVIRT: 16 } as const;
/** `virDomainDestroyFlagsValues`. */
export const DomainDestroy = { DEFAULT: 0, GRACEFUL: 1, REMOVE_LOGS: 2 } as const;
/** `virDomainXMLFlags`. */
export const DomainXml = { SECURE: 1, INACTIVE: 2, UPDATE_CPU: 4, MIGRATABLE: 8 } as const;
/** `virDomainMemoryModFlags`, combined with {@link Affect}. */
export const DomainMemory = { MAXIMUM: 4 } as const;
/** `virDomainVcpuFlags`, combined with {@link Affect}. */
export const DomainVcpu = { MAXIMUM: 4, GUEST: 8, HOTPLUGGABLE: 16 } as const;
/** `virDomainDeviceModifyFlags`, combined with {@link Affect}. */
export const DeviceModify = { FORCE: 4 } as const;
/** `virDomainBlockResizeFlags`. */
export const BlockResize = { BYTES: 1, CAPACITY: 2 } as const;
/** `virDomainConsoleFlags`. */
export const DomainConsole = { FORCE: 1, SAFE: 2 } as const;
/** `virDomainInterfaceAddressesSource`. */
export const AddressSource = { lease: 0, agent: 1, arp: 2 } as const;
/** `virDomainMetadataType`. */
export const MetadataType = { description: 0, title: 1, element: 2 } as const;

/** `virConnectListAllNetworksFlags`. */
export const ListNetworks = { INACTIVE: 1, ACTIVE: 2, PERSISTENT: 4, TRANSIENT: 8, AUTOSTART: 16, NO_AUTOSTART: 32 } as const;
/** `virNetworkDefineFlags`. */
export const NetworkDefine = { VALIDATE: 1 } as const;
/** `virNetworkXMLFlags`. */
export const NetworkXml = { INACTIVE: 1 } as const;
/** `virNetworkUpdateCommand`. */
export const NetworkUpdateCommand = { modify: 1, delete: 2, "add-last": 3, "add-first": 4 } as const;
/** `virNetworkUpdateSection`, by the names that `virsh net-update` uses. */
export const NetworkUpdateSection = {
  bridge: 1,
  domain: 2,
  ip: 3,
  "ip-dhcp-host": 4,
  "ip-dhcp-range": 5,
  forward: 6,
  "forward-interface": 7,
  "forward-pf": 8,
  portgroup: 9,
  "dns-host": 10,
  "dns-txt": 11,
  "dns-srv": 12,
} as const;

/** `virConnectListAllStoragePoolsFlags`, the first of them. */
export const ListPools = {
  INACTIVE: 1,
  ACTIVE: 2,
  PERSISTENT: 4,
  TRANSIENT: 8,
  AUTOSTART: 16,
  NO_AUTOSTART: 32,
  DIR: 64,
  FS: 128,
  NETFS: 256,
} as const;
/** `virStoragePoolDefineFlags`. */
export const PoolDefine = { VALIDATE: 1 } as const;
/** `virStoragePoolBuildFlags`. */
export const PoolBuild = { NEW: 0, REPAIR: 1, RESIZE: 2, NO_OVERWRITE: 4, OVERWRITE: 8 } as const;
/** `virStoragePoolCreateFlags`. */
export const PoolCreate = { NORMAL: 0, WITH_BUILD: 1, WITH_BUILD_OVERWRITE: 2, WITH_BUILD_NO_OVERWRITE: 4 } as const;
/** `virStoragePoolDeleteFlags`. */
export const PoolDelete = { NORMAL: 0, ZEROED: 1 } as const;
/** `virStorageXMLFlags`. */
export const PoolXml = { INACTIVE: 1 } as const;

/** `virStorageVolCreateFlags`. */
export const VolumeCreate = { PREALLOC_METADATA: 1, REFLINK: 2, VALIDATE: 4 } as const;
/** `virStorageVolDeleteFlags`. */
export const VolumeDelete = { NORMAL: 0, ZEROED: 1, WITH_SNAPSHOTS: 2 } as const;
/** `virStorageVolResizeFlags`. */
export const VolumeResize = { ALLOCATE: 1, DELTA: 2, SHRINK: 4 } as const;
/** `virStorageVolInfoFlags`. */
export const VolumeInfoFlag = { GET_PHYSICAL: 1 } as const;

/** `virConnectListAllNodeDeviceFlags`, by the names that `virsh nodedev-list --cap` uses. */
export const ListNodeDevices = {
  system: 1 << 0,
  pci: 1 << 1,
  usb_device: 1 << 2,
  usb: 1 << 3,
  net: 1 << 4,
  scsi_host: 1 << 5,
  scsi_target: 1 << 6,
  scsi: 1 << 7,
  storage: 1 << 8,
  fc_host: 1 << 9,
  vports: 1 << 10,
  scsi_generic: 1 << 11,
  drm: 1 << 12,
  mdev_types: 1 << 13,
  mdev: 1 << 14,
  ccw: 1 << 15,
  css: 1 << 16,
  vdpa: 1 << 17,
  ap_card: 1 << 18,
  ap_queue: 1 << 19,
  ap_matrix: 1 << 20,
  vpd: 1 << 21,
} as const;
