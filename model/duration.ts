import { durationError } from "./value-errors.ts";

const UNITS: Readonly<Record<string, number>> = {
  s: 1, sec: 1, secs: 1, second: 1, seconds: 1,
  m: 60, min: 60, mins: 60, minute: 60, minutes: 60,
  h: 3600, hour: 3600, hours: 3600,
  d: 86400, day: 86400, days: 86400,
}; // prettier-ignore

/** A duration in whole seconds: `90 s`, `5 min`, `2 h`, `1 day`, `1h 30min`. */
export class Duration {
  readonly seconds: number;

  private constructor(seconds: number) {
    this.seconds = seconds;
  }

  static seconds(amount: number): Duration {
    return Duration.parse(`${amount} s`);
  }

  static minutes(amount: number): Duration {
    return Duration.parse(`${amount} min`);
  }

  static of(duration: Duration | string): Duration {
    return duration instanceof Duration ? duration : Duration.parse(duration);
  }

  /** @throws CdkvmError for a number without a unit, an unknown unit, or a partial second */
  static parse(text: string): Duration {
    const trimmed = text.trim().toLowerCase();
    if (/^\d+(\.\d+)?$/.test(trimmed)) throw durationError.noUnit(trimmed);
    const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)\s*/g)];
    if (parts.length === 0 || parts.map((part) => part[0]).join("") !== trimmed) throw durationError.syntax(text);
    let seconds = 0;
    for (const [, amount = "", unit = ""] of parts) {
      const factor = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
      if (factor === undefined) throw durationError.unknownUnit(text, unit);
      seconds += Number(amount) * factor;
    }
    if (!Number.isInteger(seconds)) throw durationError.partOfSecond(text, Math.ceil(seconds));
    return new Duration(seconds);
  }

  toString(): string {
    for (const [unit, factor] of [
      ["day", 86400],
      ["h", 3600],
      ["min", 60],
    ] as const) {
      if (this.seconds >= factor && this.seconds % factor === 0) return `${this.seconds / factor} ${unit}`;
    }
    return `${this.seconds} s`;
  }

  toJSON(): string {
    return this.toString();
  }
}
