import { join } from "node:path";
import { matchers, planOf, synthProgram } from "cdkvm/testing";
import { expect, test } from "vitest";

expect.extend(matchers);

const program = join(import.meta.dirname, "main.ts");

test("a guest from an image, with room to grow", async () => {
  const lab = await synthProgram(program);
  expect(lab).toHaveGuest("web1", { memory: "1 GiB", disks: ["20 GiB"], ips: ["10.20.0.10"], title: expect.stringContaining("nginx") });
  expect(lab).toHaveVolume("debian.qcow2", { source: expect.stringMatching(/^https:.*debian-12/) });
});

test("another key changes only what cloud-init reads: the guest goes on", async () => {
  const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBbBbBbBbBbBbBbBbBbBbBbBbBbBbBbBbBbBbBbBbBbB you@example";
  const plan = planOf(await synthProgram(program, { SSH_PUBLIC_KEY: key }), await synthProgram(program));
  expect(plan).toPlan({});
  expect(plan[0]?.review.changes.map(({ noun }) => noun)).toContain("cloud-init disk");
});
