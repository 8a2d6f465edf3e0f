/** The engine creates, changes and deletes resources in parallel, and two of them may concern the same name on the host. */
export class Locks {
  readonly #queues = new Map<string, Promise<unknown>>();

  /** Runs a task after all earlier tasks with the same key. */
  async exclusive<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(key);
    const result = (before ?? Promise.resolve()).then(task, task);
    const quiet = result.catch(() => {});
    this.#queues.set(key, quiet);
    try {
      return await result;
    } finally {
      if (this.#queues.get(key) === quiet) this.#queues.delete(key);
    }
  }
}
