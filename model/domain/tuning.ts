import { group, integer, list, text, type Fields } from "../table.ts";

export const blockIOTune: Fields = {
  weight: integer("weight"),
  device: list(
    "device",
    {
      path: text("path", { required: true }),
      weight: integer("weight"),
      read_iops_sec: integer("read_iops_sec"),
      write_iops_sec: integer("write_iops_sec"),
      read_bytes_sec: integer("read_bytes_sec"),
      write_bytes_sec: integer("write_bytes_sec"),
    },
    { extras: "drift" },
  ),
};

export const memoryTune: Fields = {
  hard_limit: integer("hard_limit", { unit: "hard_limit_unit", unitDefault: "KiB" }),
  hard_limit_unit: text("hard_limit/@unit"),
  soft_limit: integer("soft_limit", { unit: "soft_limit_unit", unitDefault: "KiB" }),
  soft_limit_unit: text("soft_limit/@unit"),
  min_guarantee: integer("min_guarantee", { unit: "min_guarantee_unit", unitDefault: "KiB" }),
  min_guarantee_unit: text("min_guarantee/@unit"),
  swap_hard_limit: integer("swap_hard_limit", { unit: "swap_hard_limit_unit", unitDefault: "KiB" }),
  swap_hard_limit_unit: text("swap_hard_limit/@unit"),
};

export const vcpus: Fields = {
  vcpu: list(
    "vcpu",
    {
      id: integer("@id"),
      enabled: text("@enabled"),
      hotpluggable: text("@hotpluggable"),
      order: integer("@order"),
    },
    { extras: "drift" },
  ),
};

export const ioThreadIDs: Fields = {
  io_threads: list(
    "iothread",
    {
      id: integer("@id", { required: true }),
      pool_min: integer("@thread_pool_min"),
      pool_max: integer("@thread_pool_max"),
    },
    { extras: "drift" },
  ),
};

export const defaultIOThread: Fields = {
  pool_min: integer("@thread_pool_min"),
  pool_max: integer("@thread_pool_max"),
};

export const cpuTune: Fields = {
  shares: integer("shares"),
  period: integer("period"),
  quota: integer("quota"),
  global_period: integer("global_period"),
  global_quota: integer("global_quota"),
  emulator_period: integer("emulator_period"),
  emulator_quota: integer("emulator_quota"),
  io_thread_period: integer("iothread_period"),
  io_thread_quota: integer("iothread_quota"),
  vcpu_pin: list(
    "vcpupin",
    {
      vcpu: integer("@vcpu", { required: true }),
      cpu_set: text("@cpuset", { required: true }),
    },
    { key: ["vcpu"], extras: "drift", unordered: true },
  ),
  emulator_pin: group("emulatorpin", {
    cpu_set: text("@cpuset", { required: true }),
  }),
  io_thread_pin: list(
    "iothreadpin",
    {
      io_thread: integer("@iothread", { required: true }),
      cpu_set: text("@cpuset", { required: true }),
    },
    { extras: "drift" },
  ),
  vcpu_sched: list(
    "vcpusched",
    {
      vcpus: text("@vcpus", { required: true }),
      scheduler: text("@scheduler"),
      priority: integer("@priority"),
    },
    { extras: "drift", change: "restart" },
  ),
  emulator_sched: group(
    "emulatorsched",
    {
      scheduler: text("@scheduler"),
      priority: integer("@priority"),
    },
    { change: "restart" },
  ),
  io_thread_sched: list(
    "iothreadsched",
    {
      io_threads: text("@iothreads", { required: true }),
      scheduler: text("@scheduler"),
      priority: integer("@priority"),
    },
    { extras: "drift", change: "restart" },
  ),
  cache_tune: list(
    "cachetune",
    {
      vcpus: text("@vcpus"),
      cache: list(
        "cache",
        {
          id: integer("@id", { required: true }),
          level: integer("@level", { required: true }),
          type: text("@type", { required: true }),
          size: integer("@size", { required: true, unit: "unit", unitDefault: "KiB" }),
          unit: text("@unit", { required: "registry" }),
        },
        { extras: "drift" },
      ),
      monitor: list(
        "monitor",
        {
          level: integer("@level"),
          vcpus: text("@vcpus"),
        },
        { extras: "drift" },
      ),
    },
    { extras: "drift", change: "restart" },
  ),
  memory_tune: list(
    "memorytune",
    {
      vcpus: text("@vcpus", { required: true }),
      nodes: list(
        "node",
        {
          id: integer("@id", { required: true }),
          bandwidth: integer("@bandwidth", { required: true }),
        },
        { extras: "drift" },
      ),
    },
    { extras: "drift", change: "restart" },
  ),
};

const qemuCapability: Fields = {
  name: text("@capability", { required: true }),
};

export const qemuCapabilities: Fields = {
  add: list("qemu:add", qemuCapability, { extras: "drift" }),
  del: list("qemu:del", qemuCapability, { extras: "drift" }),
};

export const qemuOverride: Fields = {
  devices: list(
    "qemu:device",
    {
      alias: text("@alias", { required: true }),
      frontend: group("qemu:frontend", {
        properties: list(
          "qemu:property",
          {
            name: text("@name", { required: true }),
            type: text("@type"),
            value: text("@value", { holds: "value" }),
          },
          { extras: "drift" },
        ),
      }),
    },
    { extras: "drift" },
  ),
};

export const numaTune: Fields = {
  memory: group("memory", {
    mode: text("@mode"),
    nodeset: text("@nodeset"),
    placement: text("@placement"),
  }),
  mem_nodes: list(
    "memnode",
    {
      cell_id: integer("@cellid", { required: true }),
      mode: text("@mode", { required: true }),
      nodeset: text("@nodeset", { required: true }),
    },
    { extras: "drift" },
  ),
};
