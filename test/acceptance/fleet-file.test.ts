import { join } from "node:path";
import { expect } from "vitest";
import { folder, repository, run, write, type Ran } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile, test } from "../hosts/fixture.ts";

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
  test("is planned, applied, scaled up without changing the first guest, and destroyed", { timeout: 240_000 }, async ({ host }) => {
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

describeWithHosts("a fleet file on several hosts", () => {
  const start = hostsOfFile();

  test("a third host gets only new guests", { timeout: 240_000 }, async () => {
    const hosts = await Promise.all(["kvm1", "kvm2", "kvm3"].map(async (name) => ({ name, host: await start() })));
    const cwd = folder();
    const file = (count: number, guests: number): string => {
      const some = hosts.slice(0, count);
      return JSON.stringify({
        hosts: Object.fromEntries(some.map(({ name, host }) => [name, host.uri])),
        defaults: { memory: "64 MiB", disks: [{ size: "16 MiB" }], shutdownTimeout: "1 s", hosts: some.map(({ name }) => name) },
        guests: { web: { count: guests } },
      });
    };
    const cdkvm = (...args: string[]): Promise<Ran> => run(process.execPath, [join(repository, "cli/main.ts"), ...args], { cwd });
    const running = (): Promise<string[]> =>
      Promise.all(hosts.map(async ({ host }) => lines(await host.virsh("list", "--name")).join(" ")));

    write(cwd, { "fleet.yaml": file(2, 4) });
    expect(await cdkvm("apply", "fleet.yaml", "--auto-approve")).toMatchObject({ code: 0 });
    expect(await running()).toEqual(["web-1 web-3", "web-2 web-4", ""]);
    const uuid = (await hosts[0]?.host.virsh("domuuid", "web-1")) ?? "";

    write(cwd, { "fleet.yaml": file(3, 6) });
    const plan = await cdkvm("plan", "fleet.yaml", "--json");
    const reviews = JSON.parse(plan.stdout) as { stack: string; review: { counts: Record<string, number> } }[];
    expect(reviews.map(({ stack, review }) => [stack, review.counts["delete"], review.counts["replace"]])).toEqual([
      ["kvm1", 0, 0],
      ["kvm2", 0, 0],
      ["kvm3", 0, 0],
    ]);
    expect(await cdkvm("apply", "fleet.yaml", "--auto-approve")).toMatchObject({ code: 0 });
    expect(await running()).toEqual(["web-1 web-3", "web-2 web-4", "web-5 web-6"]);
    expect(await hosts[0]?.host.virsh("domuuid", "web-1")).toBe(uuid);

    write(cwd, { "fleet.yaml": file(3, 6).replace('"count":6', '"count":6,"hosts":["kvm3"]') });
    const refused = await cdkvm("plan", "fleet.yaml");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/"web-1" is on kvm1 \(fleet\.lock\.yaml:\d+\), but this places it on kvm3/);
    write(cwd, { "fleet.yaml": file(3, 6) });
    expect(await cdkvm("destroy", "fleet.yaml", "--auto-approve")).toMatchObject({ code: 0 });
    expect(await running()).toEqual(["", "", ""]);
  });
});
