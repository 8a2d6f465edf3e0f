/**
 * libvirt's own maxima (src/remote/remote_protocol.x, src/rpc/virnetprotocol.x). Anything beyond them comes from a broken or
 * hostile peer, so it is an error and never allocated.
 */
export const MESSAGE_MAX = 33_554_432;
/** Bytes of data that every libvirt since 0.8 accepts in one stream message. */
export const STREAM_PAYLOAD_MAX = 262_120;
export const STRING_MAX = 4_194_304;
export const LIST_MAX = 16_384;
export const NODE_DEVICE_LIST_MAX = 65_536;
export const DHCP_LEASES_MAX = 65_536;
export const INTERFACE_MAX = 2_048;
export const TYPED_PARAMS_MAX = 2_048;
export const CPUMAP_MAX = 2_048;
export const SECRET_VALUE_MAX = 65_536;
export const AUTH_TYPES_MAX = 20;
export const DISK_ERRORS_MAX = 256;
export const STATS_MAX = 16;
