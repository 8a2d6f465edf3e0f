import { z } from "zod";
import { bridgeProps } from "../model/props/bridge.ts";
import { cloudInitProps } from "../model/props/cloud-init.ts";
import { hostProps } from "../model/props/host.ts";
import { imageProps } from "../model/props/image.ts";
import { networkProps } from "../model/props/network.ts";
import { rolloutProps } from "../model/props/rollout.ts";
import { matching, name, reference } from "../model/props/shared.ts";
import { storagePoolProps } from "../model/props/storage-pool.ts";
import { vmProps } from "../model/props/vm.ts";
import { volumeProps } from "../model/props/volume.ts";

/** Valid names of hosts, networks, guests and so on in a fleet file. */
export const FLEET_NAME: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const fleetName = matching(
  FLEET_NAME,
  (text) => `${text} is not a name`,
  'use up to 100 letters, digits, ".", "_" and "-", and start with a letter or digit',
);

/** Named items of one kind; an empty section counts as absent. */
const section = <Item extends z.ZodType>(item: Item, description: string): z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, Item>>> =>
  z.record(fleetName, item).nullable().optional().meta({ description });

const onHosts = {
  onHosts: z.array(reference("A host.")).min(1).optional().meta({ description: "The hosts to create it on. Default: all." }),
};
const theirs = {
  name: name("Its name on the host. Default: its name here.").optional(),
};

/** A rollout without a command: a fleet file runs no program on this machine. */
const fleetRollout = rolloutProps
  .extend({ wait: z.enum(["agent", "ip"]).optional().meta({ description: "What shows that a restarted guest is back. Default: agent." }) })
  .meta({ id: "FleetRollout", description: rolloutProps.description ?? "" });

export const fleetHost = z
  .union([
    hostProps.shape.uri.unwrap(),
    hostProps.extend({ rollout: fleetRollout.optional() }).meta({ id: "FleetHostProps", description: hostProps.description ?? "" }),
  ])
  .meta({ id: "FleetHost", description: "A KVM host: its libvirt URI, or its settings." });

export const fleetNetwork = z
  .union([
    networkProps.safeExtend(onHosts).meta({ id: "FleetNetwork" }),
    z.strictObject({ existing: z.literal(true), ...theirs, ...onHosts }).meta({
      id: "ExistingNetwork",
      description: "A network that exists on the host; cdkvm neither creates nor deletes it.",
    }),
  ])
  .meta({ description: networkProps.description ?? "" });

const [existingBridge, openVSwitch, macvtap] = bridgeProps.options;
export const fleetBridge = z
  .discriminatedUnion("type", [existingBridge.extend(onHosts), openVSwitch.extend(onHosts), macvtap.extend(onHosts)])
  .meta({ id: "FleetBridge", description: bridgeProps.description ?? "" });

type OnHosts<Option> = Option extends z.ZodObject<infer Shape> ? z.ZodObject<Shape & typeof onHosts, z.core.$strict> : never;
type PoolOption = OnHosts<(typeof storagePoolProps)["options"][number]>;
const pools = storagePoolProps.options.map((option) => (option as z.ZodObject).extend(onHosts)) as unknown as [PoolOption, ...PoolOption[]];
export const fleetPool = z
  .discriminatedUnion("type", [
    ...pools,
    z.strictObject({
      type: z.literal("existing"),
      kind: z
        .enum(storagePoolProps.options.map((option) => option.shape.type.value))
        .optional()
        .meta({ description: "Type of the existing pool. Default: directory." }),
      ...theirs,
      ...onHosts,
    }),
  ])
  .meta({ id: "FleetPool", description: `${storagePoolProps.description ?? ""} type existing: a pool that exists on the host.` });

export const fleetVolume = volumeProps
  .safeExtend(onHosts)
  .meta({ id: "FleetVolume", description: "A disk in a pool that does not belong to one guest." });

const place = {
  host: reference("The host of the guest. Default: the only host of the fleet.").optional(),
  hosts: z.array(reference("A host.")).min(1).optional().meta({
    description: "The hosts for the guests of this entry. Each guest is placed on the host with the fewest of them, and stays there.",
  }),
};
const { name: guestName, ...vm } = {
  ...vmProps.shape,
  memory: vmProps.shape.memory.optional(),
  cloudInit: cloudInitProps.optional(),
};

export const guestDefaults = z
  .strictObject({ ...vm, ...place })
  .meta({ id: "GuestDefaults", description: "Defaults for all guests. A guest's objects are merged with these, its lists replace them." });

/** A guest as written in the file; rules across several props are checked after merging the defaults. */
export const fleetGuest = z
  .strictObject({
    count: z.int().min(0).max(10_000).optional().meta({
      description: "Number of guests, named <name>-1, <name>-2, ...; ip is the address of the first, the others get the following ones.",
    }),
    name: guestName.unwrap().meta({ description: "Name on the host. Default: its name here." }).optional(),
    ...vm,
    ...place,
  })
  .meta({ id: "Guest", description: "A guest, or several with count." });

/** A guest merged with the defaults. */
export const wholeGuest = vmProps.safeExtend({ cloudInit: cloudInitProps.optional() });

export const fleetSchema = z
  .strictObject({
    hosts: z
      .record(fleetName, fleetHost)
      .refine((hosts) => Object.keys(hosts).length > 0, {
        error: () => "the file has no hosts",
        params: { keyword: "minProperties", fix: "add at least one host" },
      })
      .meta({ description: "The KVM hosts; each becomes a stack with its own state.", minProperties: 1 }),
    plainEnv: z
      .array(matching(/^[A-Za-z_][A-Za-z0-9_]*$/, (text) => `${text} is not the name of an environment variable`))
      .optional()
      .meta({ description: "Environment variables whose values are not secret: reviews show them. Default: none." }),
    networks: section(fleetNetwork, "Networks that libvirt provides, on all hosts or some."),
    bridges: section(fleetBridge, "Connections to the hosts' own networks."),
    pools: section(fleetPool, "Storage pools for disks. Default: a pool on each host that cdkvm creates."),
    images: section(imageProps, "Disk images that guests start from."),
    volumes: section(fleetVolume, "Disks that outlive their guests, or that several guests share."),
    defaults: guestDefaults.nullable().optional(),
    guests: section(fleetGuest, "The guests."),
  })
  .meta({ title: "cdkvm fleet file", description: "A fleet of virtual machines on KVM hosts." });

export type FleetData = z.output<typeof fleetSchema>;
export type FleetHost = z.output<typeof hostProps>;
export type FleetNetwork = z.output<typeof fleetNetwork>;
export type FleetBridge = z.output<typeof fleetBridge>;
export type FleetPool = z.output<typeof fleetPool>;
export type FleetImage = z.output<typeof imageProps>;
export type FleetVolume = z.output<typeof fleetVolume>;
export type GuestDefaults = z.output<typeof guestDefaults>;
export type GuestEntry = z.output<typeof fleetGuest>;
/** The props of one guest, with references by name. */
export type GuestProps = z.output<typeof wholeGuest>;

/** JSON Schema (2020-12) of the fleet file, for editors and for ajv. */
export const fleetJsonSchema = (): Record<string, unknown> => ({
  ...z.toJSONSchema(fleetSchema, {
    io: "input",
    target: "draft-2020-12",
    override: ({ jsonSchema }) => {
      // Zod's name for the pattern next to it.
      if (jsonSchema.format === "starts_with") delete jsonSchema.format;
    },
  }),
  patternProperties: { "^x-": { description: "Anchors for the rest of the file, or data for other tools; cdkvm ignores it." } },
});
