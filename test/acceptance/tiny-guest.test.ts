import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, expect } from "vitest";
import { type TinyGuest, tinyCmdline, tinyGuest } from "../../scripts/guests/tiny.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

const network = `<network><name>lan</name><forward mode="nat"/><bridge name="virbr7"/>
  <ip address="192.168.77.1" netmask="255.255.255.0"><dhcp><range start="192.168.77.10" end="192.168.77.99"/></dhcp></ip></network>`;

const domain = (
  kernel: string,
  initrd: string,
): string => `<domain type="qemu"><name>web1</name><memory unit="MiB">192</memory><vcpu>1</vcpu>
  <os><type arch="x86_64" machine="q35">hvm</type><kernel>${kernel}</kernel><initrd>${initrd}</initrd>
  <cmdline>${tinyCmdline({ hostname: "web1", httpd: true })}</cmdline></os><features><acpi/></features>
  <devices><interface type="network"><mac address="52:54:00:00:00:01"/><source network="lan"/><model type="virtio"/></interface>
  <serial type="pty"><log file="/var/log/libvirt/qemu/web1-console.log"/></serial><rng model="virtio"><backend model="random">/dev/urandom</backend></rng></devices></domain>`;

async function until(what: string, seconds: number, look: () => Promise<string | undefined>): Promise<string> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await delay(100)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`${what} did not happen in ${seconds} s`);
}

async function define(host: Host, guest: TinyGuest): Promise<void> {
  const [kernel, initrd] = [await host.put(guest.kernel), await host.put(guest.initrd)];
  await host.exec("sh", ["-c", "cat > /run/lan.xml"], { input: network });
  await host.exec("sh", ["-c", "cat > /run/web1.xml"], { input: domain(kernel, initrd) });
  await host.virsh("net-create", "/run/lan.xml");
  await host.virsh("create", "/run/web1.xml");
}

describeWithHosts("the tiny guest", () => {
  let guest: TinyGuest;
  beforeAll(async () => {
    guest = await tinyGuest();
  }, 300_000);

  test("gets a lease, serves its page, and turns off when its power button is pressed", { timeout: 120_000 }, async ({ host }) => {
    await define(host, guest);
    const lease = await until("a lease", 60, async () => /192\.168\.77\.\d+/.exec(await host.virsh("domifaddr", "web1"))?.[0]);
    const page = await until("a page", 30, () => host.fetch(`http://${lease}/`).catch(() => undefined));
    expect(page).toContain("Hello from web1");
    expect(page).toContain(lease);
    expect(await host.virsh("net-dhcp-leases", "lan")).toContain("web1");
    expect(await host.readFile("/var/log/libvirt/qemu/web1-console.log")).toMatch(/cdkvm: web1 has 192\.168\.77\.\d+/);
    await host.virsh("shutdown", "web1", "--mode", "acpi");
    await until("power-off", 30, async () => ((await host.virsh("list", "--name")).includes("web1") ? undefined : "off"));
  });
});
