import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, repository, run, write, type Ran } from "../cli/cdkvm.ts";

const fleet = (hosts: readonly string[], count: number): string =>
  JSON.stringify({
    hosts: Object.fromEntries(hosts.map((name) => [name, "qemu:///system"])),
    guests: { web: { memory: "1 GiB", hosts, count } },
  });

describe("fleet.lock.yaml", () => {
  const synth = (cwd: string, lock?: string): Promise<Ran> =>
    run(process.execPath, [join(repository, "fleet/app.ts")], {
      cwd,
      env: { CDKVM_FLEET: join(cwd, "fleet.yaml"), CDKTF_OUTDIR: join(cwd, "out"), CDKVM_FLEET_LOCK: lock },
    });
  const guestsOn = (cwd: string, host: string): string[] => {
    const { resource } = JSON.parse(readFileSync(join(cwd, "out/stacks", host, "cdk.tf.json"), "utf8")) as {
      resource: Record<string, object>;
    };
    return Object.keys(resource["libvirt_domain"] ?? {});
  };

  test("is written on request, keeps every guest on its host, and is not touched without a change", async () => {
    const cwd = folder();
    write(cwd, { "fleet.yaml": fleet(["kvm1", "kvm2"], 4) });
    expect((await synth(cwd)).code).toBe(0);
    expect(existsSync(join(cwd, "fleet.lock.yaml"))).toBe(false);
    expect((await synth(cwd, "write")).stderr).toContain("fleet.lock.yaml records the host of each guest: commit it");
    write(cwd, { "fleet.yaml": fleet(["kvm1", "kvm2", "kvm3"], 6) });
    expect((await synth(cwd, "write")).code).toBe(0);
    expect(["kvm1", "kvm2", "kvm3"].map((host) => guestsOn(cwd, host).join(" "))).toEqual(["web-1 web-3", "web-2 web-4", "web-5 web-6"]);
    expect((await synth(cwd, "write")).stderr).toBe("");
    expect(readdirSync(cwd).toSorted()).toEqual(["fleet.lock.yaml", "fleet.yaml", "out"]);
  });

  test("is an error if it must not be written and lacks a guest; not if it lacks none", async () => {
    const cwd = folder();
    write(cwd, { "fleet.yaml": fleet(["kvm1", "kvm2"], 3), "fleet.lock.yaml": "guests:\n  web-1: kvm1\n" });
    const refused = await synth(cwd, "frozen");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("web-2 on kvm2, web-3 on kvm1");
    expect(refused.stderr).toContain("CDKVM_FLEET_LOCK");
    expect(readFileSync(join(cwd, "fleet.lock.yaml"), "utf8")).toBe("guests:\n  web-1: kvm1\n");
    write(cwd, { "fleet.yaml": fleet(["kvm1", "kvm2"], 1) });
    expect((await synth(cwd, "frozen")).code).toBe(0);
    expect(readFileSync(join(cwd, "fleet.lock.yaml"), "utf8")).toBe("guests:\n  web-1: kvm1\n");
  });

  test("stops the plan if it cannot be read: guests could move to other hosts", async () => {
    const cwd = folder();
    write(cwd, { "fleet.yaml": fleet(["kvm1", "kvm2"], 1) });
    mkdirSync(join(cwd, "fleet.lock.yaml"));
    const ran = await synth(cwd, "write");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("make fleet.lock.yaml readable");
  });
});
