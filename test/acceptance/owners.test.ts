import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from "vitest";
import type { EngineError } from "../../engine/diagnostics.ts";
import { engineEnvironment } from "../../engine/environment.ts";
import { EMBEDDED_SOURCE } from "../../model/embedded-source.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { bareGuest } from "./bare-guest.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

const POOL = "/var/lib/libvirt/theirs";

interface Kind {
  readonly type: string;
  readonly noun: string;
  readonly block: Block;
  /** What import takes. */
  readonly id: (host: Host) => Promise<string>;
  /** What shows that the very same object is there still, and runs. */
  readonly trace: (host: Host) => Promise<string>;
}

const kinds: readonly Kind[] = [
  {
    type: "libvirt_domain",
    noun: "guest",
    block: bareGuest({
      name: "one",
      running: true,
      destroy: { graceful: false },
      update: { shutdown: { timeout: 1 } },
    }),
    id: (host) => host.virsh("domuuid", "one"),
    trace: async (host) => `${await host.virsh("domuuid", "one")} ${await host.virsh("domid", "one")}`,
  },
  {
    type: "libvirt_network",
    noun: "network",
    block: { name: "one", ips: [{ address: "10.91.0.1", prefix: 24 }] },
    id: (host) => host.virsh("net-uuid", "one"),
    trace: (host) => host.virsh("net-info", "one"),
  },
  {
    type: "libvirt_pool",
    noun: "storage pool",
    block: { name: "one", type: "dir", target: { path: POOL }, create: { build: true, start: true, autostart: false } },
    id: (host) => host.virsh("pool-uuid", "one"),
    trace: async (host) => `${await host.virsh("pool-uuid", "one")} ${(await host.exec("stat", ["-c%i", POOL])).stdout}`,
  },
  {
    type: "libvirt_volume",
    noun: "volume",
    block: { name: "one", pool: "shared", capacity: 1, capacity_unit: "MiB" },
    id: async () => "shared/one",
    trace: async (host) => (await host.exec("stat", ["-c%i", "/var/lib/libvirt/shared/one"])).stdout,
  },
];

