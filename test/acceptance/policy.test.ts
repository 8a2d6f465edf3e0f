import { expect, test, vi } from "vitest";
import type { Review } from "../../review/index.ts";
import { cdkvm, project } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";

vi.setConfig({ testTimeout: 120_000 });

const program = `import { App, CloudInit, HostStack, VM } from "cdkvm";
import { DataLibvirtNodeInfo } from "cdkvm/provider-libvirt";
const app = new App();
const host = new HostStack(app, "lab");
new DataLibvirtNodeInfo(host, "node", {});
new VM(host, "safe", { memory: "64 MiB", description: "backup: none", graphics: "vnc", cloudInit: { packages: ["nginx"] } });
new VM(host, "open", {
  memory: "64 MiB",
  graphics: { type: "vnc", listen: "0.0.0.0" },
  cloudInit: { config: { ssh_pwauth: true } },
  overrides: { secLabel: [{ type: "none" }] },
});
app.synth();
`;

const policy = `severity: { backup-label: error, overcommit: error, password-login: error }
options: { overcommit: { memory: 0.0001, cpus: 1000 } }
`;

describeWithHosts("a policy, on the plan of a real host", () => {
  const start = hostsOfFile();

  test("finds what is wrong with one guest, and nothing wrong with the other", async () => {
    const kvm1 = await start();
    const cwd = project({ "main.ts": program, "cdkvm.policy.yaml": policy });
    const { code, stdout, stderr } = await cdkvm(["plan", "--json"], { cwd, env: { LIBVIRT_DEFAULT_URI: kvm1.uri } });
    expect(stdout + stderr).toContain("verdicts");
    expect(code).toBe(3);
    const [stack] = JSON.parse(stdout) as { review: Review }[];
    const { verdicts = [], skipped } = stack?.review.policy ?? {};
    expect(verdicts.map(({ rule, name, resource }) => ({ rule, on: rule === "overcommit" ? resource : name }))).toEqual([
      { rule: "overcommit", on: "host lab" },
      { rule: "backup-label", on: "open" },
      { rule: "open-display", on: "open" },
      { rule: "password-login", on: "open-cloud-init" },
      { rule: "confinement", on: "open" },
    ]);
    expect(verdicts[0]?.message).toMatch(/^lab has .* of memory, and its running guests 128 MiB/);
    expect(skipped).toEqual([]);
  });
});
