import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, expect, test, vi } from "vitest";
import { reviewSchema } from "../../review/index.ts";
import { tinyCmdline, tinyGuest } from "../../scripts/guests/tiny.ts";
import { cdkvm, project, type Ran, repository, run, type RunOptions, write } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { onPath } from "../hosts/requirements.ts";

vi.setConfig({ testTimeout: 120_000 });

const program = `import { App, HostStack, Network, TerraformOutput, VM, type VMProps } from "cdkvm";

const app = new App();
const lab = new HostStack(app, "lab");
const lan = new Network(lab, "lan", { ipv4: "10.91.0.0/24" });
const boots: VMProps = { memory: "192 MiB", kernel: process.env["KERNEL"], initrd: process.env["INITRD"], shutdownTimeout: "10 s" };

const web1 = new VM(lab, "web1", {
  ...boots,
  title: "Front end",
  cmdline: ${JSON.stringify(tinyCmdline({ hostname: "web1" }))},
  disks: [{ size: "16 MiB" }],
  networks: [{ network: lan, ip: "10.91.0.11" }],
  waitForIp: true,
});
new TerraformOutput(lab, "web1-ip", { value: web1.ip });
new TerraformOutput(lab, "token", { value: "hidden-token", sensitive: true });

const slow = new HostStack(app, "slow");
const silent = new Network(slow, "silent", { ipv4: "10.92.0.0/24", dhcp: false });
new VM(slow, "mute", { ...boots, networks: [silent], waitForIp: process.env["PATIENCE"] ?? false });

app.synth();
`;