describeWithHosts("two owners on one host", () => {
  const folder = mkdtempSync(join(tmpdir(), "cdkvm-owners-"));
  const journal = join(folder, "cdkvm/journal");
  let mine: Workspace;
  let theirs: Workspace;
  beforeAll(() => {
    process.env["XDG_STATE_HOME"] = folder;
  });
  afterAll(() => {
    delete process.env["XDG_STATE_HOME"];
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach<{ host: Host }>(async ({ host }) => {
    await host.virsh("pool-create-as", "shared", "dir", "--target", "/var/lib/libvirt/shared", "--build");
    [mine, theirs] = await Promise.all([Workspace.open(host.uri), Workspace.open(host.uri)]);
  });
  afterEach<{ host: Host }>(async ({ host }) => {
    for (const work of [mine, theirs]) {
      await work.write({});
      await work.destroy();
      await work.remove();
    }
    await host.virsh("pool-destroy", "shared");
  });

  describe.for(kinds)("of a $noun", ({ type, noun, block, id, trace }) => {
    const both = (): Promise<unknown> => Promise.all([mine, theirs].map((work) => work.write({ [type]: { a: block } })));
    const taken = new RegExp(`^a ${noun} named "one" already exists .*but not in this state$`);

    test(
      "an identical second stack is refused by plan and apply, and its destroy keeps the first's object",
      { timeout: 120_000 },
      async ({ host }) => {
        await both();
        await mine.apply();
        const before = await trace(host);
        for (const errors of [await theirs.failingPlan(), await theirs.failingApply()]) {
          expect(errors.map(({ summary }) => summary)).toEqual([expect.stringMatching(taken)]);
          expect(errors[0]?.detail).toContain("CDKVM_NAME_TAKEN");
          expect(errors[0]?.detail).toContain(`import ADDRESS ${await id(host)}`);
          expect(errors[0]?.snippet?.code).toContain('"name"');
        }
        await theirs.write({});
        await theirs.destroy();
        expect(await trace(host)).toBe(before);
        expect((await mine.plan()).actions).toEqual([]);
      },
    );

    test("of two concurrent applies one creates it, and the other leaves it alone", { timeout: 120_000 }, async ({ host }) => {
      await both();
      const ends = await Promise.allSettled([mine, theirs].map((work) => work.apply()));
      const lost = ends.flatMap((end) => (end.status === "rejected" ? (end.reason as EngineError).diagnostics : []));
      expect(lost.map(({ detail }) => detail)).toEqual([expect.stringContaining("CDKVM_NAME_TAKEN")]);
      const winner = ends[0]?.status === "fulfilled" ? mine : theirs;
      const before = await trace(host);
      expect((await winner.plan()).actions).toEqual([]);
      expect(await trace(host)).toBe(before);
    });

    test("one whose state was lost is imported, as the error says", { timeout: 120_000 }, async ({ host }) => {
      await mine.write({ [type]: { a: block } });
      await mine.apply();
      expect((await mine.plan()).actions).toEqual([]);
      await mine.engine.stateRemove(`${type}.a`);
      const [error] = await mine.failingPlan();
      const words = / import ADDRESS (\S+?)\)/.exec(error?.detail ?? "");
      const before = await trace(host);
      await mine.engine.import(`${type}.a`, words?.[1] ?? "");
      await mine.apply();
      expect((await mine.plan()).actions).toEqual([]);
      expect((await trace(host)).split(" ")[0]).toBe(before.split(" ")[0]);
    });

    test("one with a new address is refused by the plan, and moves with a moved block", { timeout: 120_000 }, async ({ host }) => {
      await mine.write({ [type]: { a: block } });
      await mine.apply();
      const before = await trace(host);
      await mine.write({ [type]: { b: block } });
      for (const errors of [await mine.failingPlan(), await mine.failingApply()]) {
        expect(errors.map(({ detail }) => detail)).toEqual([expect.stringContaining("CDKVM_NAME_TAKEN")]);
        expect(errors[0]?.detail).toMatch(/declare the move|import it/);
      }
      await mine.write({ [type]: { b: block } }, { moved: [{ from: `${type}.a`, to: `${type}.b` }] });
      await mine.apply();
      expect((await mine.plan()).actions).toEqual([]);
      expect(await trace(host)).toBe(before);
    });

    test("a tainted one is recreated, with or without a refresh", { timeout: 120_000 }, async ({ host }) => {
      await mine.write({ [type]: { a: block } });
      await mine.apply();
      const before = await trace(host);
      const run = (...words: string[]): Promise<unknown> =>
        promisify(execFile)(mine.engine.path, words, { cwd: mine.folder, env: engineEnvironment() });
      await run("taint", `${type}.a`);
      await run("apply", "-auto-approve", "-input=false", "-refresh=false");
      await run("taint", `${type}.a`);
      await run("apply", "-auto-approve", "-input=false");
      expect((await mine.plan()).actions).toEqual([]);
      if (type !== "libvirt_volume" && type !== "libvirt_pool") expect(await trace(host)).not.toBe(before);
    });

    test("two aliased providers are not mistaken for a killed apply", { timeout: 120_000 }, async ({ host }) => {
      const provider = { libvirt: [{ uri: host.uri }, { alias: "again", uri: host.uri }] };
      const blocks = { a: block, b: { ...block, provider: "libvirt.again", depends_on: [`${type}.a`] } };
      await mine.write({ [type]: blocks }, { provider, terraform: { required_providers: { libvirt: { source: EMBEDDED_SOURCE } } } });
      const [error] = await mine.failingApply();
      expect(error?.detail).toContain("CDKVM_NAME_TWICE");
      expect((await mine.engine.stateList()).filter((address) => address.startsWith(type))).toEqual([`${type}.a`]);
    });
  });

  test("an incomplete guest is taken over, whatever the configuration is now", { timeout: 60_000 }, async ({ host }) => {
    const block = kinds[0]?.block ?? {};
    await mine.write({ libvirt_domain: { a: { ...block, running: false } } });
    await mine.apply();
    await mine.engine.stateRemove("libvirt_domain.a");
    const uuid = await host.virsh("domuuid", "one");
    const [entry = ""] = readdirSync(journal);
    const text = readFileSync(join(journal, entry), "utf8");
    expect(text).toContain(uuid);
    writeFileSync(join(journal, entry), text.replace('"made"', '"making"'));
    await mine.write({ libvirt_domain: { a: { ...block, memory: 96 } } });
    await mine.apply();
    expect((await mine.plan()).actions).toEqual([]);
    expect(await host.virsh("domuuid", "one")).toBe(uuid);
    expect(await host.virsh("domstate", "one")).toBe("running");
    expect(await host.virsh("dumpxml", "one", "--inactive")).not.toContain("cdkvm");
    expect(readdirSync(journal)).toEqual([]);
  });

  test("an incomplete network or pool of another configuration is recreated", { timeout: 60_000 }, async ({ host }) => {
    const [, lan, pool] = kinds.map(({ block }) => block);
    await mine.write({ libvirt_network: { a: lan ?? {} }, libvirt_pool: { a: pool ?? {} } });
    await mine.apply();
    for (const address of ["libvirt_network.a", "libvirt_pool.a"]) await mine.engine.stateRemove(address);
    for (const entry of readdirSync(journal)) {
      const text = readFileSync(join(journal, entry), "utf8");
      writeFileSync(join(journal, entry), text.replace('"made"', '"making"'));
    }
    const ips = [{ address: "10.92.0.1", prefix: 24 }];
    await mine.write({ libvirt_network: { a: { ...lan, ips } }, libvirt_pool: { a: { ...pool, target: { path: `${POOL}2` } } } });
    await mine.apply();
    expect((await mine.plan()).actions).toEqual([]);
    expect(await host.virsh("net-dumpxml", "one")).toContain("10.92.0.1");
    expect(await host.virsh("pool-dumpxml", "one")).toContain(`${POOL}2`);
  });
});
