import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { replaceFile } from "./private-file.ts";
import { stateMark, type StateMarkEntry } from "./schema.ts";

export const PROGRESS = "progress.json";

const progressSchema = z.object({
  formatVersion: z.literal(1),
  /** The plan run that the folder is of. */
  id: z.uuid(),
  stacks: z.record(
    z.string(),
    z.object({
      step: z.enum(["applying", "applied"]),
      at: z.iso.datetime(),
      /** The state after the apply. */
      state: stateMark.optional(),
    }),
  ),
});

type Steps = z.output<typeof progressSchema>["stacks"];

/** How far the apply of a plan folder has come, kept in the folder, so that a run that was cut off can go on. */
export class FolderProgress {
  readonly #path: string;
  readonly #id: string;
  #stacks: Steps;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, id: string, stacks: Steps) {
    this.#path = path;
    this.#id = id;
    this.#stacks = stacks;
  }

  /** @param id of the plan run; what another run left does not count */
  static async open(folder: string, id: string): Promise<FolderProgress> {
    const path = join(folder, PROGRESS);
    const text = await readFile(path, "utf8").catch(() => undefined);
    const parsed = text === undefined ? undefined : progressSchema.safeParse(JSON.parse(text)).data;
    return new FolderProgress(path, id, parsed?.id === id ? parsed.stacks : {});
  }

  /** Undefined if the stack was not tried yet. */
  of(stack: string): Steps[string] | undefined {
    return this.#stacks[stack];
  }

  /** Notes that the apply of the stack begins. */
  begin(stack: string): Promise<void> {
    return this.#note(stack, { step: "applying", at: new Date().toISOString() });
  }

  /** Notes that the stack's plan is applied. @param state after it */
  end(stack: string, state: StateMarkEntry): Promise<void> {
    return this.#note(stack, { step: "applied", at: new Date().toISOString(), state });
  }

  /** Stacks are applied at the same time. */
  #note(stack: string, step: Steps[string]): Promise<void> {
    this.#stacks = { ...this.#stacks, [stack]: step };
    const write = async (): Promise<void> =>
      await replaceFile(this.#path, `${JSON.stringify({ formatVersion: 1, id: this.#id, stacks: this.#stacks }, undefined, 2)}\n`);
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }
}
