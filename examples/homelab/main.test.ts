import { join } from "node:path";
import { matchers, planOf, synthProgram } from "cdkvm/testing";
import { expect, test } from "vitest";

expect.extend(matchers);

const program = join(import.meta.dirname, "main.ts");

test("two guests on a network of their own, with the addresses that it reserves", async () => {
  const homelab = await synthProgram(program);
  expect(homelab).toHaveNetwork("homelab", { mode: "nat", addresses: ["10.77.0.1/24"], domain: "homelab.internal" });
  expect(homelab).toHaveGuest("web1", { networks: ["homelab"], ips: ["10.77.0.11"], memory: "256 MiB", disks: [] });
  expect(homelab).toHaveGuest("db1", { networks: ["homelab"], ips: ["10.77.0.12"], disks: ["1 GiB"] });
});

test("an image gives both guests a disk, and restarts them", async () => {
  const [kernel, image] = await Promise.all([synthProgram(program), synthProgram(program, { CDKVM_DEMO_IMAGE: "/srv/debian.qcow2" })]);
  expect(image).toHaveGuest("web1", { memory: "1 GiB", disks: ["10 GiB"] });
  expect(planOf(image, kernel)).toPlan({
    restart: ["db1", "web1"],
    create: ["db1-cloud-init.iso", "db1-vda.qcow2", "debian.qcow2", "web1-cloud-init.iso", "web1-vda.qcow2"],
  });
});
