import fc from "fast-check";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { findEngine } from "../../engine/find.ts";
import { copyWithExtras } from "../../engine/saved-plan.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import { skippedBecause } from "../hosts/skipped.ts";
import type { Host } from "../hosts/host.ts";
import { run } from "../cli/cdkvm.ts";
import { bareGuest } from "./bare-guest.ts";
import { drawn } from "./change-arbitrary.ts";
import { around, makeDisks } from "./change-around.ts";
import { type Facts, runBatch } from "./change-batch.ts";
import { Workspace } from "./workspace.ts";

const RUNS = Number(process.env["CDKVM_PROPERTY_RUNS"] ?? 1);
const SEED = Number(process.env["CDKVM_PROPERTY_SEED"] ?? Date.now() % 2 ** 31);

const isTofu = (await findEngine())?.kind === "tofu";

const FULL = { ...process.env, CDKVM_SCHEMA: "full" };

/** Without what libvirt draws: UUIDs, MAC addresses, numbers of running guests. */
const comparable = (facts: Facts | undefined): unknown =>
  facts && {
    runs: facts.pid !== "",
    autostart: facts.autostart,
    inactive: facts.inactive.replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, "UUID").replaceAll(/([\da-f]{2}:){5}[\da-f]{2}/g, "MAC"),
  };

const stateOf = async (work: Workspace): Promise<Record<string, unknown>[]> => {
  const { resources } = JSON.parse(await readFile(join(work.folder, "terraform.tfstate"), "utf8")) as {
    resources: { instances: { attributes: Record<string, unknown> }[] }[];
  };
  return resources.flatMap(({ instances }) => instances.map(({ attributes }) => attributes));
};

/** One guest, with a title, in a stack of its own. */
async function titled(host: Host, env = process.env): Promise<Workspace> {
  const work = await Workspace.open(host.uri, env);
  await work.write({ libvirt_domain: { web1: bareGuest({ title: "one" }) } });
  await work.apply();
  return work;
}

describeWithHosts("a narrow schema", () => {
  test("has far fewer attributes in the state, and is what cdkvm uses", async ({ host }) => {
    const work = await titled(host);
    const [attributes = {}] = await stateOf(work);
    expect(attributes["title"]).toBe("one");
    expect(attributes).not.toHaveProperty("description");
    await work.destroy();
  });

  test("removing an attribute from the configuration is detected", async ({ host }) => {
    const work = await titled(host);
    await work.write({ libvirt_domain: { web1: bareGuest() } });
    expect(await work.plan()).toMatchObject({ actions: ["update libvirt_domain.web1"] });
    await work.apply();
    expect(await host.virsh("dumpxml", "web1")).not.toContain("<title>");
    await work.destroy();
  });

  test("so is removing one that is in the state of another workspace", async ({ host }) => {
    const work = await Workspace.open(host.uri, { ...process.env, TF_WORKSPACE: "other" });
    await work.write({ libvirt_domain: { web1: bareGuest({ title: "one" }) } });
    await work.apply();
    await work.write({ libvirt_domain: { web1: bareGuest() } });
    expect(await work.plan()).toMatchObject({ actions: ["update libvirt_domain.web1"], warnings: [] });
    await work.apply();
    expect(await host.virsh("dumpxml", "web1")).not.toContain("<title>");
    await work.destroy();
  });

  test.skipIf(!isTofu)(
    `so is removing one that is in an encrypted state ${isTofu ? "" : skippedBecause("OpenTofu is not installed")}`.trim(),
    async ({ host }) => {
      const encryption = `key_provider "pbkdf2" "key" {
          passphrase = "correct-horse-battery-staple"
          iterations = 200000
        }
        method "aes_gcm" "method" { keys = key_provider.pbkdf2.key }
        state { method = method.aes_gcm.method }
        plan { method = method.aes_gcm.method }`;
      const work = await titled(host, { ...process.env, TF_ENCRYPTION: encryption });
      expect(await readFile(join(work.folder, "terraform.tfstate"), "utf8")).toContain("encrypted_data");
      await work.write({ libvirt_domain: { web1: bareGuest() } });
      expect(await work.plan()).toMatchObject({ actions: ["update libvirt_domain.web1"] });
      await work.apply();
      expect(await host.virsh("dumpxml", "web1")).not.toContain("<title>");
      await work.destroy();
    },
  );

  test("a change on the host is detected, even if the configuration does not have the attribute", async ({ host }) => {
    const work = await titled(host);
    await host.exec("truncate", ["-s", "1M", "/var/lib/libvirt/images/extra.raw"]);
    await host.virsh("attach-disk", "web1", "/var/lib/libvirt/images/extra.raw", "vdz", "--config");
    expect(await work.plan()).toMatchObject({ actions: ["update libvirt_domain.web1"] });
    await work.apply();
    expect(await host.virsh("dumpxml", "web1", "--inactive")).not.toContain("vdz");
    await work.destroy();
  });

  test("continues with a state that has all attributes, and the reverse", async ({ host }) => {
    const work = await titled(host, FULL);
    expect((await stateOf(work))[0]).toHaveProperty("description");
    const engine = work.engine.path;
    const narrow = await work.reopen();
    expect(await narrow.plan()).toMatchObject({ changes: false });
    await narrow.write({ libvirt_domain: { web1: bareGuest({ title: "two" }) } });
    await narrow.apply();
    expect((await stateOf(work))[0]).not.toHaveProperty("description");
    const plain = await run(engine, ["plan", "-detailed-exitcode", "-input=false", "-no-color"], { cwd: work.folder });
    expect(plain, `${plain.stdout}\n${plain.stderr}`).toMatchObject({ code: 0 });
    const shown = await run(engine, ["show", "-json"], { cwd: work.folder });
    expect(shown).toMatchObject({ code: 0 });
    await work.destroy();
  });

  test("a saved plan is shown and applied with its own attributes, also by a plain engine", async ({ host }) => {
    const work = await titled(host);
    await work.write({ libvirt_domain: { web1: bareGuest({ title: "two" }) } });
    const { file, schema } = await work.engine.plan();
    expect(schema?.resources).toHaveProperty("libvirt_domain");
    await copyWithExtras(file, join(work.folder, "saved"), { notes: { inUse: {} }, schema });
    for (const args of [
      ["show", "-json", "saved"],
      ["apply", "-input=false", "-no-color", "saved"],
    ]) {
      const ran = await run(work.engine.path, args, { cwd: work.folder });
      expect(ran, `${ran.stdout}\n${ran.stderr}`).toMatchObject({ code: 0 });
    }
    expect(await host.virsh("dumpxml", "web1")).toContain("<title>two</title>");
    await work.destroy();
  });

  test(
    `gives the same plan, the same warnings and the same XML as all attributes do (${RUNS} runs, seed ${SEED})`,
    { timeout: 60_000 + RUNS * 480_000 },
    async ({ host }) => {
      console.info(`CDKVM_PROPERTY_RUNS=${RUNS} CDKVM_PROPERTY_SEED=${SEED}`);
      for (const batch of fc.sample(drawn, { numRuns: RUNS, seed: SEED })) {
        await makeDisks(host, batch);
        const narrow = await runBatch(host, batch, around);
        await makeDisks(host, batch);
        const full = await runBatch(host, batch, around, FULL);
        for (const { key } of batch) {
          const [one, other] = [narrow, full].map((outcomes) => {
            const { before, after, ...rest } = outcomes.get(key) ?? {};
            return { ...rest, before: comparable(before), after: comparable(after) };
          });
          expect(one, `the outcome of ${key}`).toEqual(other);
        }
      }
    },
  );
});
