import { expect } from "vitest";
import type { Host } from "../hosts/host.ts";

const log = (name: string): string => `/var/log/libvirt/qemu/${name}-console.log`;

/** A serial console whose output `booted` reads. */
export const serialLog = (name: string): Record<string, unknown> => ({
  source: { pty: {} },
  target: { type: "isa-serial", port: 0 },
  log: { file: log(name) },
});

/** Waits until the tiny guest's kernel and drivers are up: before that it neither takes nor lets go of a device. */
export async function booted(host: Host, name: string): Promise<void> {
  const console = async (): Promise<string> => (await host.exec("cat", [log(name)], { mayFail: true })).stdout;
  await expect.poll(console, { timeout: 100_000, interval: 100 }).toContain(`cdkvm: ${name} is up`);
}
