import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Host, Output } from "./host.ts";

const repository = join(import.meta.dirname, "../..");
const demo = join(repository, "scripts/demo.ts");

/** The demo on a host, as a user runs it there; the user's data are in a separate folder. */
export class Demo {
  readonly host: Host;
  readonly home: string;
  readonly #before: readonly string[];

  private constructor(host: Host, home: string, before: readonly string[]) {
    this.host = host;
    this.home = home;
    this.#before = before;
  }

  /** @param before the command that runs it: `setpriv` and its options */
  static async on(host: Host, before: readonly string[] = []): Promise<Demo> {
    return new Demo(host, await mkdtemp("/var/tmp/cdkvm-demo-test-"), before);
  }

  /** Returns its output, both streams. */
  async run(...args: readonly string[]): Promise<Output & { readonly text: string }> {
    const environment = [`XDG_DATA_HOME=${this.home}/data`, "XDG_RUNTIME_DIR=", "CI=1"];
    const words = [...this.#before, "env", ...environment, process.execPath, demo, ...args];
    const [command = "", ...rest] = words;
    const output = await this.host.exec(command, rest, { mayFail: true, timeout: 300_000 });
    return { ...output, text: output.stdout + output.stderr };
  }

  async must(...args: readonly string[]): Promise<string> {
    const { code, text } = await this.run(...args);
    if (code !== 0) throw new Error(`the demo ended with ${code}:\n${text}`);
    return text;
  }

  remove(): Promise<void> {
    return rm(this.home, { recursive: true, force: true });
  }
}

/** The host before anyone has started libvirt. */
export async function stopDaemons(host: Host): Promise<void> {
  const script =
    "for name in libvirtd virtlogd; do pid=$(cat /run/$name.pid); kill $pid; while kill -0 $pid 2>/dev/null; do sleep 0.02; done; done";
  await host.exec("sh", ["-c", script]);
}

/** The names of the processes on the host, except those of the host itself and of the query. */
export async function processes(host: Host): Promise<readonly string[]> {
  const { stdout } = await host.exec("ps", ["-e", "-o", "comm="]);
  return stdout.split("\n").filter((name) => name !== "" && !["bash", "ps"].includes(name));
}
