import { Affect } from "../../../libvirt/flags.ts";
import { typed, type TypedParams, type TypedValue } from "../../../libvirt/typed-params.ts";
import { asText, isList, isValues, type Value, type Values } from "../../../model/values.ts";
import { cpusOf } from "./cpuset.ts";
import { kibOf } from "../kib.ts";
import type { LiveChange, Step } from "./live-step.ts";

/** CPU shares, quotas and pinning, block I/O weights, memory limits, the balloon's statistics. */
export function tuningSteps(change: LiveChange): Step[] {
  const { libvirt, ref, current, planned, changes } = change;
  const { domains } = libvirt;
  const steps: Step[] = [];
  const step = (path: readonly string[], doing: string, set: (values: Values) => Promise<void>): void => {
    if (!changes.some((one) => path.every((name, index) => index >= one.path.length || one.path[index] === name))) return;
    steps.push({ path, doing: `${doing} ${ref.name}`, apply: () => set(planned), undo: () => set(current) });
  };
  step(["cpu_tune"], "set the CPU limits of", async (values) => {
    const params = schedulerParams(valuesOf(values["cpu_tune"]), valuesOf(current["cpu_tune"]));
    if (Object.keys(params).length > 0) await domains.tuning.setSchedulerParameters(ref, params, Affect.LIVE);
  });
  step(["cpu_tune"], "pin the virtual CPUs of", async (values) => {
    const tune = valuesOf(values["cpu_tune"]);
    const other = valuesOf((values === planned ? current : planned)["cpu_tune"]);
    const everywhere = await hostCpus(change);
    for (const [vcpu, set] of pinsOf(tune, other, "vcpu_pin", "vcpu"))
      await domains.tuning.pinVcpu(ref, vcpu, set ?? everywhere, Affect.LIVE);
    for (const [thread, set] of pinsOf(tune, other, "io_thread_pin", "io_thread"))
      await domains.tuning.pinIoThread(ref, thread, set ?? everywhere, Affect.LIVE);
    const emulator = valuesOf(tune["emulator_pin"])["cpu_set"] ?? null;
    if (emulator === (valuesOf(other["emulator_pin"])["cpu_set"] ?? null)) return;
    await domains.tuning.pinEmulator(ref, typeof emulator === "string" ? cpusOf(emulator) : everywhere, Affect.LIVE);
  });
  step(["block_io_tune"], "set the block I/O limits of", async (values) => {
    const params = blockParams(valuesOf(values["block_io_tune"]), valuesOf(current["block_io_tune"]));
    if (Object.keys(params).length > 0) await domains.tuning.setBlkioParameters(ref, params, Affect.LIVE);
  });
  step(["memory_tune"], "set the memory limits of", async (values) => {
    const params = memoryParams(valuesOf(values["memory_tune"]), valuesOf(current["memory_tune"]));
    if (Object.keys(params).length > 0) await domains.tuning.setMemoryParameters(ref, params, Affect.LIVE);
  });
  step(["devices", "mem_balloon", "stats"], "set the memory statistics of", async (values) => {
    const period = valuesOf(valuesOf(valuesOf(values["devices"])["mem_balloon"])["stats"])["period"];
    await domains.tuning.setMemoryStatsPeriod(ref, typeof period === "number" ? period : 0, Affect.LIVE);
  });
  return steps;
}

const valuesOf = (value: Value | undefined): Values => (isValues(value) ? value : {});
const itemsOf = (value: Value | undefined): readonly Values[] => (isList(value) ? value.filter(isValues) : []);

/** libvirt's names, https://libvirt.org/html/libvirt-libvirt-domain.html#VIR_DOMAIN_SCHEDULER_CPU_SHARES, and the value for no limit. */
const SCHEDULER = {
  shares: ["cpu_shares", "ullong", undefined],
  period: ["vcpu_period", "ullong", undefined],
  quota: ["vcpu_quota", "llong", -1],
  global_period: ["global_period", "ullong", undefined],
  global_quota: ["global_quota", "llong", -1],
  emulator_period: ["emulator_period", "ullong", undefined],
  emulator_quota: ["emulator_quota", "llong", -1],
  io_thread_period: ["iothread_period", "ullong", undefined],
  io_thread_quota: ["iothread_quota", "llong", -1],
} as const;

function schedulerParams(tune: Values, before: Values): TypedParams {
  const params: Record<string, TypedValue> = {};
  for (const [name, [parameter, type, none]] of Object.entries(SCHEDULER)) {
    const value = tune[name];
    if (typeof value === "number") params[parameter] = typed(type, value);
    else if (typeof before[name] === "number" && none !== undefined) params[parameter] = typed(type, none);
  }
  return params;
}

/** Pins that differ; undefined: no longer pinned. */
function pinsOf(tune: Values, other: Values, list: string, key: string): [number, number[] | undefined][] {
  const read = (values: Values): Map<number, string> =>
    new Map(itemsOf(values[list]).map((item) => [Number(item[key]), asText(item["cpu_set"])]));
  const [wanted, there] = [read(tune), read(other)];
  const changed = [...wanted]
    .filter(([number, set]) => there.get(number) !== set)
    .map(([number, set]): [number, number[]] => [number, cpusOf(set)]);
  const gone = [...there.keys()].filter((number) => !wanted.has(number)).map((number): [number, undefined] => [number, undefined]);
  return [...changed, ...gone];
}

async function hostCpus({ libvirt }: LiveChange): Promise<number[]> {
  const { cpus } = await libvirt.node.info();
  return Array.from({ length: cpus }, (_, index) => index);
}

const DEVICE_LIMITS = {
  weight: "device_weight",
  read_iops_sec: "device_read_iops_sec",
  write_iops_sec: "device_write_iops_sec",
  read_bytes_sec: "device_read_bytes_sec",
  write_bytes_sec: "device_write_bytes_sec",
};

/** Zero removes a device's limit. */
function blockParams(tune: Values, before: Values): TypedParams {
  const params: Record<string, TypedValue> = {};
  if (typeof tune["weight"] === "number") params["weight"] = typed("uint", tune["weight"]);
  const devices = itemsOf(tune["device"]);
  for (const [name, parameter] of Object.entries(DEVICE_LIMITS)) {
    const limits = new Map<string, number>();
    for (const device of itemsOf(before["device"])) if (typeof device[name] === "number") limits.set(asText(device["path"]), 0);
    for (const device of devices) if (typeof device[name] === "number") limits.set(asText(device["path"]), device[name]);
    if (limits.size > 0) params[parameter] = typed("string", [...limits].map((limit) => limit.join()).join());
  }
  return params;
}

/** VIR_DOMAIN_MEMORY_PARAM_UNLIMITED, KiB. */
const UNLIMITED = 9007199254740991n;

function memoryParams(tune: Values, before: Values): TypedParams {
  const params: Record<string, TypedValue> = {};
  for (const name of ["hard_limit", "soft_limit", "swap_hard_limit"]) {
    const value = kibOf(tune, name);
    if (value !== undefined) params[name] = typed("ullong", value);
    else if (kibOf(before, name) !== undefined) params[name] = typed("ullong", UNLIMITED);
  }
  return params;
}
