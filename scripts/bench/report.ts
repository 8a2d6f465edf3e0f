import type { LibvirtTimes } from "./libvirt-floor.ts";
import type { StartTimes } from "./provider-start.ts";
import { STEPS, type Sample, type Step } from "./stack.ts";
import type { SynthTimes } from "./synth.ts";
import { median, type Times } from "./times.ts";
import type { Usage } from "./usage.ts";

export interface Measured {
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

/** What libvirt itself has to do in a step. */
const CALLS: Readonly<Partial<Record<Step, keyof LibvirtTimes>>> = { apply: "apply", "no change": "read", destroy: "destroy" };
/** The targets hold for this many guests. */
const TARGET_GUESTS = 100;
const TARGET_RATIO = 1.5;

export const floorOf = ({ floor, libvirt }: Measured, step: Step): number => {
  const calls = CALLS[step];
  return median(floor[step].wall) + (step === "apply" || step === "destroy" ? median(calls === undefined ? [] : libvirt[calls]) : 0);
};

const ratioOf = (measured: Measured, step: Step): number => median(measured.embedded[step].wall) / floorOf(measured, step);

/** A table for one size: every time as median and, behind it, least, in milliseconds. */
export function sizeLines(measured: Measured): string[] {
  const { guests, synth, embedded, floor, libvirt } = measured;
  const rows = STEPS.map((step) => {
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
  const head = ["", "embedded", "does nothing", "libvirt alone", "ratio", "CPU, s", "provider: CPU a guest, CPU a start, memory"];
  return [
    `${guests} guests (${2 * guests + 2} resources), milliseconds: median (least)`,
    ...table([head, ["synth", `${both(synth.process)}, of it cdkvm ${both(synth.synth)}`], ...rows]),
  ];
}

/** The process that did the work, by guest; what one costs that was only asked for its schema; the largest of them. */
function used({ processes }: Sample, guests: number): string {
  if (processes.length === 0) return "";
  const cpu = processes.map((one: Usage) => one.cpu);
  const start = Math.min(...cpu);
  const work = cpu.reduce((sum, one) => sum + one - start, 0);
  const memory = Math.max(...processes.map((one) => one.memory));
  return `${(work / guests).toFixed(2)} ms, ${processes.length} x ${start.toFixed(0)} ms, ${memory.toFixed(0)} MiB`;
}

export const startLine = ({ cold, warm }: StartTimes): string =>
  `provider start, from spawn to handshake: ${both(warm)} ms; with an empty compile cache ${both(cold)} ms`;

export function targetsOf(sizes: readonly Measured[], start: StartTimes, synth1000: SynthTimes): Target[] {
  const measured = sizes.find(({ guests }) => guests === TARGET_GUESTS);
  const ratio = (step: Step, against: string): Target[] =>
    measured === undefined
      ? []
      : [{ name: `${TARGET_GUESTS} guests: ${step} / ${against}`, limit: TARGET_RATIO, measured: ratioOf(measured, step), unit: "" }];
  return [
    ...ratio("plan", "provider that does nothing"),
    ...ratio("no change", "provider that does nothing"),
    ...ratio("apply", "(provider that does nothing + libvirt alone)"),
    { name: "provider start", limit: 150, measured: median(start.warm), unit: " ms" },
    { name: "synth of 1,000 guests, whole process", limit: 1500, measured: median(synth1000.process), unit: " ms" },
  ];
}

export const targetLines = (targets: readonly Target[]): string[] =>
  table([
    ["target", "measured", "limit", ""],
    ...targets.map(({ name, limit, measured, unit }) => [
      name,
      `${unit === "" ? measured.toFixed(2) : measured.toFixed(0)}${unit}`,
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
