import { Affect } from "../../../libvirt/flags.ts";
import type { Values } from "../../../model/values.ts";
import { settleBalloon } from "./balloon.ts";
import { kibOf } from "../kib.ts";
import { deviceSteps } from "../devices/live-devices.ts";
import type { LiveChange, Step } from "./live-step.ts";
import { metadataSteps } from "./live-metadata.ts";
import { tuningSteps } from "./live-tuning.ts";

/** Thrown with the step that libvirt refused. */
export class StepError extends Error {
  readonly step: Step;
  constructor(step: Step, cause: unknown) {
    super(step.doing, { cause });
    this.step = step;
  }
}

/**
 * Applies the changes to the running guest. If one is refused, undoes the earlier ones.
 * @throws StepError
 */
export async function applyLive(change: LiveChange): Promise<void> {
  const steps = [...deviceSteps(change), ...tuningSteps(change), ...metadataSteps(change), ...basicSteps(change)];
  const done: Step[] = [];
  for (const step of steps) {
    try {
      await step.apply();
      done.push(step);
    } catch (error) {
      for (const one of done.reverse()) await one.undo().catch(() => {}); // report the original refusal
      throw new StepError(step, error);
    }
  }
}

/** Title, description, memory and CPUs. */
function basicSteps({ libvirt, ref, current, planned, changes, signal }: LiveChange): Step[] {
  const { domains } = libvirt;
  const touched = new Set(changes.map(({ path }) => String(path[0])));
  const steps: Step[] = [];
  const step = (name: string, doing: string, set: (values: Values) => Promise<void>): void => {
    if (touched.has(name)) steps.push({ path: [name], doing: `${doing} ${ref.name}`, apply: () => set(planned), undo: () => set(current) });
  };
  for (const name of ["title", "description"] as const) {
    step(name, `set the ${name} of`, (values) => {
      const text = values[name];
      return domains.setMetadata(ref, name, typeof text === "string" && text !== "" ? text : undefined, { flags: Affect.LIVE });
    });
  }
  step(touched.has("current_memory") ? "current_memory" : "current_memory_unit", "set the memory of", async (values) => {
    const kib = kibOf(values, "current_memory") ?? kibOf(values, "memory");
    if (kib === undefined) return;
    await domains.tuning.setMemory(ref, kib, Affect.LIVE);
    await settleBalloon(domains, ref, kib, signal);
  });
  step("vcpu_current", "set the virtual CPUs of", async (values) => {
    const count = values["vcpu_current"] ?? values["vcpu"];
    if (typeof count === "number") await domains.tuning.setVcpus(ref, count, Affect.LIVE);
  });
  return steps;
}
