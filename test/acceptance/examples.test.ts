import { beforeAll, expect, test, vi } from "vitest";
import { tinyGuest } from "../../scripts/guests/tiny.ts";
import { Example, exampleNames } from "../cli/example.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 180_000 });

describeWithHosts("the examples", () => {
  const start = hostsOfFile();
  let kvm1: Host;
  let kvm2: Host;
  beforeAll(async () => {
    [kvm1, kvm2] = await Promise.all([start(), start()]);
  }, 60_000);

  const environment = (): Record<string, string> => ({
    LIBVIRT_DEFAULT_URI: kvm1.uri,
    KVM1_URI: kvm1.uri,
    KVM2_URI: kvm2.uri,
    KVM3_URI: kvm2.uri,
  });

  test.each(exampleNames)("%s plans only creations on a real host", async (name) => {
    const example = new Example(name, environment());
    const plans = JSON.parse(await example.must("plan --json")) as { review: { counts: Record<string, number>; hasChanges: boolean } }[];
    expect(plans.length).toBeGreaterThan(0);
    for (const { review } of plans) {
      expect(review.hasChanges).toBe(true);
      expect(Object.entries(review.counts).flatMap(([kind, count]) => (count > 0 ? [kind] : []))).toEqual(["create"]);
    }
    expect(await kvm1.virsh("list", "--all", "--name")).toBe("");
  });

  test("homelab: two guests with addresses, one serves its page; a second plan is empty; destroy removes all", async () => {
    const guest = await tinyGuest();
    const boot = { CDKVM_DEMO_KERNEL: await kvm1.put(guest.kernel), CDKVM_DEMO_INITRD: await kvm1.put(guest.initrd) };
    const example = new Example("homelab", { ...environment(), ...boot });
    const applied = await example.must("apply --auto-approve");
    expect(applied).toContain('web1-ip = "10.77.0.11"');
    expect(applied).toContain('db1-ip = "10.77.0.12"');
    expect(await kvm1.virsh("net-dhcp-leases", "homelab")).toMatch(/10\.77\.0\.1[12][\s\S]*10\.77\.0\.1[12]/);
    expect(await kvm1.fetch("http://10.77.0.11/")).toContain("Hello from web1");
    expect(await example.run("plan --detailed-exitcode")).toMatchObject({ code: 0 });

    await example.must("destroy --auto-approve");
    const lists = ["list --all --name", "net-list --all --name", "pool-list --all --name"];
    expect((await Promise.all(lists.map((words) => kvm1.virsh(...words.split(" "))))).join("").trim()).toBe("");
    expect((await kvm1.exec("ls", ["/var/lib/libvirt/images"])).stdout).toBe("");
  });

  test("minimal: its empty guest runs; a second plan is empty; destroy removes all", async () => {
    const example = new Example("minimal", environment());
    await example.must("apply --auto-approve");
    expect(await kvm1.virsh("domstate", "web1")).toBe("running");
    expect(await example.run("plan --detailed-exitcode")).toMatchObject({ code: 0 });
    await kvm1.virsh("destroy", "web1"); // nothing in it would hear of a shutdown
    await example.must("destroy --auto-approve");
    expect(await kvm1.virsh("list", "--all", "--name")).toBe("");
  });
});
