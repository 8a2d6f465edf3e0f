import type { ProviderKind } from "./host-settings.ts";
import type { PoolConfig, PoolSource } from "./provider-libvirt/index.ts";
import type { PoolAuth, StoragePoolProps } from "./storage-pool-props.ts";

/** A pool's props as provider configuration (https://libvirt.org/formatstorage.html#storage-pool-xml). */
export function poolConfig(name: string, props: StoragePoolProps, provider: ProviderKind): PoolConfig {
  const { type, source, target, builds } = lower(props);
  const permissions = "permissions" in props ? props.permissions : undefined;
  return {
    name,
    type,
    source,
    target:
      target === undefined
        ? undefined
        : {
            path: target,
            permissions: permissions && {
              mode: permissions.mode,
              owner: permissions.owner?.toString(),
              group: permissions.group?.toString(),
            },
          },
    create: { build: props.build ?? builds, start: props.start ?? true, autostart: props.autostart ?? true },
    // The embedded provider knows what it built. The registry's deletes existing storage unless told otherwise.
    destroy: props.deleteStorage !== undefined ? { delete: props.deleteStorage } : provider === "registry" ? { delete: false } : undefined,
    ...(props.protect ? { lifecycle: { preventDestroy: true } } : {}),
  };
}

interface Lowered {
  readonly type: string;
  readonly source?: PoolSource;
  readonly target?: string;
  /** Whether building it only creates a directory, which is safe. */
  readonly builds: boolean;
}

const devices = (paths: readonly string[] | undefined): { path: string }[] | undefined => paths?.map((path) => ({ path }));
const server = (name: string, port?: number): { name: string; port: string | undefined }[] => [{ name, port: port?.toString() }];
const login = (type: "chap" | "ceph", auth: PoolAuth | undefined): PoolSource["auth"] =>
  auth && { type, username: auth.username, secret: auth.secret };

function lower(props: StoragePoolProps): Lowered {
  switch (props.type) {
    case "directory":
      return { type: "dir", target: props.path, builds: true };
    case "fs":
      return {
        type: "fs",
        source: { device: [{ path: props.device }], format: { type: props.format ?? "auto" } },
        target: props.path,
        builds: true,
      };
    case "netfs":
      return {
        type: "netfs",
        source: {
          host: server(props.host),
          dir: { path: props.export },
          format: { type: props.format ?? "nfs" },
          protocol: props.version === undefined ? undefined : { version: props.version },
        },
        target: props.path,
        builds: true,
      };
    case "logical":
      return {
        type: "logical",
        source: { name: props.volumeGroup, device: devices(props.devices), format: { type: "lvm2" } },
        target: `/dev/${props.volumeGroup}`,
        builds: false,
      };
    case "disk":
      return {
        type: "disk",
        source: { device: [{ path: props.device }], format: { type: props.format ?? "gpt" } },
        target: props.path ?? "/dev",
        builds: false,
      };
    case "iscsi":
    case "iscsi-direct":
      return {
        type: props.type,
        source: {
          host: server(props.host, props.port),
          device: [{ path: props.target }],
          initiator: props.initiator === undefined ? undefined : { iqn: { name: props.initiator } },
          auth: login("chap", props.auth),
        },
        ...(props.type === "iscsi" ? { target: props.path ?? "/dev/disk/by-path" } : {}),
        builds: false,
      };
    case "scsi":
      return {
        type: "scsi",
        source: {
          adapter: typeof props.adapter === "string" ? { type: "scsi_host", name: props.adapter } : { type: "fc_host", ...props.adapter },
        },
        target: props.path ?? "/dev/disk/by-path",
        builds: false,
      };
    case "mpath":
      return { type: "mpath", target: props.path ?? "/dev/mapper", builds: false };
    case "gluster":
      return {
        type: "gluster",
        source: { host: server(props.host), name: props.volume, dir: { path: props.directory ?? "/" } },
        builds: false,
      };
    case "rbd":
      return {
        type: "rbd",
        source: { name: props.pool, host: props.monitors.flatMap(({ name, port }) => server(name, port)), auth: login("ceph", props.auth) },
        builds: false,
      };
    case "zfs":
      return { type: "zfs", source: { name: props.zpool, device: devices(props.devices) }, builds: false };
    case "vstorage":
      return { type: "vstorage", source: { name: props.cluster }, target: props.path, builds: true };
  }
}
