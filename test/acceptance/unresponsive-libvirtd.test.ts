import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { Libvirt } from "../../libvirt/connection.ts";
import { Host as ProviderHost } from "../../provider/host.ts";
import type { Waiting } from "../../model/waiting.ts";
import { cdkvm, project, type Ran, run } from "../cli/cdkvm.ts";
import { realEngines } from "../engine/engines.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 90_000 });

const program = `import { App, HostStack, Network } from "cdkvm";
const app = new App();
const host = new HostStack(app, "kvm1", { uri: process.env["HOST"]! });
for (const name of process.env["NETWORKS"]!.split(",")) new Network(host, name, { ipv4: "10.77." + name.charCodeAt(0) % 64 + ".0/24" });
app.synth();
`;

/** About two seconds on a machine that is free, and far from the minutes that libvirt would be waited for. */
const PROMPT_MS = 15_000;

describeWithHosts("a libvirtd that does not answer", () => {
  const start = hostsOfFile();
  let host: Host;
  beforeAll(async () => {
    host = await start();
  }, 60_000);

  const pidOf = (): string => readFileSync(join(host.dir, "run/libvirtd.pid"), "utf8").trim();

  /** All of libvirtd stops, until the test ends. */
  const freeze = async (): Promise<void> => {
    await host.exec("kill", ["-STOP", pidOf()]);
    onTestFinished(async () => void (await host.exec("kill", ["-CONT", pidOf()])));
  };

  /** libvirtd answers, but not about networks while one is started: a hook of the host's own holds it up. */
  const holdNetworks = async (): Promise<void> => {
    const hook = join(host.dir, "etc/hooks/network");
    mkdirSync(join(host.dir, "etc/hooks"), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\n[ "$2" = start ] && exec sleep 60\nexit 0\n');
    chmodSync(hook, 0o755);
    await host.restartLibvirtd();
    onTestFinished(async () => {
      rmSync(hook);
      await host.exec("sh", ["-c", "kill $(cat /proc/[0-9]*/stat | awk '$2 == \"(sleep)\" { print $1 }')"], { mayFail: true });
      await host.restartLibvirtd();
    });
  };

  /** Runs cdkvm, and interrupts it once it has said that it waits. */
  const interrupted = async (words: string, cwd: string, env: Record<string, string>): Promise<Ran & { readonly took: number }> => {
    let sent = 0;
    const ran = await cdkvm(words.split(" "), {
      cwd,
      env: { HOST: host.uri, CDKVM_WAIT_NOTICE: "1", ...env },
      onStart: (child) =>
        child.stderr?.on("data", (text: string) => {
          if (sent > 0 || !text.includes("still waiting")) return;
          sent = performance.now();
          child.kill("SIGINT");
        }),
    });
    return { ...ran, took: performance.now() - sent };
  };

  test("is reported by call and object, and Ctrl-C ends plan and apply at once, with the lock released and the state intact", async () => {
    const cwd = project({ "main.ts": program });
    const env = { HOST: host.uri, NETWORKS: "a" };
    expect(await cdkvm(["apply", "--auto-approve"], { cwd, env })).toMatchObject({ code: 0 });
    const resources = (): unknown =>
      (JSON.parse(readFileSync(join(cwd, "terraform.kvm1.tfstate"), "utf8")) as { resources: unknown }).resources;
    const before = resources();
    await holdNetworks();

    const apply = await interrupted("apply --auto-approve", cwd, { NETWORKS: "a,b" });
    expect(apply.stderr).toMatch(/libvirt has not answered virNetworkCreate of network b for \d+ seconds; still waiting/);
    expect(apply.stderr).toContain("CDKVM_ENGINE_INTERRUPTED");
    expect(apply.took).toBeLessThan(PROMPT_MS);

    const plan = await interrupted("plan", cwd, { NETWORKS: "a,b" });
    expect(plan.stderr).toMatch(/libvirt has not answered vir\w+.* for \d+ seconds; still waiting/);
    expect(plan.took).toBeLessThan(PROMPT_MS);

    const ended = await cdkvm(["plan"], { cwd, env: { ...env, NETWORKS: "a,b", CDKVM_CALL_TIMEOUT: "3" } });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /libvirt has not answered vir\w+.* within [34] seconds[\s\S]*CDKVM_CALL_TIMEOUT=600[\s\S]*code: CDKVM_CALL_TIMEOUT/,
    );
    expect(resources()).toEqual(before);
  });

  test("is interrupted by Ctrl-C even if nothing responds", async () => {
    const cwd = project({ "main.ts": program });
    await freeze();
    const plan = await interrupted("plan", cwd, { NETWORKS: "a" });
    expect(plan.stderr).toContain("still waiting");
    expect(plan.took).toBeLessThan(PROMPT_MS);
    // an engine without cdkvm has its log for it
    const [engine] = await realEngines();
    const env = { HOST: host.uri, CDKVM_WAIT_NOTICE: "1", CDKVM_CONNECT_TIMEOUT: "3", TF_LOG_PROVIDER: "warn" };
    const plain = await run(engine?.path ?? "", ["plan"], { cwd: join(cwd, "cdktf.out/stacks/kvm1"), env });
    expect(plain.stderr).toMatch(/\[WARN\].*libvirt has not answered vir\w+ for \d seconds; still waiting/);
    const opened = await interrupted(`console web1 --connect ${host.uri}`, cwd, {});
    expect(opened.stderr).toContain("CDKVM_INTERRUPTED");
    expect(opened.took).toBeLessThan(PROMPT_MS);
  });

  test("that does not respond is retried once, not once per call", async () => {
    const times = { timeoutMs: 2000, keepalive: { intervalMs: 1000, count: 2 } };
    const mine = new ProviderHost(host.uri, new AbortController().signal, times);
    onTestFinished(() => mine.close());
    const libvirt = await mine.libvirt();
    await freeze();
    const began = performance.now();
    const wave = async (): Promise<unknown> => {
      const calls = Array.from({ length: 20 }, () => mine.libvirt().then(({ node }) => node.hostname()));
      const ends = await Promise.allSettled([...calls, libvirt.node.hostname()]);
      return new Set(ends.map((end) => (end.status === "rejected" ? (end.reason as { code?: string }).code : "answered")));
    };
    expect(await wave()).toEqual(new Set(["CDKVM_HOST_UNREACHABLE"]));
    const first = performance.now() - began;
    expect(await wave()).toEqual(new Set(["CDKVM_HOST_UNREACHABLE"]));
    expect(performance.now() - began - first).toBeLessThan(times.timeoutMs); // less than one dial more
  });

  test("ends every call of a connection within the timeout, and with its signal", async () => {
    const waiting: Waiting[] = [];
    const patience = { noticeMs: 300, limitMs: 2000, onWait: (one: Waiting) => waiting.push(one) };
    const [stop, keepalive] = [new AbortController(), { intervalMs: 60_000 }];
    const first = await Libvirt.connect(host.uri, { patience, keepalive });
    const second = await Libvirt.connect(host.uri, { patience, keepalive, signal: stop.signal });
    onTestFinished(() => Promise.all([first.close(), second.close()]).then(() => {}));
    await freeze();
    const calls = Array.from({ length: 8 }, () => first.domains.lookupByName("web1"));
    const ends = Promise.allSettled(calls);
    const aborted = second.pools.list().catch((error: unknown) => error);
    await delay(100);
    const began = performance.now();
    stop.abort(new Error("enough"));
    expect(await aborted).toMatchObject({ message: "enough" });
    await expect(second.pools.list()).rejects.toThrow("enough");
    for (const end of await ends) expect(end).toMatchObject({ status: "rejected", reason: { code: "CDKVM_CALL_TIMEOUT" } });
    expect(performance.now() - began).toBeLessThan(4 * patience.limitMs); // together, and not one after the other
    expect(waiting).toContainEqual({ host: host.uri, call: "virDomainLookupByName", object: "guest web1", seconds: expect.any(Number) });
    // no later call waits as long once more
    await expect(first.domains.lookupByName("web2")).rejects.toMatchObject({ code: "CDKVM_CALL_TIMEOUT" });
  });
});
