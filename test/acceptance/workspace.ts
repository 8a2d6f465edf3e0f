import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Diagnostic, EngineError } from "../../engine/diagnostics.ts";
import { Engine, type PlanResult } from "../../engine/run.ts";
import { bundleProvider } from "../../scripts/build-provider.ts";
import { PROVIDER_SOURCE, writeLauncher } from "../../stacks/launcher.ts";

type Block = Record<string, unknown>;

let bundle: Promise<string> | undefined;

/** A folder with one stack's configuration, the embedded provider, and a real engine. */
export class Workspace {
  readonly folder: string;
  readonly engine: Engine;
  readonly #uri: string;

  private constructor(folder: string, engine: Engine, uri: string) {
    this.folder = folder;
    this.engine = engine;
    this.#uri = uri;
  }

  static async open(uri: string): Promise<Workspace> {
    const folder = await mkdtemp(join(tmpdir(), "cdkvm-stack-"));
    const path = await (bundle ??= bundleProvider("provider/main.ts", `dist/test/provider-${process.pid}.mjs`));
    writeLauncher(folder, { bundle: path });
    return new Workspace(folder, await Engine.open(folder), uri);
  }

  /** Writes the configuration: `{ libvirt_domain: { web1: { ... } } }`. */
  async write(resource: Record<string, Record<string, Block>>, more: Block = {}): Promise<void> {
    const stack = {
      terraform: { required_providers: { libvirt: { source: PROVIDER_SOURCE } } },
      provider: { libvirt: { uri: this.#uri } },
      ...(Object.keys(resource).length === 0 ? {} : { resource }),
      ...more,
    };
    await writeFile(join(this.folder, "cdk.tf.json"), JSON.stringify(stack, undefined, 1));
    await this.engine.init();
  }

  /** What a plan would do, with its warnings: `update libvirt_domain.web1`. */
  async plan(): Promise<{ readonly changes: boolean; readonly warnings: string[]; readonly actions: string[] }> {
    const result: PlanResult = await this.engine.plan();
    const plan = await this.engine.show(result.file);
    const actions = plan.resourceChanges.flatMap(({ address, change }) =>
      change.actions.every((action) => action === "no-op") ? [] : [`${change.actions.join("-")} ${address}`],
    );
    return { changes: result.changes, actions, warnings: result.diagnostics.map(({ summary }) => summary) };
  }

  async apply(): Promise<void> {
    await this.engine.apply();
  }

  /** The errors of an apply that must fail. */
  async failingApply(): Promise<readonly Diagnostic[]> {
    return errorsOf(this.engine.apply());
  }

  /** The errors of a plan that must fail. */
  async failingPlan(): Promise<readonly Diagnostic[]> {
    return errorsOf(this.engine.plan());
  }

  async destroy(): Promise<void> {
    await this.engine.destroy();
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

export async function errorsOf(command: Promise<unknown>): Promise<readonly Diagnostic[]> {
  try {
    await command;
  } catch (error) {
    if (error instanceof EngineError) return error.diagnostics.filter(({ severity }) => severity === "error");
    throw error;
  }
  throw new Error("the engine did not fail");
}
