const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The first Ctrl-C, SIGTERM or SIGHUP while stacks are worked on: what runs is ended by its engine, and nothing is begun any more. */
export interface Interrupts {
  readonly signal: AbortSignal;
  end(): void;
}

/** @param reason the signal's */
export function watchInterrupts(reason?: Error): Interrupts {
  const controller = new AbortController();
  const end = (): void => signals.forEach((name) => process.off(name, onSignal));
  const onSignal = (): void => {
    end(); // a second one ends this process, unless an engine runs, which gets it then
    setImmediate(() => controller.abort(reason)); // engines that run have got theirs by then
  };
  for (const name of signals) process.on(name, onSignal);
  return { signal: controller.signal, end };
}
