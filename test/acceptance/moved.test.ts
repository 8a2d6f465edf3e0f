import { beforeAll, expect, test, vi } from "vitest";
import { cdkvm, project, write } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 120_000 });

const program = (moves: string, id: string, more = ""): string => `import { App, HostStack, Network, VM } from "cdkvm";
const app = new App();
const host = new HostStack(app, "lab");
const lan = new Network(host, "lan", { ipv4: "10.96.0.0/24" });
${moves}
new VM(host, "${id}", {
  ${more}
  memory: "64 MiB",
  disks: [{ size: "1 MiB" }],
  networks: [{ network: lan, ip: "10.96.0.10" }],
  cloudInit: { packages: [] },
});
app.synth();
`;

describeWithHosts("a guest whose construct gets a new path", () => {
  const start = hostsOfFile();
  let host: Host;
  beforeAll(async () => {
    host = await start();
  }, 60_000);

  test("keeps running unchanged: its resources move, nothing is created or destroyed; a new name renames it in place", async () => {
    const cwd = project({ "main.ts": program("", "web1") });
    const run = async (words: string): Promise<string> => {
      const ran = await cdkvm(words.split(" "), { cwd, env: { LIBVIRT_DEFAULT_URI: host.uri } });
      expect(ran).toMatchObject({ code: 0 });
      return ran.stdout;
    };
    const counts = async (): Promise<unknown> => JSON.parse(await run("plan --json"))[0].review.counts;
    const inventory = (): Promise<string[]> =>
      Promise.all([host.virsh("dumpxml", "web1"), host.virsh("net-dumpxml", "lan"), host.virsh("vol-list", "lab")]);

    await run("apply --auto-approve");
    const before = await inventory();
    const pid = await host.virsh("domid", "web1");

    write(cwd, { "main.ts": program("", "front1") });
    const { stdout, stderr } = await cdkvm(["plan"], { cwd, env: { LIBVIRT_DEFAULT_URI: host.uri } });
    expect(stdout).toContain("- guest web1");
    // once, by the review: the provider's own warning of it is left out
    expect(stdout.split("its data is lost")).toHaveLength(2);
    expect(stderr).toBe("");

    const move = `host.moved({ from: "web1", to: "front1" });`;
    write(cwd, { "main.ts": program(move, "front1") });
    expect(await run("plan")).toContain("web1 moves from libvirt_domain.web1 to libvirt_domain.front1");
    expect(await counts()).toMatchObject({ create: 0, live: 0, restart: 0, replace: 0, delete: 0, recorded: 0, moved: 4 });
    await run("apply --auto-approve");
    expect(await inventory()).toEqual(before);
    expect(await counts()).toMatchObject({ create: 0, delete: 0, moved: 0 });

    write(cwd, { "main.ts": program(move, "front1", `name: "front1", shutdownTimeout: "1 s",`) });
    // the seed tells the guest's host name, so it is made anew, and its copy in the pool
    expect(await counts()).toMatchObject({ create: 0, restart: 1, replace: 2, delete: 0 });
    const { changes } = JSON.parse(await run("plan --json"))[0].review;
    expect(changes.filter((one: { effect: string }) => one.effect === "replace")).toMatchObject([
      { disposable: true },
      { disposable: true },
    ]);
    await run("apply --auto-approve");
    const mac = /<mac address='([^']+)'/.exec(before[0] ?? "")?.[1];
    const renamed = await host.virsh("dumpxml", "front1");
    expect(renamed).toContain(`<mac address='${mac}'/>`);
    expect(renamed).toContain("volume='web1-vda.qcow2'");
    expect(await host.virsh("domid", "front1")).not.toBe(pid);
    await run("destroy --auto-approve");
  });
});
