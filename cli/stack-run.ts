import { EngineError } from "../engine/index.ts";
import { CdkvmError, messageOf } from "../model/errors.ts";
import { DONE, FAILED, REFUSED } from "./exit.ts";
import { type ErrorData, errorData, errorText } from "./error-data.ts";
import { noEvents, type RunEvents } from "./event-log.ts";
import { notTried, type NotTried } from "./errors.ts";
import { type Interrupts, watchInterrupts } from "./interrupts.ts";
import { eachLimited, stacksAtOnce } from "./limit.ts";
import { PolicyRefusal } from "./policy-refusal.ts";
import { jsonText } from "./print.ts";
import type { Stack } from "./stack.ts";
import type { Terminal } from "./terminal.ts";

/** The outcome for one stack. */
type End<T> = { readonly value: T } | { readonly error: unknown; readonly tried: boolean };

export interface StackRunOptions {
  readonly command: "plan" | "apply" | "destroy" | "output" | "drift";
  /** Start no other stack after a failure. */
  readonly failFast?: boolean;
  /** Whether a stack's dependencies or its dependents must be done first. @default neither */
  readonly needs?: "dependencies" | "dependents";
  /** Report errors as data. */
  readonly json: boolean;
  /** @default noEvents */
  readonly events?: RunEvents;
}

const PAST = { plan: "planned", apply: "applied", destroy: "destroyed", output: "read", drift: "checked" } as const;

/**
 * A command's work on several stacks. Tries each one even if others fail, except those that need a failed stack, and
 * records each outcome.
 */
export class StackRun<T> {
  readonly stacks: readonly Stack[];
  readonly events: RunEvents;
  readonly #terminal: Terminal;
  readonly #options: StackRunOptions;
  readonly #ends = new Map<string, End<T>>();
  #isDeclined = false;
  readonly #interrupts: Interrupts = watchInterrupts();

  constructor(terminal: Terminal, stacks: readonly Stack[], options: StackRunOptions) {
    this.#terminal = terminal;
    this.stacks = stacks;
    this.#options = options;
    this.events = options.events ?? noEvents;
  }

  /** Aborted when the user interrupts. */
  get signal(): AbortSignal {
    return this.#interrupts.signal;
  }

  /** Whether there are several stacks, so that each line must name its own. */
  get several(): boolean {
    return this.stacks.length > 1;
  }

  /** Runs one step for the stacks concurrently and returns the results of those that succeeded, in order. */
  async each<R>(stacks: readonly Stack[], work: (stack: Stack) => Promise<R>): Promise<R[]> {
    const results = new Map<Stack, R>();
    await eachLimited(stacks, stacksAtOnce(), async (stack) => {
      const refusal = this.#refusal(stack);
      if (refusal) return this.#fail(stack, refusal, false);
      try {
        results.set(stack, await work(stack));
      } catch (error) {
        if (this.signal.aborted && !(error instanceof EngineError)) this.#fail(stack, this.#notTried("interrupted"), false);
        else this.#fail(stack, error, true);
      }
    });
    return stacks.flatMap((stack) => (results.has(stack) ? [results.get(stack) as R] : []));
  }

  /** Records a stack's outcome. */
  done(stack: Stack, value: T): void {
    this.#ends.set(stack.name, { value });
    this.events.stackDone(stack);
  }

  /** The policy forbids the stack's plan. */
  refuse(stack: Stack, refusal: PolicyRefusal): void {
    this.#fail(stack, refusal, true);
  }

  /** The policy forbids a plan that these stacks' plans belong to. */
  refuseWith(stacks: readonly Stack[], refused: Stack): void {
    for (const stack of stacks) this.#fail(stack, this.#notTried({ refused: refused.name }), false);
  }

