import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { CdkvmError } from "../../model/errors.ts";
import { parseFleet } from "../../fleet/parse.ts";
import { fleetStacks } from "../../fleet/stacks.ts";
import { newApp } from "../constructs/synth.ts";

/** A broken fleet file each, and next to it the message for people. `vitest -u` rewrites the messages: read them. */
const folder = join(import.meta.dirname, "../fixtures/broken/files");

/** What `cdkvm plan` prints for a file. */
function messageOf(path: string): string {
  try {
    fleetStacks(newApp(), parseFleet(readFileSync(path, "utf8"), "fleet.yaml", { TITLE: "web" }));
  } catch (error) {
    if (error instanceof CdkvmError) return error.explain();
    throw error;
  }
  throw new Error(`${path} is taken`);
}

describe("a broken fleet file is reported with position, cause and fix", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  test.each(files.map((file) => basename(file, ".yaml")))("%s", async (name) => {
    const message = messageOf(join(folder, `${name}.yaml`));
    expect(message).not.toMatch(/RangeError|TypeError|\n {4}at |undefined|\[object/);
    await expect(`${message}\n`).toMatchFileSnapshot(join(folder, `${name}.txt`));
  });
});
