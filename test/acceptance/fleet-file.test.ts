import { join } from "node:path";
import { expect } from "vitest";
import { folder, repository, run, write, type Ran } from "../cli/cdkvm.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";

const lines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .toSorted();

const fleet = (count: number): string => `
hosts: { kvm1: "\${env.KVM1}" }
networks: { lab: { ipv4: 10.88.0.0/24 } }
pools: { vms: { type: directory, path: /var/lib/libvirt/fleet } }
defaults: { memory: 64 MiB, pool: vms, disks: [{ size: 16 MiB }], shutdownTimeout: 1 s }
guests:
  web:
    count: ${count}
    networks: [{ network: lab, ip: 10.88.0.10 }]
    cloudInit: { runcmd: ["echo \${HOME} %{x}"] }
`;

describeWithHosts("a fleet file on a real host", () => {
  test("is planned, applied, counted up without touching the first, and destroyed", { timeout: 240_000 }, async ({ host }) => {
    const cwd = folder();
    const cdkvm = (...args: string[]): Promise<Ran> =>
      run(process.execPath, [join(repository, "cli/main.ts"), ...args], { cwd, env: { KVM1: host.uri } });
    const done = (ran: Ran, code = 0): void => {
      expect(ran).toMatchObject({ code });
    };
    const plan = (): Promise<Ran> => cdkvm("plan", "fleet.yaml", "--detailed-exitcode");

    write(cwd, { "fleet.yaml": fleet(1) });
    done(await plan(), 2);
    done(await cdkvm("apply", "fleet.yaml", "--auto-approve"));
    expect(lines(await host.virsh("list", "--name"))).toEqual(["web-1"]);
    expect(await host.virsh("net-dumpxml", "lab")).toMatch(/<host mac='[^']+' name='web-1' ip='10.88.0.10'\/>/);
    expect(lines(await host.virsh("vol-list", "vms", "--details")).some((line) => line.includes("web-1-vda.qcow2"))).toBe(true);
    const iso = (await host.virsh("vol-path", "--pool", "vms", "web-1-cloud-init.iso")).trim();
    expect((await host.exec("grep", ["-a", "echo", iso])).stdout).toContain("echo ${HOME} %{x}");
    done(await plan(), 0);

    const id = await host.virsh("domid", "web-1");
    write(cwd, { "fleet.yaml": fleet(2) });
    done(await cdkvm("apply", "fleet.yaml", "--auto-approve"));
    expect(lines(await host.virsh("list", "--name"))).toEqual(["web-1", "web-2"]);
    expect(await host.virsh("domid", "web-1")).toBe(id);
    expect(await host.virsh("net-dumpxml", "lab")).toMatch(/name='web-2' ip='10.88.0.11'/);
    done(await plan(), 0);

    done(await cdkvm("destroy", "fleet.yaml", "--auto-approve"));
    expect(lines(await host.virsh("list", "--all", "--name"))).toEqual([]);
    expect(lines(await host.virsh("net-list", "--all", "--name"))).not.toContain("lab");
    expect(lines(await host.virsh("pool-list", "--all", "--name"))).not.toContain("vms");
  });
});
