import { expect, vi } from "vitest";
import type { Review } from "../../review/index.ts";
import { cdkvm, project, type Ran, write } from "../cli/cdkvm.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

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
  test("finds what is wrong with one guest, and nothing wrong with the other", async ({ host: kvm1 }) => {
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

const changing = `import { App, HostStack, Volume, VM } from "cdkvm";
const { MEMORY = "48 MiB", LOGS = "1", CALM = "one" } = process.env;
const app = new App();
const web = new HostStack(app, "web");
new VM(web, "web1", { memory: MEMORY, shutdownTimeout: "1 s" });
const data = new HostStack(app, "data");
if (LOGS !== "") new Volume(data, "logs", { size: "1 MiB" });
new VM(data, "calm", { memory: "48 MiB", title: CALM, running: false });
app.synth();
`;

const restarts = (window: string): string => `severity: { restart: error, overcommit: off }\noptions: { restart: ${window} }\n`;
const [open, closed] = ["00:00-24:00", `${["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][new Date().getUTCDay()]} 00:00-24:00`];

describeWithHosts("a policy, when plans are applied", () => {
  const setUp = async (host: Host) => {
    const cwd = project({ "main.ts": changing });
    const cli = (words: string, env: Record<string, string> = {}): Promise<Ran> =>
      cdkvm(words.split(" "), { cwd, env: { LIBVIRT_DEFAULT_URI: host.uri, ...env } });
    const onHost = async () => ({
      pid: await host.readFile("/run/libvirt/qemu/web1.pid"),
      volumes: (await host.virsh("vol-list", "data")).includes("logs"),
      title: /<title>(.*)</.exec(await host.virsh("dumpxml", "calm"))?.[1],
    });
    return { cwd, cli, onHost };
  };

  test("restarts in its window only, loses no data, and destroys nothing; the host is as it was after each refusal", async ({ host }) => {
    const { cwd, cli, onHost } = await setUp(host);
    expect(await cli("apply --auto-approve")).toMatchObject({ code: 0 });
    const before = await onHost();
    expect(before).toMatchObject({ volumes: true, title: "one" });

    // approved by day
    write(cwd, { "cdkvm.policy.yaml": restarts(closed) });
    const more = { MEMORY: "64 MiB", CALM: "two" };
    const planned = await cli("plan --out plans/", more);
    expect(planned.stderr).toContain("web: warning: restart: web1 will restart: memory; apply is refused outside");
    expect(planned.code).toBe(0);

    // the folder knows the host, the single plan does not
    const review = async (path: string): Promise<string> => (await cli(`review ${path} --fail-on overcommit`, more)).stderr;
    expect(await review("plans/web.tfplan")).toContain("not judged: overcommit: the memory of web is unknown");
    expect(await review("plans/")).not.toContain("overcommit");

    // not applied by day, and the other stack of the folder neither
    const refused = await cli("apply plans/", more);
    expect(refused.stderr).toContain("web: restart: web1 will restart: memory; this is outside");
    expect(refused.code).toBe(3);
    expect(await cli("apply web --plan plans/web.tfplan", more)).toMatchObject({ code: 3 });
    expect(await cli("apply web --auto-approve", more)).toMatchObject({ code: 3 });
    expect(await onHost()).toEqual(before);

    // applied by night
    write(cwd, { "cdkvm.policy.yaml": restarts(open) });
    expect(await cli("apply plans/", more)).toMatchObject({ code: 0 });
    const after = await onHost();
    expect(after.title).toBe("two");
    expect(after.pid).not.toBe(before.pid);

    const lost = await cli("apply --auto-approve", { ...more, CALM: "three", LOGS: "" });
    expect(lost.stderr).toContain("data: data-loss: volume logs.qcow2 (1 MiB) is deleted; its data is lost");
    expect(lost).toMatchObject({ code: 3, stdout: expect.stringMatching(/^data +refused/m) });
    const destroyed = await cli("destroy --auto-approve", more);
    expect(destroyed).toMatchObject({ code: 3, stderr: expect.stringContaining("data: data-loss: volume logs") });
    expect(await onHost().catch(() => "web1 is gone")).toBe("web1 is gone"); // its stack breaks no rule
    expect(await host.virsh("vol-list", "data")).toContain("logs");
    expect(await host.virsh("dumpxml", "calm")).toContain("<title>two<");
    expect(await cli("destroy --auto-approve --allow logs.qcow2", more)).toMatchObject({ code: 0 });
    expect(await host.virsh("list", "--all", "--name")).not.toContain("calm");
  });
});
