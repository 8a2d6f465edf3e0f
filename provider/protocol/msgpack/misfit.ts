/** A value that does not fit the table. The path is built while the error propagates, so values that fit cost nothing. */
export class Misfit extends Error {
  readonly path: (string | number)[] = [];
  constructor(needed: string, found: string) {
    super(`${needed} is needed, not ${found}`);
  }
}

/** The attribute is not in the table. */
export class NoSuchAttribute extends Misfit {
  constructor(name: string) {
    super("", "");
    this.message = "no such attribute";
    this.path.push(name);
  }
}

/** The attribute is in the table, but not in the schema of this run. */
export class OutsideSchema extends Misfit {
  constructor(name: string) {
    super("", "");
    this.message = "this run's schema leaves it out";
    this.path.push(name);
  }
}

export function within(step: string | number, error: unknown): unknown {
  if (error instanceof Misfit) error.path.unshift(step);
  return error;
}
