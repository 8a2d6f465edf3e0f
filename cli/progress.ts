import type { EngineEvent } from "../engine/index.ts";
import type { Terminal } from "./terminal.ts";

type ApplyHook = (EngineEvent & { readonly type: "apply_progress" })["hook"];

const doing: Readonly<Record<string, readonly [now: string, done: string]>> = {
  create: ["creating", "created"],
  update: ["changing", "changed"],
  delete: ["destroying", "destroyed"],
  replace: ["replacing", "replaced"],
  read: ["reading", "read"],
};

/** A guest that is being removed for this long has been asked to shut down; the engine tells no more of it. */
const waitsFor = ({ resource, action }: ApplyHook): string =>
  resource.resource_type === "libvirt_domain" && action === "delete" ? ": the guest was asked to shut down" : "";

/** Shows an apply as it goes: a spinner with what is under way on a terminal, a line for each thing done elsewhere. */
export function applyProgress(terminal: Terminal, stack: string): { onEvent: (event: EngineEvent) => void; end: () => void } {
  const running = new Map<string, string>();
  const work = terminal.work(`${stack}: applying`);
  const refresh = (): void => {
    const all = [...running.values()];
    work.update(
      all.length === 0
        ? `${stack}: working`
        : `${stack}: ${all.slice(0, 3).join(", ")}${all.length > 3 ? ` and ${all.length - 3} more` : ""}`,
    );
  };
  return {
    onEvent: (event) => {
      if (
        event.type !== "apply_start" &&
        event.type !== "apply_progress" &&
        event.type !== "apply_complete" &&
        event.type !== "apply_errored"
      )
        return;
      const { resource, action, elapsed_seconds: seconds = 0 } = event.hook;
      const [now, done] = doing[action] ?? [action, action];
      if (event.type === "apply_start") running.set(resource.addr, `${now} ${resource.addr}`);
      else if (event.type === "apply_progress") {
        const waits = waitsFor(event.hook);
        running.set(resource.addr, `${now} ${resource.addr} (${seconds} s${waits})`);
        if (!terminal.interactive && seconds > 0 && seconds % 30 === 0)
          work.line(`  ${resource.addr}: still ${now} after ${seconds} s${waits}`);
      } else {
        running.delete(resource.addr);
        const failed = event.type === "apply_errored";
        const mark = failed ? terminal.style("red", "✗") : terminal.style("green", "✓");
        work.line(`  ${mark} ${resource.addr} ${failed ? "failed" : done}${seconds >= 2 ? ` after ${seconds} s` : ""}`);
      }
      refresh();
    },
    end: () => work.end(),
  };
}
