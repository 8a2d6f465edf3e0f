import { afterEach, beforeEach, expect, vi } from "vitest";
import { describeWithHosts, hostsOfFile, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { bareGuest } from "./bare-guest.ts";
import { errorsOf, Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;
vi.setConfig({ testTimeout: 120_000 });

/** A guest that boots nothing, and is turned off at once. */
const bare = (more: Block = {}): Block => bareGuest({ running: true, ...more });
const pidOf = async (host: Host): Promise<string> => (await host.readFile("/run/libvirt/qemu/web1.pid")).trim();

describeWithHosts("an outdated plan", () => {
  let work: Workspace;
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
  });
  afterEach(async () => {
    await work.destroy();
    await work.remove();
  });

  const write = (web1: Block): Promise<void> => work.write({ libvirt_domain: { web1 } });
  const planned = async (): Promise<string> => (await work.engine.plan()).file;
  const refused = async (file: string): Promise<string> => {
    const errors = await errorsOf(work.engine.apply({ plan: file }));
    return errors.map(({ summary, detail }) => `${summary}\n${detail}`).join("\n");
  };

  test("restarts no guest that was off when it was reviewed, even with `restart` = never", async ({ host }) => {
    await write(bare());
    await work.apply();
    await host.virsh("destroy", "web1");
    await write(bare({ memory: 96, restart: "never" }));
    const file = await planned();
    await host.virsh("start", "web1");
    const pid = await pidOf(host);
    expect(await refused(file)).toMatch(
      /web1 would have to restart \(memory\).*off when this was planned, and runs now.*CDKVM_PLAN_OUTDATED/s,
    );
    expect(await pidOf(host)).toBe(pid);
    expect(await host.virsh("dumpxml", "--inactive", "web1")).toContain("65536");
    expect((await work.failingPlan()).map(({ detail }) => detail).join()).toContain("CDKVM_RESTART_REFUSED");

    await write(bare({ memory: 96 }));
    await work.engine.apply({ plan: await planned() });
    expect(await pidOf(host)).not.toBe(pid);
  });

  test("starts no guest that ran, shuts down none that was off, and recreates none that now runs", async ({ host }) => {
    await write(bare());
    await work.apply();
    await write(bare({ title: "Front end" }));
    const live = await planned();
    await host.virsh("destroy", "web1");
    expect(await refused(live)).toMatch(/web1 would be started.*ran when this was planned, and is off now/s);
    expect(await host.virsh("domstate", "web1")).toBe("shut off");

    await write(bare({ running: false }));
    await work.apply();
    await write(bare({ running: false, title: "Front end" }));
    const off = await planned();
    await host.virsh("start", "web1");
    expect(await refused(off)).toMatch(/web1 would be shut down.*off when this was planned/s);
    expect(await host.virsh("domstate", "web1")).toBe("running");
    await host.virsh("destroy", "web1");

    await write(bare({ running: false, restart: "never" }));
    const replace = (await work.engine.plan({ replace: ["libvirt_domain.web1"] })).file;
    await host.virsh("start", "web1");
    const pid = await pidOf(host);
    expect(await refused(replace)).toMatch(/web1 would be turned off and created again/);
    expect(await pidOf(host)).toBe(pid);
  });

  test("is applied if the guest has already reached the planned state", async ({ host }) => {
    await write(bare());
    await work.apply();
    await write(bare({ memory: 96 }));
    const restart = await planned();
    await host.virsh("destroy", "web1");
    await work.engine.apply({ plan: restart });
    expect(await host.virsh("domstate", "web1")).toBe("running");

    await host.virsh("destroy", "web1");
    const starts = await planned();
    await host.virsh("start", "web1");
    const pid = await pidOf(host);
    await work.engine.apply({ plan: starts });
    expect(await pidOf(host)).toBe(pid);
    expect(await work.plan()).toMatchObject({ changes: false });
  });
});

describeWithHosts("a guest that was migrated away", () => {
  const start = hostsOfFile();

  test("is not started a second time on the same disks unless a person says so", async () => {
    const [here, there] = [await start(), await start()];
    const disk = {
      device: "disk",
      driver: { name: "qemu", type: "raw", cache: "none" },
      source: { file: { file: "/var/tmp/cdkvm-shared/web1.raw" } },
      target: { dev: "vda", bus: "virtio" },
    };
    for (const host of [here, there])
      await host.exec("sh", ["-c", "mkdir -p /var/tmp/cdkvm-shared && mount -t tmpfs none /var/tmp/cdkvm-shared"]);
    for (const host of [here, there]) await host.exec("qemu-img", ["create", "-q", "-f", "raw", "/var/tmp/cdkvm-shared/web1.raw", "1M"]);
    const work = await Workspace.open(here.uri);
    try {
      await work.write({ libvirt_domain: { web1: bare({ devices: { disks: [disk] } }) } });
      await work.apply();
      await work.write({ libvirt_domain: { web1: bare({ memory: 96, devices: { disks: [disk] } }) } });
      const before = await work.engine.plan();
      await here.virsh(
        "migrate",
        "--live",
        "--persistent",
        "--unsafe",
        "web1",
        `qemu+tcp://${there.ip}/system`,
        "--migrateuri",
        `tcp://${there.ip}`,
      );
      expect(await there.virsh("domstate", "web1")).toBe("running");
      expect(await here.virsh("domstate", "--reason", "web1")).toBe("shut off (migrated)");

      const [atApply] = await errorsOf(work.engine.apply({ plan: before.file }));
      expect(atApply?.detail).toMatch(
        /second copy would run on the same disks.*virsh -c .* undefine web1.*import.*virsh -c .* start web1.*CDKVM_GUEST_MIGRATED/s,
      );
      const [atPlan] = await work.failingPlan();
      expect(atPlan?.detail).toContain("CDKVM_GUEST_MIGRATED");
      expect(await here.virsh("domstate", "--reason", "web1")).toBe("shut off (migrated)");

      await there.virsh("destroy", "web1");
      await here.virsh("start", "web1");
      await work.apply();
      expect(await work.plan()).toMatchObject({ changes: false });
      expect(await here.virsh("domstate", "web1")).toBe("running");
    } finally {
      await work.destroy();
      await work.remove();
    }
  });
});
