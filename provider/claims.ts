const NEW = "new ";

/** Whether an owner is not in the state. */
export const isFresh = (owner: string | undefined): boolean => owner?.startsWith(NEW) === true;

/** The names that the resources of one run have or will have. Each name is unique on a host. */
export class Claims {
  readonly #owners = new Map<string, string>();
  readonly #made = new Set<string>();
  readonly #released = new Set<string>();
  #news = 0;

  /** The owner of the name: the given owner, unless another one claimed the name first. */
  claim(key: string, owner: string): string {
    const first = this.#owners.get(key);
    if (first === undefined) this.#owners.set(key, owner);
    return first ?? owner;
  }

  /** An owner that is not in the state. */
  newOwner(): string {
    this.#news += 1;
    return `${NEW}${this.#news}`;
  }

  /** Records that the plan destroys this owner. */
  release(owner: string): void {
    this.#released.add(owner);
  }

  isReleased(owner: string): boolean {
    return this.#released.has(owner);
  }

  /** Whether an owner that is not in the state has claimed the name. */
  isClaimedFresh(key: string): boolean {
    return isFresh(this.#owners.get(key));
  }

  markMade(key: string): void {
    this.#made.add(key);
  }

  isMade(key: string): boolean {
    return this.#made.has(key);
  }

  unmarkMade(key: string): void {
    this.#made.delete(key);
    this.#owners.delete(key);
  }
}