  /** The user answered no: stop here. */
  decline(): void {
    this.#isDeclined = true;
    for (const stack of this.stacks)
      if (!this.#ends.has(stack.name)) this.#ends.set(stack.name, { error: this.#notTried("declined"), tried: false });
  }

  /** The results of the stacks that succeeded. */
  values(): readonly T[] {
    return this.#inOrder().flatMap(([, end]) => ("value" in end ? [end.value] : []));
  }

  /** The outcome of each stack, for programs. */
  data<D extends object>(
    of: (value: T) => D,
  ): (({ readonly stack: string } & D) | { readonly stack: string; readonly error: ErrorData })[] {
    return this.#inOrder().map(([stack, end]) => ({
      stack: stack.name,
      ...("value" in end ? of(end.value) : { error: errorData(end.error) }),
    }));
  }

  /**
   * Ends the run: reports the outcomes of several stacks, and returns the exit code.
   *
   * @param words the outcome of a successful stack; if omitted, nothing is printed
   */
  end(words?: (value: T) => string): number {
    this.#interrupts.end();
    if (words && this.#isDeclined) this.#showDone(words);
    if (words && this.several) this.#showTable(words);
    return this.#code();
  }

  /** What was not tried, because of a refusal, is no failure. */
  #code(): number {
    const ends = this.#inOrder().flatMap(([, end]) => ("error" in end ? [end] : []));
    if (ends.length === 0) return DONE;
    const isRefused = ends.some(({ error }) => error instanceof PolicyRefusal);
    const isFailed = this.#isDeclined || this.signal.aborted || ends.some(({ error, tried }) => tried && !(error instanceof PolicyRefusal));
    return isRefused && !isFailed ? REFUSED : FAILED;
  }

  /** After a no: earlier groups of stacks may already be done. */
  #showDone(of: (value: T) => string): void {
    const past = PAST[this.#options.command];
    const done = this.#inOrder().flatMap(([{ name }, end]) => ("value" in end && of(end.value) === past ? [name] : []));
    const failed = this.#inOrder().flatMap(([{ name }, end]) => ("error" in end && end.tried ? [name] : []));
    const earlier = [
      done.length > 0 && `already ${past}: ${done.join(", ")}`,
      failed.length > 0 && `failed, possibly after some changes: ${failed.join(", ")}`,
    ].filter(Boolean);
    this.#terminal.say(earlier.length === 0 ? "Nothing was changed." : `Nothing else was changed; ${earlier.join("; ")}.`);
  }

  #showTable(of: (value: T) => string): void {
    const row = ([stack, end]: readonly [Stack, End<T>]): string[] => {
      if ("value" in end) return [stack.name, this.#terminal.style("green", of(end.value)), ""];
      const { code, problem } = briefly(end.error);
      if (!end.tried) return [stack.name, this.#terminal.style("yellow", "not tried"), problem];
      if (end.error instanceof PolicyRefusal) return [stack.name, this.#terminal.style("yellow", "refused"), problem];
      if (code === "CDKVM_ENGINE_INTERRUPTED")
        return [stack.name, this.#terminal.style("yellow", "interrupted"), "its state contains what was finished"];
      return [stack.name, this.#terminal.style("red", "failed"), `${code} ${problem}`];
    };
    this.#terminal.say();
    this.#terminal.table(["stack", "result", ""], this.#inOrder().map(row));
  }

  #inOrder(): (readonly [Stack, End<T>])[] {
    return this.stacks.map((stack) => [stack, this.#ends.get(stack.name) ?? { error: this.#notTried("interrupted"), tried: false }]);
  }

  #fail(stack: Stack, error: unknown, tried: boolean): void {
    this.#ends.set(stack.name, { error, tried });
    this.events.stackFailed(stack, error, tried);
    if (!tried) return;
    if (this.#options.json) console.error(jsonText({ stack: stack.name, error: errorData(error) }));
    else this.#terminal.error(errorText(error), this.several ? stack.name : undefined);
  }

  /** Why a stack must not be tried. */
  #refusal(stack: Stack): CdkvmError | undefined {
    if (this.signal.aborted) return this.#notTried("interrupted");
    const { failFast, needs } = this.#options;
    const failures = this.stacks.filter((one) => "error" in (this.#ends.get(one.name) ?? {}));
    const needed = failures.find((one) =>
      needs === "dependents" ? one.dependencies.includes(stack.name) : needs !== undefined && stack.dependencies.includes(one.name),
    );
    if (needed) return this.#notTried(needs === "dependents" ? { dependent: needed.name } : { dependency: needed.name });
    const [first] = failures;
    return failFast && first ? this.#notTried({ failed: first.name }) : undefined;
  }

  #notTried(why: NotTried): CdkvmError {
    const { command } = this.#options;
    return notTried(command, PAST[command], why);
  }
}

function briefly(error: unknown): { readonly code: string; readonly problem: string } {
  const problem = error instanceof CdkvmError ? error.details.problem : messageOf(error);
  const line = problem.split("\n", 1)[0] ?? "";
  return { code: error instanceof CdkvmError ? error.code : "", problem: line.length > 100 ? `${line.slice(0, 99)}…` : line };
}
