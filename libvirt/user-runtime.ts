import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The folder of `qemu:///session`'s sockets and PID files. libvirt uses the user's cache folder if there is no runtime folder, and
 * treats an empty variable as unset: https://docs.gtk.org/glib/func.get_user_runtime_dir.html
 */
export const userRuntime = (env: Readonly<NodeJS.ProcessEnv> = process.env): string =>
  join(env["XDG_RUNTIME_DIR"] || env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "libvirt");
