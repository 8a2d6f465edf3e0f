import { randomBytes } from "node:crypto";
import { appendFileSync, closeSync, openSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { resolve } from "node:path";
import { EngineError, type EngineEvent } from "../engine/index.ts";
import { CdkvmError, messageOf } from "../model/errors.ts";
import { packageVersion } from "../stacks/own-package.ts";
import { eventsNotWritable } from "./errors.ts";
import { FAILED, REFUSED } from "./exit.ts";
import { uriOf } from "./guests.ts";
import { jsonText } from "./print.ts";
import type { Stack } from "./stack.ts";

type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;
type Severity = "INFO" | "WARN" | "ERROR";

/** What a run tells about itself while it goes on. */
export interface RunEvents {
  /** Something that concerns the whole run. */
  note(name: string, body: string, attributes: Attributes): void;
  /** The apply of a stack begins. */
  stackStarted(stack: Stack): void;
  /** An engine's event during the apply of a stack. */
  resource(stack: Stack, event: EngineEvent): void;
  /** A stack is done, whether something was to change or not. */
  stackDone(stack: Stack): void;
  /** @param tried false if another stack's failure or the user stopped it before it began */
  stackFailed(stack: Stack, error: unknown, tried: boolean): void;
}

/** Of a run that nobody records. */
export const noEvents: RunEvents = { note() {}, stackStarted() {}, resource() {}, stackDone() {}, stackFailed() {} };

/**
 * Runs a command and appends what happens to a file, one JSON object a line, with the names of OpenTelemetry's log data model where it
 * has one. A new file gets mode 0600. Values that the program marks as secret are hidden, as in all output.
 *
 * @throws CdkvmError CDKVM_EVENTS_FILE if the file cannot be written; before anything else happens
 * @see https://opentelemetry.io/docs/specs/otel/logs/data-model/
 */
export async function recorded(path: string | undefined, command: string, work: (events: RunEvents) => Promise<number>): Promise<number> {
  if (path === undefined) return await work(noEvents);
  const log = new EventLog(resolve(path));
  const began = performance.now();
  const end = (severity: Severity, more: Attributes): void =>
    log.write(severity, "cdkvm.run.end", `${command} ended`, { "cdkvm.command": command, duration: secondsSince(began), ...more });
  try {
    log.write("INFO", "cdkvm.run.start", `${command} began`, { "cdkvm.command": command });
    const code = await work(log);
    end(code === FAILED ? "ERROR" : code === REFUSED ? "WARN" : "INFO", { "process.exit.code": code });
    return code;
  } catch (error) {
    log.write("ERROR", "cdkvm.run.error", problemOf(error), { "cdkvm.command": command, "error.type": codeOf(error) });
    end("ERROR", { "process.exit.code": 1 });
    throw error;
  } finally {
    log.close();
  }
}

/** Seconds, in milliseconds' precision. */
const secondsSince = (began: number): number => Math.round(performance.now() - began) / 1000;

const codeOf = (error: unknown): string => (error instanceof CdkvmError ? error.code : "_OTHER");
const problemOf = (error: unknown): string => (error instanceof CdkvmError ? error.details.problem : messageOf(error));

class EventLog implements RunEvents {
  readonly #file: number;
  readonly #trace = randomBytes(16).toString("hex");
  readonly #resource: Attributes = {
    "service.name": "cdkvm",
    "service.version": packageVersion(),
    "host.name": hostname(),
    "user.name": userInfo().username,
  };
  readonly #began = new Map<string, number>();

  constructor(path: string) {
    try {
      this.#file = openSync(path, "a", 0o600);
    } catch (cause) {
      throw eventsNotWritable(path, cause);
    }
  }

  /** Written at once: it is there even if the process is killed. */
  write(severity: Severity, name: string, body: string, attributes: Attributes): void {
    const record = {
      timestamp: new Date().toISOString(),
      severity_text: severity,
      event_name: name,
      body,
      trace_id: this.#trace,
      resource: this.#resource,
      attributes,
    };
    appendFileSync(this.#file, `${jsonText(record)}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }

  note(name: string, body: string, attributes: Attributes): void {
    this.write("INFO", name, body, attributes);
  }

  stackStarted(stack: Stack): void {
    this.#began.set(stack.name, performance.now());
    this.write("INFO", "cdkvm.stack.start", `${stack.name}: apply began`, ofStack(stack));
  }

  resource(stack: Stack, event: EngineEvent): void {
    if (event.type !== "apply_start" && event.type !== "apply_complete" && event.type !== "apply_errored") return;
    const { resource, action, elapsed_seconds: duration } = event.hook;
    const [name, words] = {
      apply_start: ["cdkvm.resource.start", "began"],
      apply_complete: ["cdkvm.resource.end", "ended"],
      apply_errored: ["cdkvm.resource.end", "failed"],
    }[event.type] as [string, string];
    this.write(event.type === "apply_errored" ? "ERROR" : "INFO", name, `${resource.addr}: ${action} ${words}`, {
      ...ofStack(stack),
      "cdkvm.resource.address": resource.addr,
      "cdkvm.resource.type": resource.resource_type,
      "cdkvm.action": action,
      ...(event.type !== "apply_start" && { duration: duration ?? 0 }),
    });
  }

  stackDone(stack: Stack): void {
    this.write("INFO", "cdkvm.stack.end", `${stack.name}: done`, { ...ofStack(stack), ...this.#duration(stack) });
  }

  stackFailed(stack: Stack, error: unknown, tried: boolean): void {
    const causes = error instanceof EngineError ? error.causes : [];
    for (const { code, problem, address } of causes)
      this.write("ERROR", "cdkvm.resource.error", problem, {
        ...ofStack(stack),
        "error.type": code,
        ...(address !== undefined && { "cdkvm.resource.address": address }),
      });
    this.write(tried ? "ERROR" : "WARN", "cdkvm.stack.error", problemOf(error), {
      ...ofStack(stack),
      "error.type": codeOf(error),
      ...this.#duration(stack),
    });
  }

  /** None for a stack that was not applied. */
  #duration({ name }: Stack): Attributes {
    const began = this.#began.get(name);
    return began === undefined ? {} : { duration: secondsSince(began) };
  }
}

const ofStack = (stack: Stack): Attributes => ({ "cdkvm.stack": stack.name, "cdkvm.host": uriOf(stack) });
