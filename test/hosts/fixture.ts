import { afterAll, describe, test as base } from "vitest";
import { type Host, type HostOptions, startHost } from "./host.ts";
import { canRunHosts } from "./requirements.ts";
import { skippedBecause } from "./skipped.ts";

/**
 * `describe` for tests that need a KVM host. If none can run, the tests are skipped and the name says why; the summary counts
 * them (`reporter.ts`).
 */
export function describeWithHosts(name: string, body: () => void): void {
  const can = canRunHosts();
  if (can.ok) describe(name, body);
  else describe.skip(`${name} ${skippedBecause(can.reason)}`, body);
}

/** `test` with one `host` for the whole file, started by the first test that uses it. */
export const test = base.extend("host", { scope: "file" }, async ({}, { onCleanup }): Promise<Host> => {
  const host = await startHost();
  onCleanup(() => host.stop());
  return host;
});

/** For several hosts in a file, or a host with options: returns a function that starts them; all end with the file. */
export function hostsOfFile(): (options?: HostOptions) => Promise<Host> {
  const started: Host[] = [];
  afterAll(async () => {
    await Promise.all(started.map((host) => host.stop()));
  });
  return async (options) => {
    const host = await startHost(options);
    started.push(host);
    return host;
  };
}
