import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { repository } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { standInForKvm } from "../hosts/kvm-stand-in.ts";

vi.setConfig({ testTimeout: 240_000 });

interface Found {
  readonly check: string;
  readonly health: string;
  readonly found: string;
  readonly fix?: string;
}

async function doctorOn(host: Host): Promise<readonly Found[]> {
  const words = ["XDG_STATE_HOME=/run/state", process.execPath, join(repository, "dist/cli/main.js"), "doctor", "--json"];
  const { stdout } = await host.exec("env", words, { mayFail: true });
  return JSON.parse(stdout) as readonly Found[];
}

async function kvmOn(host: Host): Promise<Found> {
  const all = await doctorOn(host);
  // nothing else that could be well beside it
  expect(all.filter(({ check, found }) => check !== "KVM" && /\/dev\/kvm|vmx|svm|virtualization/i.test(`${check} ${found}`))).toEqual([]);
  return all.find(({ check }) => check === "KVM") as Found;
}

describeWithHosts("cdkvm doctor", () => {
  const start = hostsOfFile();

  test("checks what the guide lists, and reports once that libvirtd is not running", async () => {
    const host = await start();
    const page = readFileSync(join(repository, "docs/guide/doctor-and-console.md"), "utf8");
    const rows = [...page.matchAll(/^\| ([^|]+) \| [^|]+ \|$/gm)].flatMap(([, names = ""]) => names.trim().split(", "));
    expect((await doctorOn(host)).map(({ check }) => check)).toEqual(rows.slice(2));

    await host.exec("sh", ["-c", "kill $(cat /run/libvirtd.pid); while test -e /run/libvirtd.pid; do sleep 0.1; done"]);
    const found = (await doctorOn(host)).filter(({ check }) => check !== "KVM");
    const silent = found.filter(({ found: words }) => words.includes("libvirtd"));
    expect(silent).toEqual(
      ["permissions", "default network", "default pool", "firmware"].map((check) => ({
        check,
        health: "warn",
        found: "not checked: libvirtd does not answer",
      })),
    );
    expect(found.find(({ check }) => check === "libvirtd")).toMatchObject({ health: "fail", fix: "virtlogd -d && libvirtd -d" });
  });

  test("reports whether guests run on KVM, why not, and the fix", async () => {
    const host = await start();
    const hasFlags = /\b(vmx|svm)\b/.test(await host.readFile("/proc/cpuinfo"));
    expect(await kvmOn(host)).toMatchObject({
      health: "warn",
      found: expect.stringMatching(/^\/dev\/kvm does not exist.*: guests are emulated, which is slow$/) as string,
      fix: expect.stringContaining(hasFlags ? "modprobe" : "nested virtualization") as string,
    });

    await host.exec("mknod", ["-m", "600", "/dev/kvm", "c", "1", "3"]);
    const denied = await kvmOn(host);
    expect(denied).toMatchObject({
      health: "warn",
      found: "/dev/kvm is 0600 root:root, so libvirt-qemu, which runs guests, cannot open it: guests are emulated, which is slow",
    });
    expect(denied.fix).toContain("chgrp kvm /dev/kvm && sudo chmod 0660 /dev/kvm");
    expect(denied.fix).toContain('KERNEL=="kvm", GROUP="kvm", MODE="0660"');

    await host.exec("chmod", ["666", "/dev/kvm"]);
    await standInForKvm(host, "works");
    const offered = await kvmOn(host);
    if (hasFlags) expect(offered).toMatchObject({ health: "ok", found: expect.stringContaining("guests run on KVM") as string });
    else
      expect(offered).toMatchObject({
        health: "warn",
        found: "the CPU has neither vmx nor svm: guests are emulated, which is slow",
        fix: expect.stringContaining("nested virtualization") as string,
      });
  });
});
