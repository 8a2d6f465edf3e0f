import { beforeAll, expect, test, vi } from "vitest";
import { cdkvm, project } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { type HostSsh, startSshd } from "../hosts/ssh.ts";

vi.setConfig({ testTimeout: 120_000 });

const program = `import { App, HostStack, Network } from "cdkvm";
const app = new App();
new Network(new HostStack(app, "far"), "lan", { ipv4: process.env["LAN"] ?? "10.94.0.0/24" });
app.synth();
`;

describeWithHosts("a host over ssh", () => {
  const start = hostsOfFile();
  let host: Host;
  let ssh: HostSsh;
  beforeAll(async () => {
    host = await start();
    ssh = await startSshd(host);
  }, 120_000);

  const uris = (): Readonly<Record<string, string>> => ({
    "the user's own ssh program": ssh.uri,
    "the host's key unknown and taken, and no agent": `qemu+ssh://root@${host.ip}/system?keyfile=${ssh.keyfile}&sshauth=privkey&known_hosts=${ssh.knownHosts}.new&known_hosts_verify=auto`,
    "keyfile and known_hosts": `qemu+ssh://root@${host.ip}/system?keyfile=${ssh.keyfile}&known_hosts=${ssh.knownHosts}`,
  });

  test.each(["the user's own ssh program", "keyfile and known_hosts", "the host's key unknown and taken, and no agent"])(
    "is planned, applied and cleared, with %s",
    async (way) => {
      const cwd = project({ "main.ts": program });
      const env = { LIBVIRT_DEFAULT_URI: uris()[way] };
      const succeed = async (words: string): Promise<string> => {
        const ran = await cdkvm(words.split(" "), { cwd, env });
        expect(ran, `${ran.stdout}\n${ran.stderr}`).toMatchObject({ code: 0 });
        return ran.stdout;
      };
      expect(await succeed("apply --auto-approve")).toContain("created");
      expect(await host.virsh("net-dumpxml", "lan")).toContain("10.94.0.1");
      expect(await succeed("plan --detailed-exitcode")).toContain("no changes");
      await succeed("destroy --auto-approve");
      expect(await host.virsh("net-list", "--all", "--name")).toBe("");
    },
  );

  test("that does not know the key is reported as a refused login", async () => {
    const cwd = project({ "main.ts": program });
    const uri = `qemu+ssh://root@${host.ip}/system?keyfile=/nonexistent&known_hosts=${ssh.knownHosts}`;
    const { code, stderr } = await cdkvm(["plan"], { cwd, env: { LIBVIRT_DEFAULT_URI: uri, SSH_AUTH_SOCK: undefined } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/Permission denied/i);
    expect(stderr).toMatch(/fix:/);
  });
});
