import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, vi } from "vitest";
import { manifestSchema, type PlanManifest } from "../../plans/index.ts";
import { cdkvm, project, type Ran } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 120_000 });

const program = `import { App, HostStack, Network, VM } from "cdkvm";
const app = new App();
const [one, two] = [["kvm1", "ONE"], ["kvm2", "TWO"]].map(([name, uri]) => {
  const stack = new HostStack(app, name, { uri: process.env[uri] });
  const lan = new Network(stack, "lan", { ipv4: name === "kvm1" ? "10.111.0.0/24" : "10.112.0.0/24" });
  for (const guest of ["web", "db"]) new VM(stack, \`\${guest}-\${name}\`, { memory: process.env["MEMORY"] ?? "48 MiB", running: false, networks: [lan] });
  return stack;
});
two.addDependency(one);
app.synth();
`;

const foreign = `<domain type="qemu"><name>foreign</name><memory unit="MiB">80</memory><vcpu>2</vcpu><os><type arch="x86_64">hvm</type></os></domain>`;

describeWithHosts("a plan folder of two hosts", () => {
  const start = hostsOfFile();
  let hosts: readonly [Host, Host];
  let cwd: string;
  let env: Record<string, string>;
  const removals: (() => void)[] = [];

  beforeAll(async () => {
    hosts = await Promise.all([start(), start()]);
    const [one, two] = hosts;
    env = { ONE: one.uri, TWO: two.uri, CDKVM_CONNECT_TIMEOUT: "3" };
    cwd = project({ "main.ts": program }, (remove) => removals.push(remove));
    await one.exec("sh", ["-c", "cat > /run/foreign.xml"], { input: foreign });
    await one.virsh("define", "/run/foreign.xml");
    await one.exec("mkdir", ["/run/store"]);
    await one.virsh("pool-create-as", "store", "dir", "--target", "/run/store");
    for (const size of ["1MiB", "2MiB"]) await one.virsh("vol-create-as", "store", size, size, "--format", "qcow2");
    return () => removals.forEach((remove) => remove());
  }, 300_000);

  const cli = (words: string, more: Record<string, string> = {}): Promise<Ran> =>
    cdkvm(words.split(" "), { cwd, env: { ...env, ...more } });
  const guests = (): Promise<string[]> =>
    Promise.all(hosts.map(async (host) => (await host.virsh("list", "--all", "--name")).trim().split(/\s+/).toSorted().join(" ")));
  const manifest = (): PlanManifest => manifestSchema.parse(JSON.parse(readFileSync(join(cwd, "plans/manifest.json"), "utf8")));

  test("says what the hosts have, without those that cannot be asked", async () => {
    expect(await cli("plan --out plans/")).toMatchObject({ code: 0 });
    const facts = manifest().hosts[hosts[0].uri];
    expect(Object.keys(manifest().hosts)).toEqual(hosts.map(({ uri }) => uri));
    expect(facts).toMatchObject({ cpus: expect.any(Number) });
    expect(facts?.pools).toMatchObject([{ name: "store", type: "dir", provisioned: 3 * 1024 * 1024 }]);
    expect(facts?.pools[0]?.capacity).toBeGreaterThan(facts?.pools[0]?.available ?? Infinity);
    expect(facts?.memory).toBeGreaterThan(facts?.freeMemory ?? Infinity);
    expect(facts?.guests).toEqual([
      { name: "foreign", uuid: expect.stringMatching(/^[0-9a-f-]{36}$/), memory: 80 * 1024 * 1024, vcpus: 2, running: false },
    ]);
  });

  test("goes on when a host that was down is back, and skips what is applied", async () => {
    expect(await cli("apply plans/")).toMatchObject({ code: 0 });
    expect(await guests()).toEqual(["db-kvm1 foreign web-kvm1", "db-kvm2 web-kvm2"]);
    const [, two] = hosts;
    const later = { MEMORY: "52 MiB" };
    expect(await cli("plan --out plans/", later)).toMatchObject({ code: 0 });
    await two.killLibvirtd();
    const first = await cli("apply plans/", later);
    await two.startLibvirtd();
    expect(first.stdout).toMatch(/^kvm1 +applied[\s\S]*^kvm2 +failed +CDKVM_SOCKET_REFUSED/m);
    expect(await two.virsh("dumpxml", "web-kvm2")).toContain(">49152<");
    const second = await cli("apply plans/", later);
    expect(second).toMatchObject({ code: 0 });
    expect(second.stdout).toMatch(/^kvm1 +already applied[\s\S]*^kvm2 +applied/m);
    expect(await two.virsh("dumpxml", "web-kvm2")).toContain(">53248<");
  });

  test("is refused after another apply, and changes nothing", async () => {
    expect(await cli("plan --out plans/", { MEMORY: "56 MiB" })).toMatchObject({ code: 0 });
    expect(await cli("apply kvm2 --auto-approve", { MEMORY: "64 MiB" })).toMatchObject({ code: 0 });
    const refused = await cli("apply plans/", { MEMORY: "56 MiB" });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/- kvm2: state: planned serial \d+ of \S+, now serial \d+ of \S+\n[\s\S]*CDKVM_PLANS_OUTDATED/);
    expect(await hosts[0].virsh("dumpxml", "web-kvm1")).toContain(">53248<");
  });

  test("is applied guest by guest: first the one that is named, then the rest", async () => {
    const larger = { MEMORY: "68 MiB" };
    expect(await cli("plan --out plans/", larger)).toMatchObject({ code: 0 });
    const [one, two] = hosts;
    const guestsOf = [
      [one, "web-kvm1"],
      [one, "db-kvm1"],
      [two, "web-kvm2"],
    ] as const;
    const memories = (): Promise<string[]> =>
      Promise.all(guestsOf.map(async ([host, name]) => /<memory[^>]*>(\d+)</.exec(await host.virsh("dumpxml", name))?.[1] ?? ""));
    const [, db, other] = await memories();
    const first = await cli("apply plans/ --only web-kvm1", larger);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining("only what was chosen of the approved plan") });
    expect(await memories()).toEqual(["69632", db, other]);
    expect(await cli("apply plans/ --only kvm2", larger)).toMatchObject({ code: 1, stderr: expect.stringContaining("CDKVM_PLAN_ORDER") });
    const rest = await cli("apply plans/", larger);
    expect(rest).toMatchObject({ code: 0, stdout: expect.stringContaining("going on with what is left of the approved plan, 1 change") });
    expect(await memories()).toEqual(["69632", "69632", "69632"]);
  });

  test("may be of one guest alone", async () => {
    expect(await cli("plan --only web-kvm1 --out plans/", { MEMORY: "72 MiB" })).toMatchObject({ code: 0 });
    expect(manifest().stacks).toMatchObject([{ name: "kvm1", targets: ["libvirt_domain.web-kvm1"] }]);
    expect(await cli("apply plans/", { MEMORY: "72 MiB" })).toMatchObject({ code: 0 });
    expect(await cli("apply --only db-kvm1 --auto-approve", { MEMORY: "80 MiB" })).toMatchObject({ code: 0 });
    const memory = async (guest: string): Promise<string> => /<memory[^>]*>(\d+)</.exec(await hosts[0].virsh("dumpxml", guest))?.[1] ?? "";
    expect([await memory("web-kvm1"), await memory("db-kvm1")]).toEqual(["73728", "81920"]);
  });

  test("that destroys goes in the opposite order", async () => {
    expect(await cli("plan --destroy --out plans/")).toMatchObject({ code: 0 });
    const ran = await cli("apply plans/");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toMatch(/kvm2: ✓[\s\S]*kvm1: ✓/);
    expect(ran.stdout).not.toMatch(/kvm1: ✓[\s\S]*kvm2: ✓/);
    expect(await guests()).toEqual(["foreign", ""]);
  });
});
