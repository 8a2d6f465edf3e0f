import { group, integer, list, onOff, text, type Fields } from "../table.ts";

export const numa: Fields = {
  cell: list(
    "cell",
    {
      id: integer("@id"),
      cpus: text("@cpus"),
      memory: integer("@memory", { required: true, unit: "unit", unitDefault: "KiB" }),
      unit: text("@unit"),
      mem_access: text("@memAccess"),
      discard: text("@discard"),
      distances: group("distances", {
        siblings: list(
          "sibling",
          {
            id: integer("@id", { required: true }),
            value: integer("@value", { required: true }),
          },
          { extras: "drift" },
        ),
      }),
      caches: list(
        "cache",
        {
          level: integer("@level", { required: true }),
          associativity: text("@associativity", { required: true }),
          policy: text("@policy", { required: true }),
          size: group("size", {
            value: text("@value", { required: true }),
            unit: text("@unit", { required: true }),
          }),
          line: group("line", {
            value: text("@value", { required: true }),
            unit: text("@unit", { required: true }),
          }),
        },
        { extras: "drift" },
      ),
    },
    { extras: "drift" },
  ),
  interconnects: group("interconnects", {
    latencies: list(
      "latency",
      {
        initiator: integer("@initiator", { required: true }),
        target: integer("@target", { required: true }),
        cache: integer("@cache"),
        type: text("@type", { required: true }),
        value: integer("@value", { required: true }),
      },
      { extras: "drift" },
    ),
    bandwidths: list(
      "bandwidth",
      {
        initiator: integer("@initiator", { required: true }),
        target: integer("@target", { required: true }),
        cache: integer("@cache"),
        type: text("@type", { required: true }),
        value: integer("@value", { required: true }),
        unit: text("@unit", { required: true }),
      },
      { extras: "drift" },
    ),
  }),
};

export const cpu: Fields = {
  match: text("@match", { fills: ["exact"] }),
  mode: text("@mode", {
    computed: "embedded",
    optional: true,
    doc: "`host-passthrough`, `host-model`, `maximum` or `custom`. Left open together with `type`: the host's own CPU under `kvm`, `maximum` under `qemu`.",
  }),
  check: text("@check", { fills: ["none", "partial"] }),
  migratable: onOff("@migratable", { fills: [true] }),
  model: text("model", { doc: "The named CPU model, for mode `custom`." }),
  model_fallback: text("model/@fallback", { fills: ["allow"] }),
  model_vendor_id: text("model/@vendor_id"),
  vendor: text("vendor"),
  topology: group(
    "topology",
    {
      sockets: integer("@sockets"),
      dies: integer("@dies"),
      clusters: integer("@clusters"),
      cores: integer("@cores"),
      threads: integer("@threads"),
    },
    { doc: "Sockets, dies, cores and threads; their product is `vcpu`." },
  ),
  cache: group("cache", {
    level: integer("@level"),
    mode: text("@mode", { required: true }),
  }),
  max_phys_addr: group("maxphysaddr", {
    mode: text("@mode", { required: true }),
    bits: integer("@bits"),
    limit: integer("@limit"),
  }),
  features: list(
    "feature",
    {
      policy: text("@policy"),
      name: text("@name"),
    },
    { key: ["name"], extras: "drift", unordered: true, doc: "CPU flags to force, require, disable or forbid." },
  ),
  numa: group("numa", numa),
};
