import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { createCertificate } from "../../provider/protocol/certificate.ts";
import { COOKIE_NAME, COOKIE_VALUE } from "../../provider/protocol/handshake.ts";
import { timed, type Times } from "./times.ts";

export interface StartTimes {
  /** Without Node's compile cache, as after an upgrade. */
  readonly cold: Times;
  /** With it. */
  readonly warm: Times;
}

/**
 * From spawning the launcher, as an engine does, to the handshake line.
 *
 * @param folder an initialized stack
 * @param cache the compile cache filled by the engines' providers
 */
export async function measureStart(folder: string, cache: string, work: string, repeat: number): Promise<StartTimes> {
  const times: StartTimes = { cold: [], warm: [] };
  const certificate = createCertificate().pem.toString();
  for (let round = 0; round < repeat; round++) {
    const empty = await mkdtemp(join(work, "compiled-"));
    await timed(times.cold, () => start(folder, empty, work, certificate));
    for (let again = 0; again < 3; again++) await timed(times.warm, () => start(folder, cache, work, certificate));
    await rm(empty, { recursive: true });
  }
  return times;
}

async function start(folder: string, cache: string, work: string, certificate: string): Promise<void> {
  const [launcher] = globSync("terraform.d/plugins/*/*/*/*/*/terraform-provider-*", { cwd: folder });
  if (launcher === undefined) throw new Error(`${folder} contains no launcher`);
  const child = spawn(join(folder, launcher), {
    cwd: folder,
    env: {
      ...process.env,
      [COOKIE_NAME]: COOKIE_VALUE,
      PLUGIN_PROTOCOL_VERSIONS: "6",
      PLUGIN_CLIENT_CERT: certificate,
      NODE_COMPILE_CACHE: cache,
      TMPDIR: work,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  const [first] = (await line) as [unknown];
  // Its exit is not measured: the signal leaves its socket's folder behind, which is deleted with `work`.
  child.kill("SIGKILL");
  if (!(first instanceof Buffer)) throw new Error(`the provider ended with ${String(first)} before its handshake`);
}
