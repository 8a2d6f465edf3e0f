import { expect, vi } from "vitest";
import { cdkvm, project } from "../cli/cdkvm.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";

vi.setConfig({ testTimeout: 120_000 });

const program = `import { App, HostStack, Network } from "cdkvm";
const app = new App();
for (const [index, name] of ["kvm1", "kvm2"].entries()) {
  const host = new HostStack(app, name);
  new Network(host, name + "-lan", { ipv4: "10.97." + index + ".0/24" });
  new Network(host, name + "-dmz", { ipv4: "10.98." + index + ".0/24" });
}
app.synth();
`;

describeWithHosts("plan --refresh-only", () => {
  test("reports changes made outside cdkvm, and exits with 2", async ({ host }) => {
    const cwd = project({ "main.ts": program });
    const run = (words: string) => cdkvm(words.split(" "), { cwd, env: { LIBVIRT_DEFAULT_URI: host.uri } });
    expect(await run("apply --auto-approve")).toMatchObject({ code: 0 });
    const quiet = await run("plan kvm1 --refresh-only --detailed-exitcode");
    expect(quiet.stdout).toContain("no drift: nothing was changed outside cdkvm");
    expect(quiet.code).toBe(0);

    await host.virsh("net-autostart", "kvm1-lan", "--disable");
    for (const command of ["net-destroy", "net-undefine"]) await host.virsh(command, "kvm1-dmz");
    const drift = await run("plan kvm1 --refresh-only --detailed-exitcode");
    expect(drift.stdout).toMatch(/changed outside cdkvm network kvm1-dmz is gone/);
    expect(drift.stdout).toMatch(/changed outside cdkvm network kvm1-lan\n.*autostart/);
    expect(drift.stdout).toContain("2 changed outside cdkvm; `cdkvm plan` shows what apply would do about it");
    expect(drift.stdout).not.toContain("no changes");
    expect(drift.code).toBe(2);

    const both = await run("plan --refresh-only --out plans");
    expect(both.stdout).toMatch(/^kvm1 +2 changed outside cdkvm/m);
    expect(both.stdout).toMatch(/^kvm2 +no drift/m);
    expect(both.code).toBe(0);
    const recorded = await run("apply --plan plans");
    expect(recorded.stdout).toMatch(/^kvm1 +2 changed outside cdkvm, recorded/m);
    expect(recorded.stdout).toMatch(/^kvm2 +no changes/m);
    expect((await run("plan kvm1 --refresh-only")).stdout).toContain("no drift");
    expect(await run("destroy --auto-approve")).toMatchObject({ code: 0 });
  });
});
