import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The folder of `qemu:///session`'s sockets and pid files. libvirt takes the user's cache folder where there is no runtime folder, and
 * a variable that is empty for one that is not set: https://docs.gtk.org/glib/func.get_user_runtime_dir.html
 */
export const userRuntime = (env: Readonly<NodeJS.ProcessEnv> = process.env): string =>
  join(env["XDG_RUNTIME_DIR"] || env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "libvirt");
