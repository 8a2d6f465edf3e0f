const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Handles the first Ctrl-C, SIGTERM or SIGHUP while stacks are processed: engines end their own runs, and nothing new starts. */
export interface Interrupts {
  readonly signal: AbortSignal;
  end(): void;
}

/** @param reason of the signal */
export function watchInterrupts(reason?: Error): Interrupts {
  const controller = new AbortController();
  const end = (): void => signals.forEach((name) => process.off(name, onSignal));
  const onSignal = (): void => {
    end(); // a second one ends this process, unless an engine runs, which then gets it
    setImmediate(() => controller.abort(reason)); // by then, running engines have got theirs
  };
  for (const name of signals) process.on(name, onSignal);
  return { signal: controller.signal, end };
}
