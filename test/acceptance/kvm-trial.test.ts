import { expect, vi } from "vitest";
import { Libvirt } from "../../libvirt/connection.ts";
import { type KvmTrial, tryKvm, type TrialOptions } from "../../libvirt/kvm-trial.ts";
import { tinyGuest } from "../../scripts/guests/tiny.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { type KvmFate, standInForKvm } from "../hosts/kvm-stand-in.ts";

/** Generous: what is emulated on a busy machine takes its time. */
const PATIENT = 120_000;

async function tried(host: Host, options: TrialOptions = {}): Promise<KvmTrial> {
  const { kernel } = await tinyGuest();
  await using libvirt = await Libvirt.connect(host.uri);
  const result = await tryKvm(libvirt, { kernel: await host.put(kernel), timeoutMs: PATIENT, ...options });
  expect(await host.virsh("list", "--all", "--name")).toBe("");
  expect((await host.exec("pgrep", ["-fc", "cdkvm-trial-"], { mayFail: true })).stdout.trim()).toBe("0");
  if (result.works) expect((await host.exec("ls", ["/var/log/libvirt/qemu"])).stdout).not.toContain("cdkvm-trial");
  return result;
}

vi.setConfig({ testTimeout: 4 * PATIENT });

describeWithHosts("a trial of KVM", () => {
  test("reports at once that libvirt does not offer KVM", async ({ host }) => {
    expect(await tried(host)).toEqual({ works: false, end: "not-offered", arch: "x86_64" });
  });

  test("boots a kernel, and quotes it", async ({ host }) => {
    await standInForKvm(host, "works");
    expect(await tried(host)).toEqual({ works: true, by: "kernel", words: "Kernel panic - not syncing: VFS: Unable to mount root" });
    const { initrd } = await tinyGuest();
    expect(await tried(host, { initrd: await host.put(initrd) })).toEqual({
      works: true,
      by: "kernel",
      words: "Run /init as init process",
    });
  });

  test.for<[KvmFate, KvmTrial]>([
    ["refuses", { works: false, end: "refused", said: expect.stringContaining("failed to initialize kvm: Permission denied") as string }],
    ["pauses", { works: false, end: "paused" }],
    ["stops", { works: false, end: "stopped", detail: expect.stringMatching(/failed|crashed/) as string }],
    ["panics", { works: false, end: "panicked", said: "Kernel panic - not syncing: System is deadlocked on memory" }],
  ])("reports a guest that %s", async ([fate, expected], { host }) => {
    await standInForKvm(host, fate);
    expect(await tried(host)).toEqual(expected);
  });

  test("reports a silent guest", async ({ host }) => {
    await standInForKvm(host, "silent");
    expect(await tried(host, { timeoutMs: 3000 })).toEqual({ works: false, end: "silent", seconds: 3 });
  });

  test("without a bootable kernel decides by the processor", async ({ host }) => {
    await standInForKvm(host, "works");
    const feature = /\b(vmx|svm)\b/.exec(await host.readFile("/proc/cpuinfo"))?.[1];
    const expected = feature === undefined ? { works: false, end: "no-virtualization" } : { works: true, by: "cpu", feature };
    expect(await tried(host, { kernel: undefined })).toEqual(expected);
    expect(await tried(host, { kernel: "/nowhere/vmlinuz" })).toEqual(expected);
  });

  test("ends with its signal, as does its guest", async ({ host }) => {
    await standInForKvm(host, "silent");
    const ended = new AbortController();
    const isThere = vi.waitFor(async () => expect(await host.virsh("list", "--name")).toContain("cdkvm-trial-"), {
      timeout: PATIENT,
      interval: 100,
    });
    void isThere.then(() => ended.abort(new Error("enough")));
    await expect(tried(host, { signal: ended.signal })).rejects.toThrow("enough");
    expect(await host.virsh("list", "--all", "--name")).toBe("");
  });

  test("leaves no guest when its process is killed", async ({ host }) => {
    await standInForKvm(host, "silent");
    const { kernel } = await tinyGuest();
    const at = (path: string): string => JSON.stringify(new URL(`../../libvirt/${path}`, import.meta.url).href);
    const program = `import { Libvirt } from ${at("connection.ts")}; import { tryKvm } from ${at("kvm-trial.ts")};
      await tryKvm(await Libvirt.connect(${JSON.stringify(`qemu+unix:///system?socket=/run/libvirt/libvirt-sock`)}), { kernel: ${JSON.stringify(await host.put(kernel))} });`;
    const child = host.spawn(process.execPath, ["--input-type=module", "-e", program]);
    await vi.waitFor(async () => expect(await host.virsh("list", "--name")).toContain("cdkvm-trial-"), { timeout: PATIENT, interval: 100 });
    await host.exec("pkill", ["-KILL", "-f", "tryKvm"]);
    child.kill("SIGKILL");
    await vi.waitFor(async () => expect(await host.virsh("list", "--all", "--name")).toBe(""), { timeout: PATIENT, interval: 100 });
  });
});
