import { basename } from "node:path";
import { Once } from "./once.ts";

/** What the resources of one run tell each other: what this plan has and makes, and what this apply took over. */
export class Ledger {
  readonly #adopted = new Set<string>();
  readonly #making = new Set<string>();
  readonly #announced = new Set<string>();
  readonly #looked = new Once();

  /**
   * Says that a create found its object made already and took it over. Where the engine replaces one address by another
   * with the same name, the delete of the old address must then leave it alone.
   */
  adopt(id: string): void {
    this.#adopted.add(id);
  }

  isAdopted(id: string): boolean {
    return this.#adopted.has(id);
  }

  /** Says that this plan has, or will have, something of this kind and name. */
  announce(kind: string, name: unknown): void {
    if (typeof name === "string") this.#announced.add(`${kind} ${name}`);
  }

  /** Whether something of this kind and name was announced, or is on the host, which is asked once. */
  async knows(kind: string, name: string, isThere: () => Promise<boolean>): Promise<boolean> {
    const key = `${kind} ${name}`;
    return this.#announced.has(key) || (await this.#looked.ask(key, isThere));
  }

  /** Says that this plan makes a file of that name, or files in a directory: `/var/lib/vms/`. */
  willMake(name: string): void {
    this.#making.add(name);
  }

  /** Whether this plan makes, or may make, what is at a path. */
  makes(path: string): boolean {
    return this.#making.has(basename(path)) || [...this.#making].some((one) => one.endsWith("/") && path.startsWith(one));
  }
}
