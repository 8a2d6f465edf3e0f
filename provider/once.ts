/** Questions that many resources ask a host, each asked once per process. A failed question is asked again. */
export class Once {
  readonly #answers = new Map<string, Promise<unknown>>();

  /** @param question unique to the caller: `memory`, `pool images` */
  async ask<T>(question: string, ask: () => Promise<T>): Promise<T> {
    let answer = this.#answers.get(question) as Promise<T> | undefined;
    if (answer === undefined) {
      answer = ask();
      this.#answers.set(question, answer);
      answer.catch(() => this.#answers.delete(question));
    }
    return answer;
  }
}
