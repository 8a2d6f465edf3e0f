import { isList, isValues, type Values } from "../../../model/values.ts";
import { kibOf } from "../kib.ts";

/**
 * libvirt counts plugged modules into `<memory>`, even if the definition it was given did not. A configuration with
 * the memory excluding modules means the same: https://libvirt.org/formatdomain.html#memory-allocation
 *
 * @param state the configured values
 * @param actual what libvirt has
 */
export function withModulesApart(state: Values, actual: Values): Values {
  const modules = modulesKib(actual);
  const [wanted, there] = [kibOf(state, "memory"), kibOf(actual, "memory")];
  if (modules === 0 || wanted === undefined || there === undefined || wanted !== there - modules) return actual;
  const current = kibOf(actual, "current_memory");
  return {
    ...actual,
    memory: wanted,
    memory_unit: "KiB",
    ...(current === undefined ? {} : { current_memory: Math.min(current, wanted), current_memory_unit: "KiB" }),
  };
}

function modulesKib({ devices }: Values): number {
  const modules = isValues(devices) && isList(devices["memorydevs"]) ? devices["memorydevs"].filter(isValues) : [];
  return modules.reduce((sum, { target }) => sum + (isValues(target) ? (kibOf(target, "size") ?? 0) : 0), 0);
}
