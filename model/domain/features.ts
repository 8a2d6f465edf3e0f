import { group, integer, presence, text, type Fields } from "../table.ts";

export const featureState: Fields = {
  state: text("@state"),
};

export const featureHyperV: Fields = {
  mode: text("@mode"),
  relaxed: group("relaxed", featureState),
  vapic: group("vapic", featureState),
  spinlocks: group("spinlocks", {
    state: text("@state"),
    retries: integer("@retries"),
  }),
  vp_index: group("vpindex", featureState),
  runtime: group("runtime", featureState),
  synic: group("synic", featureState),
  stimer: group("stimer", {
    state: text("@state"),
    direct: group("direct", featureState),
  }),
  reset: group("reset", featureState),
  vendor_id: group("vendor_id", {
    state: text("@state"),
    value: text("@value"),
  }),
  frequencies: group("frequencies", featureState),
  re_enlightenment: group("reenlightenment", featureState),
  tlb_flush: group("tlbflush", {
    state: text("@state"),
    direct: group("direct", featureState),
    extended: group("extended", featureState),
  }),
  ipi: group("ipi", featureState),
  evmcs: group("evmcs", featureState),
  avic: group("avic", featureState),
  emsr_bitmap: group("emsr_bitmap", featureState),
  xmm_input: group("xmm_input", featureState),
};

export const features: Fields = {
  pae: presence("pae"),
  acpi: presence("acpi"),
  apic: group("apic", {
    eoi: text("@eoi"),
  }),
  hap: group("hap", featureState),
  hyper_v: group("hyperv", featureHyperV),
  kvm: group("kvm", {
    hidden: group("hidden", featureState),
    hint_dedicated: group("hint-dedicated", featureState),
    poll_control: group("poll-control", featureState),
    pvipi: group("pv-ipi", featureState),
    dirty_ring: group("dirty-ring", {
      state: text("@state"),
      size: integer("@size"),
    }),
  }),
  pv_spinlock: group("pvspinlock", featureState),
  pmu: group("pmu", featureState),
  vm_port: group("vmport", featureState),
  gic: group("gic", {
    version: text("@version"),
  }),
  smm: group("smm", {
    state: text("@state"),
    tseg: integer("tseg", { unit: "tseg_unit", unitDefault: "MiB" }),
    tseg_unit: text("tseg/@unit"),
  }),
  ioapic: group("ioapic", {
    driver: text("@driver"),
  }),
  vm_core_info: group("vmcoreinfo", featureState),
  msrs: group("msrs", {
    unknown: text("@unknown", { required: true }),
  }),
  tcg: group("tcg", {
    tb_cache: integer("tb-cache", { unit: "tb_cache_unit", unitDefault: "KiB" }),
    tb_cache_unit: text("tb-cache/@unit"),
  }),
  async_teardown: group("async-teardown", {
    enabled: text("@enabled"),
  }),
  ps2: group("ps2", featureState),
};
