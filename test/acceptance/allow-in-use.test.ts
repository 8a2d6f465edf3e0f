import { expect, test, vi } from "vitest";
import { cdkvm, project, type Ran, write } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";

vi.setConfig({ testTimeout: 120_000 });

const program = (network: string): string => `import { App, HostStack, Network } from "cdkvm";
const app = new App();
const lab = new HostStack(app, "lab");
${network}
app.synth();
`;
const LAN = `new Network(lab, "lan", { name: "lan", ipv4: "10.94.0.0/24" });`;
const foreign = `<domain type='qemu'><name>foreign</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices><interface type='network'><source network='lan'/></interface></devices></domain>`;

describeWithHosts("a network used by a guest outside the state", () => {
  const start = hostsOfFile();

  test("is removed with --allow-in-use, and each review of the plan says who loses it", async () => {
    const host = await start();
    const cwd = project({ "main.ts": program(LAN) });
    const cli = (...words: string[]): Promise<Ran> => cdkvm(words, { cwd, env: { LIBVIRT_DEFAULT_URI: host.uri } });
    expect(await cli("apply", "--auto-approve")).toMatchObject({ code: 0 });
    await host.exec("sh", ["-c", "cat > /tmp/foreign.xml"], { input: foreign });
    await host.virsh("create", "/tmp/foreign.xml");
    write(cwd, { "main.ts": program("") });

    const refused = await cli("plan", "--out", "refused.tfplan");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/CDKVM_IN_USE/);

    const planned = await cli("plan", "--allow-in-use", "--out", "accepted.tfplan");
    expect(planned).toMatchObject({ code: 0 });
    expect(`${planned.stdout}${planned.stderr}`.match(/foreign \(/g)).toHaveLength(1);
    expect(planned.stdout).toMatch(/^ +guests lose network lan: foreign \(.*running\)$/m);
    const reviewed = await cli("review", "accepted.tfplan", "--fail-on", "network-loss");
    expect(reviewed.code).toBe(3);
    expect(reviewed.stderr).toMatch(/^network-loss: guests lose network lan: foreign \(.*running\)$/m);

    // the engine applies the plan with the notes in it
    expect(await cli("apply", "--plan", "accepted.tfplan", "--auto-approve")).toMatchObject({ code: 0 });
    expect(await host.virsh("net-list", "--all", "--name")).toBe("");
    await host.virsh("destroy", "foreign");
  });
});
