import { realpathSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { App, Manifest, type TerraformStack } from "#cdktf";

/**
 * The path of a stack's local state, `terraform.<stack>.tfstate` in the project's folder, as seen from the stack's folder. It
 * is relative, so that the synthesized output is the same on every machine and moves with the project. If the stack's folder
 * is elsewhere (`--output`, a link), a relative path may not lead back, so the path is absolute.
 */
export function localStatePath(stack: TerraformStack): string {
  // not the manifest's forStack: its first call records the stack's dependencies, which may not all exist yet
  const folder = join(resolve(App.of(stack).outdir), Manifest.stacksFolder, stack.node.id);
  const state = resolve(`terraform.${stack.node.id}.tfstate`);
  const project = dirname(state);
  const inside = folder.startsWith(project + sep) && real(folder) === join(realpathSync(project), relative(project, folder));
  return inside ? relative(folder, state).split(sep).join("/") : state;
}

/** A path with links resolved as far as it exists. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), path.slice(parent.length));
  }
}