describeWithHosts("a project on a host, from plan to destroy", () => {
  const start = hostsOfFile();
  let host: Host;
  let cwd: string;
  let env: Record<string, string>;
  const removals: (() => void)[] = [];

  beforeAll(async () => {
    const guest = await tinyGuest();
    host = await start();
    cwd = project({ "main.ts": program }, (remove) => removals.push(remove));
    env = { LIBVIRT_DEFAULT_URI: host.uri, KERNEL: await host.put(guest.kernel), INITRD: await host.put(guest.initrd) };
    return () => removals.forEach((remove) => remove());
  }, 300_000);

  const cli = (words: string, more: Partial<RunOptions> = {}): Promise<Ran> =>
    cdkvm(words.split(" "), { cwd, ...more, env: { ...env, ...more.env } });
  /** Runs what must succeed; its standard output. */
  const succeed = async (words: string, more: Partial<RunOptions> = {}): Promise<string> => {
    const ran = await cli(words, more);
    expect(ran, `cdkvm ${words}\n${ran.stdout}\n${ran.stderr}`).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const inventory = async (): Promise<string> => {
    const lists = ["list --all --name", "net-list --all --name", "pool-list --all --name"].map((words) => host.virsh(...words.split(" ")));
    return (await Promise.all(lists)).join(" ").split(/\s+/).filter(Boolean).toSorted().join(" ");
  };
  const unchanged = async (): Promise<void> => expect(await succeed("plan lab --detailed-exitcode")).toContain("no changes");

  test("plan shows what would be created, and creates nothing", async () => {
    expect(await succeed("plan lab")).toMatch(/guest web1[\s\S]*plan: 4 to create/);
    expect(await cli("plan lab --detailed-exitcode")).toMatchObject({ code: 2 });
    expect(await inventory()).toBe("");
  });

  test("apply without a terminal asks for --auto-approve, and changes nothing", async () => {
    const { code, stderr } = await cli("apply lab");
    expect(code).toBe(1);
    expect(stderr).toContain("CDKVM_NOT_APPROVED");
    expect(stderr).toContain("--auto-approve");
    expect(await inventory()).toBe("");
  });

  test("apply creates it, waits for the guest's address, and prints the outputs except secret ones", async () => {
    const stdout = await succeed("apply lab --auto-approve");
    expect(stdout).toContain('web1-ip = "10.91.0.11"');
    expect(stdout).toContain("token = (sensitive)");
    expect(stdout).not.toContain("hidden-token");
    expect(stdout).not.toContain("\u001B");
    expect(await host.virsh("domstate", "web1")).toBe("running");
    expect(await inventory()).toBe("lab lan web1");
  });

  test("a second plan has no changes, also as an exit code", async () => {
    await unchanged();
    const plans = JSON.parse(await succeed("plan lab --json")) as { stack: string; review: unknown }[];
    expect(plans.map(({ stack, review }) => [stack, reviewSchema.parse(review).hasChanges])).toEqual([["lab", false]]);
    expect(JSON.parse(await succeed("apply lab --auto-approve --json --detailed-exitcode"))).toMatchObject([
      { review: { hasChanges: false } },
    ]);
  });

  test("output prints the values as text and as data, secrets only on request", async () => {
    expect(await succeed("output lab")).toBe("lab\n  token = (sensitive)\n  web1-ip = 10.91.0.11\n");
    expect(JSON.parse(await succeed("output lab --json"))).toEqual({ lab: { "web1-ip": "10.91.0.11", token: "(sensitive)" } });
    expect(JSON.parse(await succeed("output lab --json --show-sensitive"))).toMatchObject({ lab: { token: "hidden-token" } });
  });

  test("console connects a pipe to the guest's shell", async () => {
    const { stdout } = await cli("console web1", {
      onStart: (child) => child.stdin?.write("\necho forty-$((6 * 7))\n"),
      onOutput: (said, child) => {
        if (said.includes("forty-42")) child.kill("SIGTERM");
      },
      timeout: 40_000,
    });
    expect(stdout).toContain("web1:");
    expect(stdout).toContain("forty-42");
  });

  test.skipIf(!onPath("script"))("console on a terminal ends with Ctrl-]", async () => {
    const keys = ["\r", "\u001D"];
    const command = `${process.execPath} ${join(repository, "dist/cli/main.js")} console web1`;
    const { code, stdout } = await run("script", ["-qec", command, "/dev/null"], {
      cwd,
      env: { ...env, TERM: "xterm" },
      onStart: () => {},
      onOutput: (said, child) => {
        if (keys.length === 2 ? said.includes("Ctrl-] to disconnect") : keys.length === 1 && said.includes("web1:"))
          child.stdin?.write(keys.shift());
      },
      timeout: 40_000,
    });
    expect(stdout).toContain("Connected to web1. Press Ctrl-] to disconnect.");
    expect(code).toBe(0);
  });

  test("console suggests the intended guest", async () => {
    expect((await cli("console web2")).stderr).toContain('did you mean "web1"?');
    const elsewhere = await cli(`console wbe1 -c ${host.uri}`);
    expect(elsewhere).toMatchObject({ code: 1, stdout: "" });
    expect(elsewhere.stderr).toContain('did you mean "web1"?');
    expect(elsewhere.stderr).toContain("CDKVM_GUEST_UNKNOWN");
  });

  test("a guest that virsh destroyed is started again", async () => {
    await host.virsh("destroy", "web1");
    const plan = await cli("plan lab --detailed-exitcode");
    expect(plan.code).toBe(2);
    expect(plan.stdout).toMatch(/changed outside cdkvm.* guest web1/);
    await succeed("apply lab --auto-approve");
    expect(await host.virsh("domstate", "web1")).toBe("running");
  });

  test("edits with virsh are detected, named, and reverted", async () => {
    await host.exec("sh", ["-c", "virsh dumpxml --inactive web1 | sed 's/196608/262144/' > /run/web1.xml && virsh define /run/web1.xml"]);
    await host.virsh("desc", "web1", "--config", "--live", "--title", "Defaced");
    await host.virsh("autostart", "web1");
    const plan = await cli("plan lab --detailed-exitcode");
    expect(plan.code).toBe(2);
    expect(plan.stdout).toMatch(/changed outside cdkvm.* guest web1/);
    expect(plan.stdout).toContain("Defaced");
    expect(plan.stdout).toMatch(/memory/i);
    await succeed("apply lab --auto-approve");
    expect(await host.virsh("desc", "web1", "--title")).toBe("Front end");
    expect(await host.virsh("dominfo", "web1")).toMatch(/Autostart: +disable/);
    expect(await host.virsh("dumpxml", "--inactive", "web1")).toContain("<memory unit='KiB'>196608</memory>");
    await unchanged();
  });

  test("a saved plan is reviewed and applied unchanged", async () => {
    write(cwd, { "main.ts": program.replace("Front end", "Back end") });
    await succeed("plan lab --out saved/lab.tfplan");
    const markdown = await succeed("review saved/lab.tfplan");
    expect(markdown).toContain("web1");
    expect(markdown).toContain("Back end");
    expect(reviewSchema.parse(JSON.parse(await succeed("review saved/lab.tfplan --json"))).counts).toMatchObject({ live: 1, create: 0 });
    const applied = JSON.parse(await succeed("apply lab --plan saved/lab.tfplan --json")) as unknown;
    expect(applied).toMatchObject([{ stack: "lab", review: { counts: { live: 1 } }, outputs: { "web1-ip": { value: "10.91.0.11" } } }]);
    expect(await host.virsh("desc", "web1", "--title")).toBe("Back end");
    const again = await cli("apply lab --plan saved/lab.tfplan");
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/stale/i);
  });

  test("Ctrl-C while apply waits for an address ends soon with the state saved; the next apply continues", async () => {
    const impatient = { env: { PATIENCE: "5 min" } };
    let interrupted = 0;
    const ran = await cli("apply slow --auto-approve", {
      ...impatient,
      onStart: (child) => {
        const when = async (): Promise<void> => {
          while (!(await host.virsh("list", "--name")).includes("mute")) await delay(200);
          await delay(1000);
          interrupted = Date.now();
          child.kill("SIGINT");
        };
        when().catch(() => child.kill("SIGKILL"));
      },
    });
    expect(Date.now() - interrupted).toBeLessThan(15_000);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("CDKVM_ENGINE_INTERRUPTED");
    const state = JSON.parse(readFileSync(join(cwd, "terraform.slow.tfstate"), "utf8")) as { resources: { type: string }[] };
    expect(state.resources.map((one) => one.type).toSorted()).toEqual(["libvirt_domain", "libvirt_network"]);

    await succeed("apply slow --auto-approve");
    expect(await host.virsh("domstate", "mute")).toBe("running");
    expect(await succeed("plan slow --detailed-exitcode")).toContain("no changes");
  });

  test("destroy asks for confirmation, then leaves nothing behind", async () => {
    expect(await cli("destroy")).toMatchObject({ code: 1 });
    expect(await inventory()).toBe("lab lan mute silent web1");
    await succeed("destroy --auto-approve");
    expect(await inventory()).toBe("");
    expect(JSON.parse(await succeed("output --json"))).toEqual({ lab: {}, slow: {} });
    expect((await host.exec("ls", ["/var/lib/libvirt/images"])).stdout).toBe("");
  });
});
