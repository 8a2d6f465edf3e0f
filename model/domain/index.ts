import { boolean, group, integer, list, table, text, type Fields, type Table } from "../table.ts";
import { clock, perf, pm } from "./clock.ts";
import { cpu } from "./cpu.ts";
import { devices } from "./devices/index.ts";
import { features } from "./features.ts";
import { memoryBacking } from "./memory.ts";
import { os, sysInfo } from "./os.ts";
import { launchSecurity, secLabel } from "./security.ts";
import {
  blockIOTune,
  cpuTune,
  defaultIOThread,
  ioThreadIDs,
  memoryTune,
  numaTune,
  qemuCapabilities,
  qemuOverride,
  vcpus,
} from "./tuning.ts";

const idMapEntry: Fields = {
  start: integer("@start", { required: true }),
  target: integer("@target", { required: true }),
  count: integer("@count", { required: true }),
};

const idMap: Fields = {
  ui_ds: list("uid", idMapEntry, { extras: "drift" }),
  gi_ds: list("gid", idMapEntry, { extras: "drift" }),
};

const shutdown = (seconds: number) =>
  group(
    "",
    { timeout: integer("", { doc: `Seconds a guest gets to shut down before it is turned off. Default ${seconds}.` }) },
    { doc: "How long to wait." },
  );

