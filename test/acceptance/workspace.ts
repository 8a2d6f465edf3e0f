import { createHash } from "node:crypto";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Diagnostic, EngineError } from "../../engine/diagnostics.ts";
import type { Environment } from "../../engine/environment.ts";
import type { PlanResult } from "../../engine/options.ts";
import { Engine } from "../../engine/run.ts";
import { bundleProvider } from "../../scripts/build-provider.ts";
import { EMBEDDED_SOURCE } from "../../model/embedded-source.ts";
import { writeLauncher } from "../../stacks/launcher.ts";

type Block = Record<string, unknown>;

/** What an object goes through that stays as it is. */
const UNCHANGED: ReadonlySet<string> = new Set(["noop", "move", "import"]);

let bundle: Promise<string> | undefined;

/** The provider as it is now, under one name for all tests: node keeps what it compiled by the name. */
async function bundled(): Promise<string> {
  const own = await bundleProvider("provider/main.ts", `dist/test/provider-${process.pid}.mjs`);
  const hash = createHash("sha256")
    .update(await readFile(own))
    .digest("hex")
    .slice(0, 16);
  const path = join(dirname(own), `provider-${hash}.mjs`);
  await rename(own, path);
  await rm(`${own}.LEGAL.txt`, { force: true });
  return path;
}

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

  static async open(uri: string, env: Environment = process.env): Promise<Workspace> {
    const folder = await mkdtemp(join(tmpdir(), "cdkvm-stack-"));
    writeLauncher(folder, { bundle: await (bundle ??= bundled()) });
    return new Workspace(folder, await Engine.open(folder, { env }), uri);
  }

  /** The same folder with an engine of its own. */
  async reopen(env: Environment = process.env): Promise<Workspace> {
    return new Workspace(this.folder, await Engine.open(this.folder, { env }), this.#uri);
  }

  /** Writes the configuration: `{ libvirt_domain: { web1: { ... } } }`. */
  async write(resource: Record<string, Record<string, Block>>, more: Block = {}): Promise<void> {
    const stack = {
      terraform: { required_providers: { libvirt: { source: EMBEDDED_SOURCE } } },
      provider: { libvirt: { uri: this.#uri } },
      ...(Object.keys(resource).length === 0 ? {} : { resource }),
      ...more,
    };
    await writeFile(join(this.folder, "cdk.tf.json"), JSON.stringify(stack, undefined, 1));
    await this.engine.init();
  }

  /** What a plan would do, with its warnings: `update libvirt_domain.web1`. */
  async plan(): Promise<{ readonly changes: boolean; readonly warnings: string[]; readonly actions: string[] }> {
    const changes: { readonly action: string; readonly addr: string }[] = [];
    const result: PlanResult = await this.engine.plan({
      onEvent: (event) => {
        if (event.type !== "planned_change" || UNCHANGED.has(event.change.action)) return;
        const { action, resource } = event.change;
        changes.push({ action: action === "replace" ? "delete-create" : action, addr: resource.addr });
      },
    });
    const actions = changes.toSorted((one, other) => (one.addr < other.addr ? -1 : 1)).map(({ action, addr }) => `${action} ${addr}`);
    return { changes: result.changes, actions, warnings: result.diagnostics.map(({ summary }) => summary) };
  }

  /** As `cdkvm apply` does it: a plan, and exactly that. */
  async apply(): Promise<void> {
    await this.engine.apply({ plan: (await this.engine.plan()).file });
  }

  /** The errors of an apply that must fail. */
  async failingApply(): Promise<readonly Diagnostic[]> {
    return errorsOf(this.apply());
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
