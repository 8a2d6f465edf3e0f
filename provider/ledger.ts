import { basename } from "node:path";
import { Once } from "./once.ts";

/** State that the resources of one run share: what this plan has and creates, and what this apply adopted. */
export class Ledger {
  readonly #adopted = new Set<string>();
  readonly #making = new Set<string>();
  readonly #announced = new Set<string>();
  readonly #looked = new Once();

  /**
   * Records that a create found its object already created and adopted it. If the engine replaces one address with another of the same
   * name, the delete of the old address must then keep the object.
   */
  adopt(id: string): void {
    this.#adopted.add(id);
  }

  isAdopted(id: string): boolean {
    return this.#adopted.has(id);
  }

  /** Records that this plan has, or will have, an object of this noun and name. */
  announce(noun: string, name: unknown): void {
    if (typeof name === "string") this.#announced.add(`${noun} ${name}`);
  }

  /** Whether an object of this noun and name was announced or exists on the host; the host is asked once. */
  async knows(noun: string, name: string, isThere: () => Promise<boolean>): Promise<boolean> {
    const key = `${noun} ${name}`;
    return this.#announced.has(key) || (await this.#looked.ask(key, isThere));
  }

  /** Records that this plan creates a file of that name, or files in a directory: `/var/lib/vms/`. */
  willMake(name: string): void {
    this.#making.add(name);
  }

  /** Whether this plan creates, or may create, the file at a path. */
  makes(path: string): boolean {
    return this.#making.has(basename(path)) || [...this.#making].some((one) => one.endsWith("/") && path.startsWith(one));
  }
}