export const domain: Table = table({
  type: "libvirt_domain",
  element: "domain",
  doc: "A guest: https://libvirt.org/formatdomain.html",
  change: "restart",
  fields: {
    type: text("@type", {
      required: "registry",
      computed: "embedded",
      optional: true,
      doc: "The hypervisor: `kvm` with hardware acceleration, `qemu` for emulation. Left open: `kvm` where the host's KVM runs guests.",
    }),
    id: integer("@id", { computed: true, doc: "The number of the running guest; -1 while it is shut off." }),
    name: text("name", { required: true, doc: "The name libvirt knows the guest by; unique on the host." }),
    uuid: text("uuid", { computed: true, doc: "The UUID that libvirt gave the guest." }),
    gen_id: text("genid"),
    title: text("title", { change: "live", doc: "A short line for lists and consoles." }),
    description: text("description", { change: "live", doc: "Free text for people." }),
    metadata: group(
      "metadata",
      {
        xml: text(".", { required: true, same: "metadata", holds: "value" }),
      },
      { change: "live", doc: "XML of other programs, kept with the guest; each element needs a namespace of its own." },
    ),
    maximum_memory: integer("maxMemory", {
      unit: "maximum_memory_unit",
      unitDefault: "KiB",
      doc: "The most that memory devices can raise the guest to while it runs.",
    }),
    maximum_memory_unit: text("maxMemory/@unit"),
    maximum_memory_slots: integer("maxMemory/@slots", { doc: "How many memory devices fit." }),
    memory: integer("memory", { unit: "memory_unit", unitDefault: "KiB", doc: "Memory at boot, in `memory_unit`." }),
    memory_unit: text("memory/@unit", { doc: "Unit of `memory`: b, KiB, MiB, GiB, TiB, or the powers of ten KB, MB, GB. Default KiB." }),
    memory_dump_core: text("memory/@dumpCore"),
    current_memory: integer("currentMemory", {
      unit: "current_memory_unit",
      unitDefault: "KiB",
      change: "live",
      doc: "Memory the balloon leaves the guest, at most `memory`.",
    }),
    current_memory_unit: text("currentMemory/@unit", { change: "live" }),
    block_io_tune: group("blkiotune", blockIOTune, { change: "live", doc: "Weights and limits of all block I/O by cgroup." }),
    memory_tune: group("memtune", memoryTune, { change: "live", doc: "Memory limits by cgroup." }),
    memory_backing: group("memoryBacking", memoryBacking, { doc: "Huge pages, locking and sharing of guest memory." }),
    vcpu: integer("vcpu", { doc: "Virtual CPUs at most." }),
    vcpu_placement: text("vcpu/@placement", { fills: ["static"], doc: "`static`, or `auto` to ask numad." }),
    vcpu_cpuset: text("vcpu/@cpuset", { doc: "Host CPUs that the virtual CPUs may run on: `0-3,^2`." }),
    vcpu_current: integer("vcpu/@current", { change: "live", doc: "Virtual CPUs online at boot; more can be plugged in up to `vcpu`." }),
    vcpus: group("vcpus", vcpus),
    io_threads: integer("iothreads", { doc: "Threads that serve disk I/O outside the main loop." }),
    io_thread_i_ds: group("iothreadids", ioThreadIDs),
    default_io_thread: group("defaultiothread", defaultIOThread),
    cpu_tune: group("cputune", cpuTune, { change: "live", doc: "CPU shares, quotas and pinning." }),
    numa_tune: group("numatune", numaTune, { doc: "Host NUMA nodes that memory comes from." }),
    id_map: group("idmap", idMap),
    resource: group("resource", {
      partition: text("partition"),
    }),
    sys_info: list("sysinfo", sysInfo, { extras: "ignored" }),
    os: group("os", os, { doc: "What boots: machine, firmware, boot order, kernel." }),
    features: group("features", features, { doc: "Hypervisor features: ACPI, APIC, Hyper-V enlightenments and the like." }),
    cpu: group("cpu", cpu, { doc: "The CPU that the guest sees." }),
    clock: group("clock", clock, { doc: "The clock at boot and its timers." }),
    on_poweroff: text("on_poweroff", {
      fills: ["destroy"],
      doc: "What happens when the guest powers off: `destroy`, `restart`, `preserve`.",
    }),
    on_reboot: text("on_reboot", { fills: ["restart"], doc: "What happens when the guest reboots: `restart`, `destroy`, `preserve`." }),
    on_crash: text("on_crash", {
      fills: ["destroy"],
      doc: "What happens when the guest crashes: `destroy`, `restart`, `preserve`, `coredump-destroy`, `coredump-restart`.",
    }),
    on_lock_failure: text("on_lockfailure", {
      embedded: true,
      doc: "What happens when a lock manager takes the locks away: `poweroff`, `restart`, `pause`, `ignore`.",
    }),
    pm: group("pm", pm),
    perf: group("perf", perf),
    devices: group("devices", devices, { doc: "All devices." }),
    sec_label: list("seclabel", secLabel, { extras: "ignored", doc: "SELinux, AppArmor and DAC labels of the guest process." }),
    launch_security: group("launchSecurity", launchSecurity),
    qemu_commandline: group(
      "qemu:commandline",
      {
        args: list(
          "qemu:arg",
          {
            value: text("@value", { required: true, holds: "argument" }),
          },
          { extras: "drift" },
        ),
        envs: list(
          "qemu:env",
          {
            name: text("@name", { required: true }),
            value: text("@value", { holds: "value" }),
          },
          { extras: "drift" },
        ),
      },
      { doc: "Arguments and environment handed to QEMU as they are; libvirt gives no support for such guests." },
    ),
    qemu_capabilities: group("qemu:capabilities", qemuCapabilities, {
      doc: "Capabilities of QEMU that libvirt is told to see or not to see.",
    }),
    qemu_override: group("qemu:override", qemuOverride, {
      doc: "Properties of QEMU devices in place of what libvirt sets; libvirt gives no support for such guests.",
    }),
    qemu_deprecation: group("qemu:deprecation", { behavior: text("@behavior") }),
    autostart: boolean({ change: "live", doc: "Whether the guest starts with the host. Default false." }),
    running: boolean({ change: "live", doc: "Whether the guest runs. Where it is not set, cdkvm neither starts nor stops it." }),
    create: group(
      "",
      {
        paused: boolean({ doc: "Start it paused." }),
        autodestroy: boolean({ doc: "Not supported: the guest would end with the connection of apply." }),
        bypass_cache: boolean({ doc: "Avoid the file system cache when restoring a managed save." }),
        force_boot: boolean({ doc: "Discard a managed save and boot afresh." }),
        validate: boolean({ doc: "Check the XML against libvirt's schema." }),
        reset_nvram: boolean({ doc: "Reset the UEFI variables." }),
      },
      { change: "none", doc: "How the guest is started." },
    ),
    destroy: group(
      "",
      { graceful: boolean({ doc: "Shut down before destroy. Default true." }), shutdown: shutdown(60) },
      { change: "none", doc: "How the guest is stopped before it is removed." },
    ),
    restart: text("", {
      embedded: true,
      change: "none",
      doc: "`allowed`, or `never`: a plan that would restart the running guest is an error. Default allowed.",
    }),
    shutdown: text("", {
      embedded: true,
      change: "none",
      doc: "What becomes of a guest that does not shut down in time. `forced`: it is turned off; `graceful-only`: apply ends in an error, and the guest runs on. Default forced.",
    }),
    update: group("", { shutdown: shutdown(300) }, { change: "none", doc: "How the guest is stopped when a change needs a restart." }),
  },
});
