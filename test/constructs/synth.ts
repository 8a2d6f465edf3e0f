import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TerraformStack } from "#cdktf";
import { afterAll } from "vitest";
import { App } from "../../stacks/app.ts";
import { HostStack, type HostStackProps } from "../../stacks/host-stack.ts";
import { CdkvmError } from "../../model/errors.ts";

/** JSON that a test looks into. */
// oxlint-disable-next-line typescript/no-explicit-any -- the tests say what they expect of it
export type Json = any;

export type Resources = Readonly<Record<string, Readonly<Record<string, Json>>>>;

export interface Synthesized {
  readonly resource: Readonly<Record<string, Resources>>;
  readonly data?: Readonly<Record<string, Resources>>;
  readonly output?: Resources;
  readonly terraform: Readonly<Record<string, Json>>;
  readonly provider: Readonly<Record<string, Json>>;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An app whose output goes to a folder that is removed after the tests. */
export function newApp(): App {
  const outdir = mkdtempSync(join(tmpdir(), "cdkvm-synth-"));
  folders.push(outdir);
  return new App({ outdir });
}

export const newHost = (props: HostStackProps = {}): HostStack => new HostStack(newApp(), "kvm1", { acceleration: "kvm", ...props });

/** What a stack's cdk.tf.json says. */
export function synthesize(stack: TerraformStack): Synthesized {
  stack.prepareStack();
  return JSON.parse(JSON.stringify(stack.toTerraform())) as Synthesized;
}

/** The error that a program throws, as a person reads it. */
export function errorOf(program: () => unknown): string {
  try {
    program();
  } catch (error) {
    if (error instanceof CdkvmError) return error.explain();
    throw error;
  }
  throw new Error("it did not throw");
}
