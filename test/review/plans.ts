/** The plans whose whole documents are kept beside the tests. */
import type { Plan } from "../../engine/plan.ts";
import {
  cdrom,
  constants,
  create,
  disk,
  drift,
  guest,
  keep,
  network,
  nic,
  plan,
  pool,
  remove,
  replace,
  reservation,
  seed,
  update,
  volume,
} from "./build.ts";

const USER_DATA = (password: string, packages: readonly string[]): string =>
  `#cloud-config
hostname: web1
users:
  - name: admin
    passwd: ${password}
    lock_passwd: false
    ssh_authorized_keys:
      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4 admin@example
packages:
${packages.map((name) => `  - ${name}`).join("\n")}
`;

/** A day's work on a fleet: something of everything. */
export const mixed = (): Plan => {
  const web1 = guest("web1");
  const web2 = guest("web2", {
    devices: { disks: [disk("vda", "web2-root")], interfaces: [nic("52:54:00:00:00:12", "lan")] },
    title: "old",
  });
  const db1 = guest("db1", {
    devices: {
      disks: [disk("vda", "db1-root"), disk("vdb", "db1-data"), cdrom("sda", "/iso/debian-12.iso")],
      interfaces: [nic("52:54:00:00:00:13", "lan")],
      tpms: [{ model: "tpm-crb", backend: { emulator: { version: "2.0" } } }],
    },
  });
  const stopped = guest("batch", { devices: { disks: [], interfaces: [] } });
  return plan(
    [
      update("libvirt_domain.web1", web1, { memory: 8 }),
      update("libvirt_domain.web2", web2, {
        cpu: { mode: "host-model" },
        title: "new",
        devices: { disks: [disk("vda", "web2-root"), disk("vdb", "web2-data")], interfaces: [nic("52:54:00:00:00:12", "dmz")] },
      }),
      create("libvirt_domain.web3", guest("web3", { id: undefined, uuid: undefined }), {
        change: { after_unknown: { id: true, uuid: true } },
      }),
      replace("libvirt_domain.db1", db1, { name: "db-1" }, [["name"]]),
      update("libvirt_domain.batch", { ...stopped, running: false }, { running: true }),
      update("libvirt_volume.db1-data", volume("db1-data", 20), { capacity: 40, capacity_unit: "GiB" }),
      create("libvirt_volume.web2-data", volume("web2-data", 10, { path: undefined }), { change: { after_unknown: { path: true } } }),
      remove("libvirt_volume.old-logs", volume("old-logs", 40)),
      update("libvirt_network.lan", network("lan", [reservation("web1", "10.0.0.11", "52:54:00:00:00:11")]), {
        ...network("lan", [reservation("web1", "10.0.0.11", "52:54:00:00:00:11"), reservation("web3", "10.0.0.13", "52:54:00:00:00:14")]),
      }),
      keep("libvirt_pool.default", pool("default")),
      keep("libvirt_volume.web1-root", volume("web1-root", 10), { previous_address: "libvirt_volume.root" }),
      replace(
        "libvirt_cloudinit_disk.web1-seed",
        seed("web1-seed", USER_DATA("$6$rounds=4096$saltsalt$oldHashOldHashOldHash", ["nginx"])),
        seed("web1-seed", USER_DATA("$6$rounds=4096$saltsalt$newHashNewHashNewHash", ["nginx", "curl"])),
        [["user_data"]],
        { change: { before_sensitive: { user_data: true }, after_sensitive: { user_data: true } } },
      ),
    ],
    {
      ...constants("libvirt_cloudinit_disk.web1-seed"),
      resource_drift: [
        drift("libvirt_domain.batch", { ...stopped, running: true }, { running: false }),
        drift("libvirt_pool.default", pool("default"), { available: 1 }),
      ],
      output_changes: {
        address: {
          actions: ["update"],
          before: "10.0.0.11",
          after: "10.0.0.12",
          after_unknown: false,
          before_sensitive: false,
          after_sensitive: false,
        },
        password: {
          actions: ["create"],
          before: null,
          after: "hunter2hunter2",
          after_unknown: false,
          before_sensitive: true,
          after_sensitive: true,
        },
      },
    },
  );
};

/** Nothing to do. */
export const quiet = (): Plan => plan([keep("libvirt_domain.web1", guest("web1")), keep("libvirt_network.lan", network("lan"))]);

/** The first apply of a small host. */
export const first = (): Plan =>
  plan([
    create("libvirt_pool.vms", pool("vms", { capacity: undefined, available: undefined, allocation: undefined })),
    create("libvirt_network.lan", network("lan", [reservation("web1", "10.0.0.11", "52:54:00:00:00:11")])),
    create(
      "libvirt_volume.root",
      volume("web1-root", 10, { pool: "vms", path: undefined, id: undefined, key: undefined, allocation: undefined }),
      {
        change: { after_unknown: { path: true, id: true, key: true, allocation: true } },
      },
    ),
    create("libvirt_domain.web1", guest("web1", { id: undefined, uuid: undefined }), {
      change: { after_unknown: { id: true, uuid: true } },
    }),
  ]);
