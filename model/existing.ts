import { domain } from "./domain/index.ts";
import { network } from "./network.ts";
import { pool } from "./pool.ts";
import { boolean, table, text, type Field, type Fields, type Table } from "./table.ts";
import { volume } from "./volume.ts";

const known = new WeakMap<Fields, Fields>();

/** A read-only copy of a structure; shared structures stay shared. */
export function readOnly(fields: Fields): Fields {
  let found = known.get(fields);
  if (found === undefined) {
    found = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, readOnlyField(field)]));
    known.set(fields, found);
  }
  return found;
}

function readOnlyField(field: Field): Field {
  const { required: _required, optional: _optional, embedded: _embedded, ...rest } = field;
  const inner = rest.kind === "group" || rest.kind === "list" ? { ...rest, fields: readOnly(rest.fields) } : rest;
  return { ...inner, computed: true };
}

/** What may select an existing object; the rest is read-only. */
const given = (field: Field | undefined, doc: string): Field => ({ ...readOnlyField(field ?? text("")), optional: true, doc });

/** Settings for creating, changing and removing do not apply to existing objects. */
const SETTINGS: ReadonlySet<string> = new Set(["create", "update", "destroy", "restart"]);

/** A data source with all libvirt attributes of the resource's table. */
function existing(resource: Table, doc: string, more: Fields): Table {
  const own = Object.fromEntries(Object.entries(resource.fields).filter(([name]) => !SETTINGS.has(name)));
  const fields = Object.fromEntries(Object.entries(own).map(([name, field]) => [name, readOnlyField(field)]));
  return table({ type: resource.type, element: resource.element, doc, change: "none", embedded: true, fields: { ...fields, ...more } });
}

/** The fields of a structure to keep; `true` for a field with everything in it. */
interface Shape {
  readonly [name: string]: true | Shape;
}

function narrow(fields: Fields, shape: Shape): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => shape[name] !== undefined)
      .map(([name, field]) => {
        const inside = shape[name];
        const deep = inside !== undefined && inside !== true && (field.kind === "group" || field.kind === "list");
        return [name, deep ? { ...field, fields: narrow(field.fields, inside) } : field];
      }),
  );
}

/**
 * The guest attributes that other resources need. Including the whole table would nearly double the schema that the engine
 * reads with each command.
 */
const guest: Shape = {
  id: true,
  type: true,
  title: true,
  description: true,
  memory: true,
  memory_unit: true,
  current_memory: true,
  current_memory_unit: true,
  vcpu: true,
  vcpu_current: true,
  os: { type: true, type_arch: true, type_machine: true, firmware: true, kernel: true, initrd: true, cmdline: true },
  cpu: { mode: true, model: true },
  devices: {
    emulator: true,
    disks: {
      device: true,
      driver: { type: true },
      source: { file: { file: true }, block: { dev: true }, volume: { pool: true, volume: true } },
      target: { dev: true, bus: true },
      serial: true,
      read_only: true,
    },
    interfaces: {
      mac: { address: true },
      source: {
        network: { network: true, port_group: true, bridge: true },
        bridge: { bridge: true },
        direct: { dev: true, mode: true },
      },
      model: { type: true },
      target: { dev: true },
    },
    graphics: { vnc: { port: true, listen: true, auto_port: true }, spice: { port: true, listen: true, auto_port: true } },
  },
};

export const existingDomain: Table = existing(
  { ...domain, fields: narrow(domain.fields, guest) },
  "A guest that exists, by what others ask of it: https://libvirt.org/formatdomain.html",
  {
    name: given(domain.fields["name"], "The guest's name. Give this or `uuid`."),
    uuid: given(domain.fields["uuid"], "The guest's UUID. Give this or `name`."),
    running: boolean({ computed: true, doc: "Whether the guest runs." }),
    autostart: boolean({ computed: true, doc: "Whether the guest starts with the host." }),
  },
);

export const existingNetwork: Table = existing(network, "A network that exists: https://libvirt.org/formatnetwork.html", {
  name: given(network.fields["name"], "The network's name. Give this or `uuid`."),
  uuid: given(network.fields["uuid"], "The network's UUID. Give this or `name`."),
  active: boolean({ computed: true, doc: "Whether the network runs." }),
  autostart: boolean({ computed: true, doc: "Whether the network starts with the host." }),
});

export const existingPool: Table = existing(pool, "A storage pool that exists: https://libvirt.org/formatstorage.html", {
  name: given(pool.fields["name"], "The pool's name. Give this or `uuid`."),
  uuid: given(pool.fields["uuid"], "The pool's UUID. Give this or `name`."),
  active: boolean({ computed: true, doc: "Whether the pool runs." }),
  autostart: boolean({ computed: true, doc: "Whether the pool starts with the host." }),
});

export const existingVolume: Table = existing(volume, "A storage volume that exists: https://libvirt.org/formatstorage.html", {
  pool: given(volume.fields["pool"], "The pool, by name; with `name`."),
  name: given(volume.fields["name"], "The volume's name in its pool. Give this with `pool`, or `path`, or `key`."),
  path: given(volume.fields["path"], "Path on the host. Give this, or `pool` and `name`, or `key`."),
  key: given(volume.fields["key"], "The key that libvirt knows the volume by. Give this, or `path`, or `pool` and `name`."),
});
