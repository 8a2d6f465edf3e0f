import { realpathSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { App, Manifest, type TerraformStack } from "#cdktf";

/**
 * The path of a stack's local state, `terraform.<stack>.tfstate` in the project's folder, as the engine in the stack's own
 * folder finds it: relative, so that what is synthesized is the same on every machine and goes with the project when that
 * moves. Where the stack's folder is elsewhere (`--output`, a link), no relative path is sure to lead back: it is absolute.
 */
export function localStatePath(stack: TerraformStack): string {
  // not by the manifest's forStack: it notes the stack's dependencies when it is first asked, and they may be to come
  const folder = join(resolve(App.of(stack).outdir), Manifest.stacksFolder, stack.node.id);
  const state = resolve(`terraform.${stack.node.id}.tfstate`);
  const project = dirname(state);
  const inside = folder.startsWith(project + sep) && real(folder) === join(realpathSync(project), relative(project, folder));
  return inside ? relative(folder, state).split(sep).join("/") : state;
}

/** A path with its links followed, as far as it is there. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), path.slice(parent.length));
  }
}
