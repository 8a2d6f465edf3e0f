/** Plans as `terraform show -json` prints them, built by hand for the tests of this room. */
import { parsePlan, type Plan } from "../../engine/plan.ts";

type Json = Record<string, unknown>;

export interface Part {
  readonly address: string;
  readonly type: string;
  readonly change: Json;
  readonly [name: string]: unknown;
}

const named = (address: string): Json => {
  const [type = "", name = ""] = address.split(".");
  return { address, mode: "managed", type, name, provider_name: "terraform.local/cdkvm/libvirt" };
};

const part = (address: string, actions: readonly string[], before: unknown, after: unknown, more: Json = {}): Part => {
  const { change, ...rest } = more;
  return {
    ...(named(address) as unknown as Part),
    change: { actions, before, after, after_unknown: {}, before_sensitive: {}, after_sensitive: {}, ...(change as Json | undefined) },
    ...rest,
  };
};

export const create = (address: string, after: Json, more: Json = {}): Part => part(address, ["create"], null, after, more);
/** Of a running guest that goes on under its number. */
export const staysRunning: Json = { change: { after_unknown: {} } };
/** @param more {@link staysRunning} for a running guest that is not restarted */
export const update = (address: string, before: Json, after: Json, more: Json = {}): Part => {
  const restarts = address.startsWith("libvirt_domain.") && !("after_unknown" in ((more["change"] as Json | undefined) ?? {}));
  const change = { ...(restarts ? { after_unknown: { id: true } } : {}), ...(more["change"] as Json | undefined) };
  return part(address, ["update"], before, { ...before, ...after, ...(restarts ? { id: undefined } : {}) }, { ...more, change });
};
export const replace = (
  address: string,
  before: Json,
  after: Json,
  paths: readonly (readonly (string | number)[])[],
  more: Json = {},
): Part =>
  part(
    address,
    ["delete", "create"],
    before,
    { ...before, ...after },
    {
      action_reason: "replace_because_cannot_update",
      ...more,
      change: { replace_paths: paths, ...(more["change"] as Json | undefined) },
    },
  );
export const remove = (address: string, before: Json, more: Json = {}): Part =>
  part(address, ["delete"], before, null, { action_reason: "delete_because_no_resource_config", ...more });
export const keep = (address: string, state: Json, more: Json = {}): Part => part(address, ["no-op"], state, state, more);
/** What the engine finds different from the state it has. */
export const drift = (address: string, before: Json, after: Json | null): Part =>
  part(address, [after === null ? "delete" : "update"], before, after === null ? null : { ...before, ...after });

export function plan(changes: readonly Part[], more: Json = {}): Plan {
  return parsePlan(
    JSON.stringify({
      format_version: "1.2",
      terraform_version: "1.11.4",
      planned_values: { root_module: {} },
      resource_changes: changes,
      configuration: { root_module: {} },
      timestamp: "2026-01-02T03:04:05Z",
      errored: false,
      ...more,
    }),
  );
}

const GIB = 1024 ** 3;

export const disk = (dev: string, volume: string, more: Json = {}): Json => ({
  device: "disk",
  driver: { name: "qemu", type: "qcow2" },
  source: { volume: { pool: "default", volume } },
  target: { dev, bus: "virtio" },
  ...more,
});

export const cdrom = (dev: string, file: string | null): Json => ({
  device: "cdrom",
  source: file === null ? null : { file: { file } },
  target: { dev, bus: "sata" },
  read_only: true,
});

export const nic = (mac: string, network: string, more: Json = {}): Json => ({
  mac: { address: mac },
  model: { type: "virtio" },
  source: { network: { network } },
  ...more,
});

export const guest = (name: string, more: Json = {}): Json => ({
  name,
  type: "kvm",
  id: 7,
  uuid: "0b6e8a0e-7c40-4f6e-9f3f-0d9b6b0f2f01",
  memory: 4,
  memory_unit: "GiB",
  vcpu: 2,
  os: { type: "hvm", type_arch: "x86_64", type_machine: "q35" },
  cpu: { mode: "host-passthrough" },
  devices: { disks: [disk("vda", `${name}-root`)], interfaces: [nic("52:54:00:00:00:11", "lan")] },
  autostart: true,
  running: true,
  ...more,
});

export const volume = (name: string, gib: number, more: Json = {}): Json => ({
  name,
  pool: "default",
  capacity: gib * GIB,
  capacity_unit: null,
  allocation: 196_624,
  target: { format: { type: "qcow2" } },
  path: `/var/lib/libvirt/images/${name}`,
  id: `/var/lib/libvirt/images/${name}`,
  key: `/var/lib/libvirt/images/${name}`,
  ...more,
});

export const network = (name: string, hosts: readonly Json[] = [], more: Json = {}): Json => ({
  name,
  forward: { mode: "nat" },
  bridge: { name: "virbr1" },
  mtu: { size: 1500 },
  ips: [{ address: "10.0.0.1", prefix: 24, dhcp: { ranges: [{ start: "10.0.0.100", end: "10.0.0.200" }], hosts } }],
  autostart: true,
  ...more,
});

export const reservation = (name: string, ip: string, mac: string): Json => ({ name, ip, mac });

export const pool = (name: string, more: Json = {}): Json => ({
  name,
  type: "dir",
  target: { path: `/srv/${name}` },
  capacity: 100 * GIB,
  available: 50 * GIB,
  allocation: 50 * GIB,
  create: { build: true, start: true, autostart: true },
  ...more,
});

export const seed = (name: string, userData: string, more: Json = {}): Json => ({
  name,
  user_data: userData,
  meta_data: `instance-id: ${name}\n`,
  network_config: null,
  path: `/home/me/.cache/cdkvm/${name}.iso`,
  ...more,
});

/** The configuration part of a plan in which cloud-init texts are constants. */
export const constants = (...addresses: readonly string[]): Json => ({
  configuration: {
    root_module: {
      resources: addresses.map((address) => ({
        ...named(address),
        expressions: { user_data: { constant_value: "" }, meta_data: { constant_value: "" }, network_config: { constant_value: "" } },
      })),
    },
  },
});
