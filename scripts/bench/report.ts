import type { FoundEngine } from "../../engine/index.ts";
import type { LibvirtTimes } from "./libvirt-floor.ts";
import type { StartTimes } from "./provider-start.ts";
import { STEPS, type Sample, type Step } from "./stack.ts";
import type { SynthTimes } from "./synth.ts";
import { median, type Times } from "./times.ts";

export interface Measured {
  readonly engine: FoundEngine;
  readonly guests: number;
  readonly synth: SynthTimes;
  readonly embedded: Readonly<Record<Step, Sample>>;
  readonly floor: Readonly<Record<Step, Sample>>;
  readonly libvirt: LibvirtTimes;
}

export interface Target {
  readonly name: string;
  readonly limit: number;
  readonly measured: number;
  readonly unit: string;
}

/** libvirt's own work in a step. */
const CALLS: Readonly<Partial<Record<Step, keyof LibvirtTimes>>> = { apply: "apply", "no change": "read", destroy: "destroy" };
type Limits = Readonly<Partial<Record<Step, number>>>;

/** Wall time of 100 guests: the embedded provider's relative to the floor's. */
const RATIOS: Limits = { plan: 0.6, apply: 0.7, "no change": 0.6, destroy: 0.7 };
/** Wall time of 1,000 guests, seconds. */
const SECONDS: Limits = { plan: 10, apply: 20, "no change": 15, destroy: 25 };
/** The provider's CPU, milliseconds per guest, with 1,000 guests. */
const CPU: Limits = { apply: 8, "no change": 4 };
/** The largest provider process, MiB, with 1,000 guests. */
const MEMORY = 150;

/** `tofu 1.12.6` */
export const nameOf = ({ kind, version }: FoundEngine): string => `${kind} ${version}`;

export const floorOf = ({ floor, libvirt }: Measured, step: Step): number => {
  const calls = CALLS[step];
  return median(floor[step].wall) + (step === "apply" || step === "destroy" ? median(calls === undefined ? [] : libvirt[calls]) : 0);
};

const ratioOf = (measured: Measured, step: Step): number => median(measured.embedded[step].wall) / floorOf(measured, step);

/** A table for one size: each time as median followed by the minimum, in milliseconds. */
export function sizeLines(measured: Measured): string[] {
  const { engine, guests, synth, embedded, floor, libvirt } = measured;
  const rows = STEPS.filter((step) => embedded[step].wall.length > 0).map((step) => {
    const calls = CALLS[step];
    const ratio = step === "init" ? "" : ratioOf(measured, step).toFixed(2);
    return [
      step,
      both(embedded[step].wall),
      both(floor[step].wall),
      calls === undefined ? "" : both(libvirt[calls]),
      ratio,
      `${seconds(embedded[step].cpu)} / ${seconds(floor[step].cpu)}`,
      used(embedded[step], guests),
    ];
  });
  const head = [
    "",
    "embedded",
    "does nothing",
    "libvirt alone",
    "ratio",
    "CPU, s",
    "provider: processes, CPU a guest with their start, memory",
  ];
  return [
    `${nameOf(engine)}: ${guests} guests (${2 * guests + 2} resources), milliseconds: median (least)`,
    ...table([head, ["synth", `${both(synth.process)}, of it cdkvm ${both(synth.synth)}`], ...rows]),
  ];
}

/** How many there were, what they cost per guest, and the largest. */
function used(sample: Sample, guests: number): string {
  const { processes } = sample;
  if (processes.length === 0) return "";
  return `${processes.length}, ${(cpuOf(sample) / guests).toFixed(2)} ms, ${memoryOf(sample).toFixed(0)} MiB`;
}

/** CPU of all processes, milliseconds. */
const cpuOf = ({ processes }: Sample): number => processes.reduce((sum, { cpu }) => sum + cpu, 0);

const memoryOf = ({ processes }: Sample): number => Math.max(0, ...processes.map(({ memory }) => memory));

export const startLine = ({ cold, warm }: StartTimes): string =>
  `provider start, from spawn to handshake: ${both(warm)} ms; with an empty compile cache ${both(cold)} ms`;

export function targetsOf(sizes: readonly Measured[], start: StartTimes, synth1000: SynthTimes): Target[] {
  return [
    ...sizes.filter(({ engine }) => engine.kind === sizes[0]?.engine.kind).flatMap(sizeTargets),
    { name: "provider start", limit: 80, measured: median(start.warm), unit: " ms" },
    { name: "synth of 1,000 guests, whole process", limit: 1500, measured: median(synth1000.process), unit: " ms" },
  ];
}

/** The steps of a size that have a limit and were measured. */
const limits = ({ embedded }: Measured, of: Limits): [Step, number][] =>
  (Object.entries(of) as [Step, number][]).filter(([step]) => embedded[step].wall.length > 0);

function sizeTargets(measured: Measured): Target[] {
  const { guests, embedded } = measured;
  const of = (step: string): string => `${guests} guests: ${step}`;
  if (guests === 100)
    return limits(measured, RATIOS).map(([step, limit]) => {
      const against = CALLS[step] === undefined || step === "no change" ? "" : " + libvirt alone";
      return { name: `${of(step)} / (provider that does nothing${against})`, limit, measured: ratioOf(measured, step), unit: "" };
    });
  if (guests !== 1000) return [];
  const memory = Math.max(...STEPS.map((step) => memoryOf(embedded[step])));
  return [
    ...limits(measured, SECONDS).map(([step, limit]) => ({
      name: of(step),
      limit,
      measured: median(embedded[step].wall) / 1000,
      unit: " s",
    })),
    ...limits(measured, CPU).map(([step, limit]) => ({
      name: `${of(step)}, provider CPU a guest`,
      limit,
      measured: cpuOf(embedded[step]) / guests,
      unit: " ms",
    })),
    { name: of("provider memory"), limit: MEMORY, measured: memory, unit: " MiB" },
  ];
}

export const targetLines = (targets: readonly Target[]): string[] =>
  table([
    ["target", "measured", "limit", ""],
    ...targets.map(({ name, limit, measured, unit }) => [
      name,
      `${measured < 20 ? measured.toFixed(2) : measured.toFixed(0)}${unit}`,
      `${limit}${unit}`,
      measured <= limit ? "met" : "MISSED",
    ]),
  ]);

const seconds = (times: Times): string => (median(times) / 1000).toFixed(2);

const both = (times: Times): string => `${median(times).toFixed(0)} (${Math.min(...times).toFixed(0)})`;

function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const full = rows.filter((row) => row.length === columns);
  const widths = Array.from({ length: columns }, (_, index) =>
    Math.max(
      ...full.map((row) => (row[index] ?? "").length),
      rows.every((row) => row[0] !== undefined) && index === 0 ? Math.max(...rows.map((row) => row[0]?.length ?? 0)) : 0,
    ),
  );
  return rows.map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd());
}
