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

/** A guest whose removal takes this long has been asked to shut down; the engine reports nothing more. */
const waitsFor = ({ resource, action }: ApplyHook): string =>
  resource.resource_type === "libvirt_domain" && action === "delete" ? ": waiting for the guest to shut down" : "";

export interface ApplyProgress {
  onEvent(stack: string, event: EngineEvent): void;
  /** Prints a line about a stack that is not an engine event. */
  say(stack: string, line: string): void;
  end(): void;
}

/**
 * Shows the progress of applies: on a terminal a spinner with the current work, elsewhere a line per finished step. If a
 * command works on several stacks, each line names its stack.
 *
 * @param several whether it does; other stacks may run before or after these
 */
export function applyProgress(terminal: Terminal, stacks: readonly string[], several: boolean): ApplyProgress {
  const running = new Map<string, string>();
  const work = terminal.work(`${stacks.join(", ")}: applying`);
  const say = (stack: string, line: string): void => work.line(several ? `${stack}: ${line}` : `  ${line}`);
  const refresh = (): void => {
    const all = [...running.values()];
    const more = all.length > 3 ? ` and ${all.length - 3} more` : "";
    work.update(
      all.length === 0 ? `${stacks.join(", ")}: working` : `${several ? "" : `${stacks[0]}: `}${all.slice(0, 3).join(", ")}${more}`,
    );
  };
  return {
    onEvent: (stack, event) => {
      if (
        event.type !== "apply_start" &&
        event.type !== "apply_progress" &&
        event.type !== "apply_complete" &&
        event.type !== "apply_errored"
      )
        return;
      const { resource, action, elapsed_seconds: seconds = 0 } = event.hook;
      const key = `${stack} ${resource.addr}`;
      const name = several ? `${stack}: ` : "";
      const [now, done] = doing[action] ?? [action, action];
      if (event.type === "apply_start") running.set(key, `${name}${now} ${resource.addr}`);
      else if (event.type === "apply_progress") {
        const waits = waitsFor(event.hook);
        running.set(key, `${name}${now} ${resource.addr} (${seconds} s${waits})`);
        if (!terminal.interactive && seconds > 0 && seconds % 30 === 0)
          say(stack, `${resource.addr}: still ${now} after ${seconds} s${waits}`);
      } else {
        running.delete(key);
        const failed = event.type === "apply_errored";
        const mark = failed ? terminal.style("red", "✗") : terminal.style("green", "✓");
        say(stack, `${mark} ${resource.addr} ${failed ? "failed" : done}${seconds >= 2 ? ` after ${seconds} s` : ""}`);
      }
      refresh();
    },
    say,
    end: () => work.end(),
  };
}
