import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { cdkvm, project, type Ran, type RunOptions } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 180_000 });

const program = `import { App, HostStack, Network, TerraformOutput } from "cdkvm";
const app = new App();
const lab = (name: string, uri: string | undefined, third: number, names: readonly string[]): HostStack => {
  const stack = new HostStack(app, name, { uri });
  for (const [index, one] of names.entries()) new Network(stack, one, { ipv4: \`10.\${third}.\${index}.0/24\` });
  new TerraformOutput(stack, "where", { value: name });
  return stack;
};
const names = (process.env["NETWORKS"] ?? "lan").split(",");
const one = lab("kvm1", process.env["ONE"], 101, names);
const two = lab("kvm2", process.env["TWO"], 102, names);
const three = lab("kvm3", process.env["THREE"], 103, names);
if (process.env["NEEDS"]) three.addDependency(two);
app.synth();
`;

interface Entry {
  readonly stack: string;
  readonly review?: { readonly hasChanges: boolean };
  readonly error?: { readonly code: string; readonly problem: string; readonly fix?: string };
}

describeWithHosts("three hosts, one of them down", () => {
  const start = hostsOfFile();
  let hosts: readonly Host[];
  let cwd: string;
  let env: Record<string, string>;
  const removals: (() => void)[] = [];

  beforeAll(async () => {
    hosts = await Promise.all([start(), start(), start()]);
    const [one, two, three] = hosts.map((host) => host.uri);
    env = { ONE: one ?? "", TWO: two ?? "", THREE: three ?? "", CDKVM_CONNECT_TIMEOUT: "3" };
    cwd = project({ "main.ts": program }, (remove) => removals.push(remove));
    return () => removals.forEach((remove) => remove());
  }, 300_000);

  const cli = (words: string, more: Partial<RunOptions> = {}): Promise<Ran> =>
    cdkvm(words.split(" "), { cwd, ...more, env: { ...env, ...more.env } });
  const networks = (): Promise<string[]> =>
    Promise.all(hosts.map(async (host) => (await host.virsh("net-list", "--all", "--name")).split(/\s+/).toSorted().join(" ")));
  const entries = (ran: Ran): readonly (readonly [string, string])[] =>
    (JSON.parse(ran.stdout) as Entry[]).map(({ stack, error, review }) => [stack, error?.code ?? String(review?.hasChanges)]);
  const second = (): Host => hosts[1] as Host;

  test("plan shows the two others and the third's error, and exits with 1", async () => {
    await second().killLibvirtd();
    onTestFinished(() => second().startLibvirtd());
    const ran = await cli("plan");
    expect(ran.code).toBe(1);
    for (const name of ["kvm1", "kvm3"]) expect(ran.stdout).toMatch(new RegExp(`^${name}\\n.*network lan`, "m"));
    expect(ran.stderr).toContain("error: kvm2: ");
    expect(ran.stdout).toMatch(/^kvm1 +1 to create/m);
    expect(ran.stdout).toMatch(/^kvm2 +failed +CDKVM_SOCKET_REFUSED/m);
    expect(ran.stdout).toMatch(/^kvm3 +1 to create/m);
    const data = await cli("plan --json --detailed-exitcode --out plans");
    expect(data.code).toBe(1);
    expect(entries(data)).toEqual([
      ["kvm1", "true"],
      ["kvm2", "CDKVM_SOCKET_REFUSED"],
      ["kvm3", "true"],
    ]);
    expect(data.stderr).toContain("saved plans/kvm3.tfplan");
  });

  test("apply changes the others, and skips what depends on the failed one", async () => {
    await second().killLibvirtd();
    const needing = await cli("apply --auto-approve --json", { env: { NEEDS: "1" } });
    expect(entries(needing)).toEqual([
      ["kvm1", "true"],
      ["kvm2", "CDKVM_SOCKET_REFUSED"],
      ["kvm3", "CDKVM_STACK_NOT_TRIED"],
    ]);
    expect((JSON.parse(needing.stdout) as Entry[])[2]?.error?.problem).toBe("it depends on kvm2, which was not applied");
    const ran = await cli("apply --auto-approve");
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/^kvm1 +no changes/m);
    expect(ran.stdout).toMatch(/^kvm2 +failed +CDKVM_SOCKET_REFUSED/m);
    expect(ran.stdout).toMatch(/^kvm3 +applied/m);
    await second().startLibvirtd();
    expect(await networks()).toEqual(["lan", "", "lan"]);
    expect((await cli("apply --auto-approve")).code).toBe(0);
    expect(await networks()).toEqual(["lan", "lan", "lan"]);
  });

  test("--fail-fast starts nothing after the first failure, and lists what was skipped", async () => {
    const before = await networks();
    const ran = await cli("apply --auto-approve --json --fail-fast", {
      env: { ONE: "qemu+unix:///system?socket=/nonexistent", NETWORKS: "lan,more" },
    });
    expect(ran.code).toBe(1);
    expect(entries(ran)).toEqual([
      ["kvm1", "CDKVM_SOCKET_MISSING"],
      ["kvm2", "CDKVM_STACK_NOT_TRIED"],
      ["kvm3", "CDKVM_STACK_NOT_TRIED"],
    ]);
    expect(await networks()).toEqual(before);
  });

  test("a hanging host times out while the others are applied", async () => {
    const pid = readFileSync(join(second().dir, "run/libvirtd.pid"), "utf8").trim();
    await second().exec("kill", ["-STOP", pid]);
    const began = performance.now();
    const ran = await cli("apply --auto-approve --json", { env: { NETWORKS: "lan,more" } });
    const took = performance.now() - began;
    await second().exec("kill", ["-CONT", pid]);
    expect(ran.code).toBe(1);
    expect(entries(ran)).toEqual([
      ["kvm1", "true"],
      ["kvm2", "CDKVM_HOST_UNREACHABLE"],
      ["kvm3", "true"],
    ]);
    expect(took).toBeLessThan(60_000);
    expect(await networks()).toEqual(["lan more", "lan", "lan more"]);
  });

  test("output prints what the states have, whatever the hosts do", async () => {
    await second().killLibvirtd();
    onTestFinished(() => second().startLibvirtd());
    const ran = await cli("output --json");
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual({ kvm1: { where: "kvm1" }, kvm2: { where: "kvm2" }, kvm3: { where: "kvm3" } });
  });

  test("destroy removes what it can reach, and keeps the dependencies of remaining stacks", async () => {
    const third = hosts[2] as Host;
    await third.killLibvirtd();
    const ran = await cli("destroy --auto-approve --json", { env: { NEEDS: "1" } });
    await third.startLibvirtd();
    expect(ran.code).toBe(1);
    expect(entries(ran)).toEqual([
      ["kvm1", "true"],
      ["kvm2", "CDKVM_STACK_NOT_TRIED"],
      ["kvm3", "CDKVM_SOCKET_REFUSED"],
    ]);
    expect(await networks()).toEqual(["", "lan", "lan more"]);
    expect((await cli("destroy --auto-approve", { env: { NEEDS: "1" } })).code).toBe(0);
    expect(await networks()).toEqual(["", "", ""]);
  });
});
