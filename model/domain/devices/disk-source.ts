import { group, integer, list, text, variant, yesNo, type Fields } from "../../table.ts";
import { chardevSourceReconnect } from "./chardev.ts";
import { deviceSecLabel, pciAddress } from "./common.ts";

export const diskMetadataCache: Fields = {
  max_size: group("max_size", {
    unit: text("@unit"),
    value: integer(".", { required: true }),
  }),
};

export const diskSecret: Fields = {
  type: text("@type"),
  usage: text("@usage"),
  uuid: text("@uuid"),
};

export const diskAuth: Fields = {
  username: text("@username"),
  secret: group("secret", diskSecret),
};

export const diskSourceHost: Fields = {
  transport: text("@transport"),
  name: text("@name"),
  port: text("@port"),
  socket: text("@socket"),
};

export const diskEncryption: Fields = {
  format: text("@format"),
  engine: text("@engine"),
  secrets: list("secret", diskSecret, { extras: "drift" }),
};

const fileSource = variant("../@type", "file", {
  file: text("@file"),
  fd_group: text("@fdgroup"),
  sec_label: list("seclabel", deviceSecLabel, { extras: "drift" }),
});

const blockSource = variant("../@type", "block", {
  dev: text("@dev"),
  sec_label: list("seclabel", deviceSecLabel, { extras: "drift" }),
});

export const diskSource: Fields = {
  file: fileSource,
  block: blockSource,
  network: variant("../@type", "network", {
    protocol: text("@protocol"),
    name: text("@name"),
    query: text("@query", { holds: "value" }),
    tls: text("@tls"),
    tls_hostname: text("@tlsHostname"),
    hosts: list("host", diskSourceHost, { extras: "drift" }),
    identity: group("identity", {
      user: text("@user"),
      group: text("@group"),
      user_name: text("@username"),
      keyfile: text("@keyfile"),
      agent_sock: text("@agentsock"),
    }),
    known_hosts: group("knownHosts", {
      path: text("@path", { required: true }),
    }),
    initiator: group("initiator", {
      iqn: group("iqn", {
        name: text("@name"),
      }),
    }),
    snapshot: group("snapshot", {
      name: text("@name", { required: true }),
    }),
    config: group("config", {
      file: text("@file", { required: true }),
    }),
    reconnect: group("reconnect", {
      delay: text("@delay", { required: true }),
    }),
    auth: group("auth", diskAuth),
  }),
  volume: variant("../@type", "volume", {
    pool: text("@pool"),
    volume: text("@volume"),
    mode: text("@mode"),
    sec_label: list("seclabel", deviceSecLabel, { extras: "drift" }),
  }),
  dir: variant("../@type", "dir", {
    dir: text("@dir"),
  }),
  nvme: variant("../@type @type", "nvme pci", {
    managed: yesNo("@managed", { embedded: true }),
    namespace: integer("@namespace", { embedded: true }),
    address: group("address", pciAddress, { embedded: true }),
  }),
  vhost_user: group(
    ".",
    {
      unix: variant("@type", "unix", {
        mode: text("@mode"),
        path: text("@path"),
        reconnect: group("reconnect", chardevSourceReconnect),
      }),
    },
    { select: "../@type", when: "vhostuser" },
  ),
  vhost_vdpa: variant("../@type", "vhostvdpa", {
    dev: text("@dev", { required: true }),
  }),
  startup_policy: text("@startupPolicy"),
  index: integer("@index", { fills: "anything" }),
  encryption: group("encryption", diskEncryption),
  ssl: group("ssl", {
    verify: text("@verify", { required: true }),
  }),
  cookies: group("cookies", {
    cookies: list(
      "cookie",
      {
        name: text("@name", { required: true }),
        value: text(".", { required: true, sensitive: true }),
      },
      { extras: "drift" },
    ),
  }),
  readahead: group("readahead", { size: text("@size", { required: true }) }),
  timeout: group("timeout", { seconds: text("@seconds", { required: true }) }),
  slices: group("slices", {
    slices: list(
      "slice",
      {
        type: text("@type", { required: true }),
        offset: integer("@offset", { required: true }),
        size: integer("@size", { required: true }),
      },
      { extras: "drift" },
    ),
  }),
  reservations: group(
    "reservations",
    {
      enabled: text("@enabled"),
      managed: yesNo("@managed"),
      source: group("source", {
        unix: variant("@type", "unix", {
          mode: text("@mode"),
          path: text("@path"),
        }),
      }),
    },
    { doc: "SCSI persistent reservations, as Windows failover clusters need them." },
  ),
};

const imageBelow: Fields = {
  file: variant("../@type", "file", { file: text("@file") }),
  block: variant("../@type", "block", { dev: text("@dev") }),
};

/** The rest of an image chain, which ends with an empty element. */
const chain = (depth: number): Fields =>
  depth === 0
    ? {}
    : {
        format: group("format", { type: text("@type", { required: true }) }),
        source: group("source", imageBelow),
        backing_store: group("backingStore", chain(depth - 1)),
      };

export const diskBackingStore: Fields = {
  format: group("format", {
    type: text("@type", { required: true }),
    metadata_cache: group("metadata_cache", diskMetadataCache),
  }),
  source: group("source", imageBelow),
  backing_store: group("backingStore", chain(2), { embedded: true, doc: "The image below this one; empty where the chain ends." }),
};
