import { windowError } from "./errors.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MINUTES_A_DAY = 24 * 60;

/** A time of each week, on the clocks of a time zone: `Sat 22:00-04:00 Europe/Berlin`, `Mon-Fri 01:00-05:00`, `03:00-04:00 UTC`. */
export class Window {
  /** Days on which it begins, 0 for Sunday. */
  readonly #days: ReadonlySet<number>;
  /** Minutes since midnight; an end before the start is on the next day. */
  readonly #from: number;
  readonly #to: number;
  readonly #clock: Intl.DateTimeFormat;

  private constructor(days: ReadonlySet<number>, from: number, to: number, clock: Intl.DateTimeFormat) {
    this.#days = days;
    this.#from = from;
    this.#to = to;
    this.#clock = clock;
  }

  /** @throws CdkvmError that says which part is wrong */
  static parse(text: string): Window {
    const groups = /^(?:(?<days>[A-Za-z,-]+) +)?(?<from>\d{1,2}:\d{2})-(?<to>\d{1,2}:\d{2})(?: +(?<zone>\S+))?$/.exec(text.trim())?.groups;
    if (!groups) throw windowError.form(text);
    const { days, from = "", to = "", zone = "UTC" } = groups;
    const [start, end] = [minutesOf(from), minutesOf(to)];
    if (start === end) throw windowError.empty(text);
    return new Window(daysOf(days), start, end, clockOf(zone));
  }

  /** Whether a moment is inside; the end is not. */
  includes(moment: Date): boolean {
    const parts = Object.fromEntries(this.#clock.formatToParts(moment).map(({ type, value }) => [type, value]));
    const day = DAYS.findIndex((name) => name === parts["weekday"]);
    const minute = Number(parts["hour"]) * 60 + Number(parts["minute"]);
    const begins = this.#days.has(day);
    if (this.#from < this.#to) return begins && minute >= this.#from && minute < this.#to;
    return (begins && minute >= this.#from) || (this.#days.has((day + 6) % 7) && minute < this.#to);
  }
}

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  const total = hours * 60 + minutes;
  if (minutes > 59 || total > MINUTES_A_DAY) throw windowError.time(text);
  return total;
}

function daysOf(text: string | undefined): ReadonlySet<number> {
  if (text === undefined || /^daily$/i.test(text)) return new Set(DAYS.keys());
  return new Set(
    text.split(",").flatMap((range) => {
      const [first = -1, last = first] = range.split("-").map(dayOf);
      return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, index) => (first + index) % 7);
    }),
  );
}

function dayOf(text: string): number {
  const day = DAYS.findIndex((name) => name.toLowerCase() === text.toLowerCase());
  if (day < 0) throw windowError.day(text);
  return day;
}

function clockOf(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  } catch {
    throw windowError.zone(zone);
  }
}
