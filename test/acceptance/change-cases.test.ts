import { beforeAll, describe, expect } from "vitest";
import { type TinyGuest, tinyCmdline, tinyGuest } from "../../scripts/guests/tiny.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { bareGuest } from "./bare-guest.ts";
import { type Entry, macsOf, type Outcome, runBatch } from "./change-batch.ts";
import { type Block, type ChangeCase, changeCases, type Need } from "./change-cases.ts";

const IMAGES = "/var/lib/libvirt/images";

/** A guest without a system: it runs, and ignores its power button. */
const guest = (name: string, more: Block = {}): Block =>
  bareGuest({
    name,
    running: true,
    destroy: { graceful: false },
    update: { shutdown: { timeout: 1 } },
    depends_on: ["libvirt_network.one", "libvirt_network.two", "libvirt_pool.vols"],
    ...more,
  });

/** What is around every batch, and changes in none. */
const around = {
  libvirt_network: { one: { name: "one", bridge: { name: "one0" } }, two: { name: "two", bridge: { name: "two0" } } },
  libvirt_pool: {
    vols: { name: "vols", type: "dir", target: { path: "/var/lib/libvirt/vols" } },
    other: { name: "other", type: "dir", target: { path: "/var/lib/libvirt/other" } },
  },
};

/** The blocks with a case's own names in them. */
function named(value: Block, key: string, number: number): Block {
  const hex = number.toString(16).padStart(2, "0");
  const text = JSON.stringify(value)
    .replaceAll("NAME", key)
    .replaceAll("MAC1", `52:54:00:00:${hex}:01`)
    .replaceAll("MAC2", `52:54:00:00:${hex}:02`)
    .replaceAll("SUBNET", `10.80.${number}`);
  return JSON.parse(text) as Block;
}

function plain({ type, boots }: ChangeCase, key: string, booting: Block): Block {
  switch (type) {
    case "libvirt_domain":
      return guest(key, boots ? { memory: 160, os: booting, features: { acpi: true } } : {});
    case "libvirt_network":
      return { name: key };
    case "libvirt_pool":
      return { name: key, type: "dir", target: { path: `/var/lib/libvirt/${key}` } };
    case "libvirt_volume":
      return { name: key, pool: "vols", capacity: 16, capacity_unit: "MiB", target: { format: { type: "qcow2" } }, depends_on: ["libvirt_pool.vols", "libvirt_pool.other"] }; // prettier-ignore
    case "libvirt_cloudinit_disk":
      return { name: key, user_data: "#cloud-config\nhostname: a\n", meta_data: "instance-id: a\n" };
  }
}

const numbered = changeCases.map((one, index) => ({ one, index, key: `${one.type.replace("libvirt_", "")}${index}` }));

/** `devices.disks[vda].driver.cache` as `devices.disks.driver.cache`. */
const kindOf = (path: string): string => path.replaceAll(/\[[^\]]*\]/g, "");

async function makeImages(host: Host, keys: readonly string[]): Promise<void> {
  const script = `cd ${IMAGES} && for k in ${keys.join(" ")}; do truncate -s 8M $k-a.raw $k-b.raw; done && qemu-img create -q -f qcow2 base.qcow2 16M`;
  await host.exec("sh", ["-c", script]);
}

const SHAPE =
  "ip link add shape0 type dummy && tc qdisc add dev shape0 root handle 1: htb && tc class add dev shape0 parent 1: classid 1:1 htb rate 1mbit && tc qdisc add dev shape0 parent 1:1 handle 2: sfq; code=$?; ip link del shape0; exit $code";
/** How the host is asked whether it has what a case needs, and why a case is skipped where it has not. */
const needs: Readonly<Record<Need, { readonly script: string; readonly lack: string }>> = {
  "traffic shaping": { script: SHAPE, lack: "the kernel lacks traffic shaping (sch_htb, sch_sfq)" },
  "/dev/vhost-vsock": { script: "test -c /dev/vhost-vsock", lack: "the kernel lacks vhost_vsock: there is no /dev/vhost-vsock" },
  "locked memory": {
    script: "prlimit --memlock=4294967296:4294967296 true",
    lack: "libvirtd may not raise the limit of locked memory here (CAP_SYS_RESOURCE)",
  },
};

