import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { cdkvm, project, type Ran } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 120_000 });

/** A guest is back when there is a file for it; the log says whose turn it is. */
const program = `import { App, HostStack, VM } from "cdkvm";
const app = new App();
const command = 'echo "$CDKVM_GUEST" >> turns; test -e "back-$CDKVM_GUEST"';
const host = new HostStack(app, "kvm1", { uri: process.env["ONE"], rollout: { atOnce: 1, timeout: "5 s", wait: { command: \`cd \${process.cwd()}; \${command}\` } } });
for (const name of ["web1", "web2", "web3"]) new VM(host, name, { memory: process.env["MEMORY"] ?? "48 MiB", shutdownTimeout: "1 s" });
app.synth();
`;
const NAMES = ["web1", "web2", "web3"];

describeWithHosts("an apply of a plan folder that is killed", () => {
  const start = hostsOfFile();
  let host: Host;
  let cwd: string;
  beforeAll(async () => {
    const removals: (() => void)[] = [];
    host = await start();
    cwd = project({ "main.ts": program }, (remove) => removals.push(remove));
    return () => removals.forEach((remove) => remove());
  }, 300_000);

  const cli = (words: string, more: Readonly<Record<string, string>> = {}, kill?: () => boolean): Promise<Ran> =>
    cdkvm(words.split(" "), {
      cwd,
      env: { ONE: host.uri, ...more },
      ...(kill && {
        onStart: (child) => {
          const timer = setInterval(() => kill() && child.kill("SIGKILL"), 50);
          child.once("close", () => clearInterval(timer));
        },
      }),
    });
  const pids = (): Promise<string[]> =>
    Promise.all(NAMES.map(async (name) => (await host.readFile(`/run/libvirt/qemu/${name}.pid`)).trim()));
  const turns = (): string[] =>
    existsSync(join(cwd, "turns")) ? [...new Set(readFileSync(join(cwd, "turns"), "utf8").trim().split("\n"))] : [];
  const isBack = (name: string | undefined): void => writeFileSync(join(cwd, `back-${name}`), "");

  const reset = (): void => ["turns", ...NAMES.map((name) => `back-${name}`)].forEach((name) => rmSync(join(cwd, name), { force: true }));
  /** Whether so many guests have had a turn; lets all but the last be back. */
  const hasTurn = (count: number) => (): boolean => {
    const seen = turns();
    for (const name of seen.slice(0, count - 1)) isBack(name);
    return seen.length >= count;
  };

  test("goes on with what is left of it, restarts no guest twice, and does nothing that was not approved", async () => {
    expect(await cli("apply --auto-approve")).toMatchObject({ code: 0 });
    const before = await pids();
    const larger = { MEMORY: "56 MiB" };
    expect(await cli("plan --out plans/", larger)).toMatchObject({ code: 0 });
    expect((await cli("apply plans/", larger, hasTurn(2))).code).toBeNull();
    const restarted = turns();
    expect(restarted).toHaveLength(2);
    const during = await pids();
    for (const [index, name] of NAMES.entries()) expect(during[index] === before[index]).toBe(!restarted.includes(name));

    // what the configuration says by now is not what was approved
    expect(await cli("apply plans/", { MEMORY: "64 MiB" })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("CDKVM_PLANS_OUTDATED"),
    });
    expect(await pids()).toEqual(during);

    for (const name of NAMES) isBack(name);
    const again = await cli("apply plans/", larger);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toMatch(/an earlier run has not finished it; going on with what is left of the approved plan, \d changes?/);
    const after = await pids();
    for (const [index, name] of NAMES.entries()) expect(after[index] === during[index]).toBe(restarted.includes(name));
    for (const name of NAMES) expect(await host.virsh("dumpxml", name)).toContain(">57344<");
    expect((await cli("apply plans/", larger)).stdout).toContain("already applied");
  });

  test("goes on elsewhere, where nothing is known of the first run, only with --continue", async () => {
    reset();
    const larger = { MEMORY: "60 MiB" };
    expect(await cli("plan --out plans/", larger)).toMatchObject({ code: 0 });
    const failed = await cli("apply plans/", larger, () => (hasTurn(2)(), false)); // the second guest does not come back
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining("CDKVM_GUEST_NOT_BACK") });
    const during = await pids();
    const restarted = turns();
    rmSync(join(cwd, "plans/progress.json"));
    expect((await cli("apply plans/", larger)).stderr).toMatch(/kvm1: state: planned[^]*add --continue[^]*CDKVM_PLANS_OUTDATED/);
    for (const name of NAMES) isBack(name);
    const again = await cli("apply plans/ --continue", larger);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("going on with what is left of the approved plan, 1 change") });
    const after = await pids();
    for (const [index, name] of NAMES.entries()) expect(after[index] === during[index]).toBe(restarted.includes(name));

    expect(await cli("plan --out plans/", { ...larger, MEMORY: "62 MiB" })).toMatchObject({ code: 0 });
    expect(await cli("apply --auto-approve", { ...larger, MEMORY: "58 MiB" })).toMatchObject({ code: 0 }); // not these plans
    const refused = await cli("apply plans/ --continue", { ...larger, MEMORY: "62 MiB" });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("CDKVM_PLANS_OUTDATED") });
  });

  test("records what is done, if nothing is left", async () => {
    reset();
    const larger = { MEMORY: "64 MiB" };
    expect(await cli("plan --out plans/", larger)).toMatchObject({ code: 0 });
    expect((await cli("apply plans/", larger, hasTurn(3))).code).toBeNull();
    const done = await pids();
    const again = await cli("apply plans/", larger);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing is left of the approved plan") });
    expect(await pids()).toEqual(done);
    expect((await cli("plan", larger)).stdout).toBe("kvm1\n  no changes: 3 resources are as the configuration says\n");
    expect((await cli("drift", larger)).stdout).toContain("no drift");
  });

  test("names what would be more than approved, and leaves all guests alone", async () => {
    reset();
    const larger = { MEMORY: "72 MiB" };
    expect(await cli("plan --out plans/", larger)).toMatchObject({ code: 0 });
    expect((await cli("apply plans/", larger, hasTurn(2))).code).toBeNull();
    const last = NAMES.find((name) => !turns().includes(name)) ?? "";
    await host.virsh("destroy", last);
    await host.virsh("undefine", last);
    const list = await host.virsh("list", "--all", "--name", "--id");
    const refused = await cli("apply plans/", larger);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`libvirt_domain\\.${last}\n[^]*CDKVM_PLAN_CUT_OFF`)),
    });
    expect(await host.virsh("list", "--all", "--name", "--id")).toBe(list);
  });
});