async function haves(host: Host): Promise<ReadonlySet<Need>> {
  const asked = await Promise.all(
    (Object.entries(needs) as [Need, { script: string }][]).map(async ([need, { script }]) => {
      const { code } = await host.exec("sh", ["-c", script], { mayFail: true });
      return code === 0 ? [need] : [];
    }),
  );
  return new Set(asked.flat());
}

interface Batch {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly has: ReadonlySet<Need>;
}

function runCases(cases: typeof numbered): Batch {
  const result: { outcomes: Batch["outcomes"]; has: Batch["has"] } = { outcomes: new Map(), has: new Set() };
  let tiny: TinyGuest;
  beforeAll(async () => {
    tiny = await tinyGuest();
  }, 300_000);
  test("run", { timeout: 600_000 }, async ({ host }) => {
    await makeImages(host, cases.map(({ key }) => key)); // prettier-ignore
    const booting = {
      type: "hvm",
      type_arch: "x86_64",
      type_machine: "q35",
      kernel: await host.put(tiny.kernel),
      initrd: await host.put(tiny.initrd),
      cmdline: tinyCmdline({ hostname: "guest" }),
    };
    result.has = await haves(host);
    const possible = cases.filter(({ one }) => one.needs === undefined || result.has.has(one.needs));
    const entries = possible.map(({ one, index, key }): Entry => {
      const base = plain(one, key, booting);
      return {
        type: one.type,
        key,
        before: { ...base, ...named(one.before, key, index) },
        after: { ...base, ...named(one.after, key, index) },
      };
    });
    result.outcomes = await runBatch(host, entries, around);
  });
  return result;
}

describeWithHosts("the class of a change", () => {
  const groups = [
    ["live", (one: ChangeCase) => one.change === "live" || one.change === "none"],
    ["restart", (one: ChangeCase) => one.change === "restart"],
    ["replace", (one: ChangeCase) => one.change === "replace"],
  ] as const;
  describe.for(groups)("%s", ([, isIn]) => {
    const cases = numbered.filter(({ one }) => isIn(one));
    const batch = runCases(cases);
    test.for(cases.map((each) => [`${each.one.name} (${each.one.attribute})`, each] as const))(
      "%s",
      ([, { one, index, key }], { skip }) => {
        if (one.needs !== undefined && !batch.has.has(one.needs)) skip(needs[one.needs].lack);
        const outcome = batch.outcomes.get(key);
        if (outcome === undefined) throw new Error("the batch did not come to an end");
        const { actions, reviewed, warnings, before, after } = outcome;
        expect(outcome.errors).toEqual([]);
        expect(actions).toEqual(["no-op", one.change === "replace" ? "delete-create" : "update", "no-op"]);

        const wanted = [one.attribute, ...(one.also ?? [])].map(kindOf);
        const changed = reviewed?.attributes.filter(({ change, unknown }) => change !== undefined && !unknown) ?? [];
        const isWanted = (path: string): boolean => wanted.some((kind) => kind === kindOf(path) || kindOf(path).startsWith(`${kind}.`));
        expect(changed.filter(({ path }) => !isWanted(path))).toEqual([]);
        expect(new Set(changed.map(({ change }) => change))).toEqual(new Set([one.change]));
        expect(reviewed?.effect).toBe(one.change === "none" ? "recorded" : one.change);

        if (one.type !== "libvirt_domain" || before === undefined || after === undefined) return;
        expect(warnings.map((text) => text.split(":")[0])).toEqual(one.change === "restart" ? [`${key} will restart`] : []);
        expect(after.uuid).toBe(before.uuid);
        expect(outcome.vanished).toBe(false);
        expect(after.pid !== "" && before.pid !== "").toBe(true);
        expect(after.pid === before.pid).toBe(one.change !== "restart");
        if (one.change === "restart") expect(macsOf(after.inactive)).toEqual(macsOf(before.inactive));
        if (one.attribute === "autostart") expect(after.autostart).toBe(true);
        for (const xml of [after.live, after.inactive]) {
          for (const part of named({ shows: one.shows ?? [] }, key, index)["shows"] as string[]) expect(xml).toContain(part);
          for (const part of named({ hides: one.hides ?? [] }, key, index)["hides"] as string[]) expect(xml).not.toContain(part);
        }
      },
    );
  });
});
