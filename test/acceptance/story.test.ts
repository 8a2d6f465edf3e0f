import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { tinyGuest } from "../../scripts/guests/tiny.ts";
import { manifestSchema } from "../../plans/index.ts";
import { fleetReviewSchema } from "../../review/index.ts";
import { project, type Ran, repository } from "../cli/cdkvm.ts";
import { type Block, blocksOf, type Shell, shellFor } from "../docs/guide.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 180_000 });

const STORY = "examples/ci/story";

/** What the page types, block by block, and what it says that this prints. */
const steps: (Block & { readonly prints: readonly string[] })[] = [];
for (const block of blocksOf(`${STORY}/README.md`)) {
  const last = steps.at(-1);
  if (block.fence === "sh") steps.push({ ...block, prints: [] });
  else if (block.fence === "" && last) steps.splice(-1, 1, { ...last, prints: [...last.prints, ...block.text.trimEnd().split("\n")] });
}

describeWithHosts("the story of a pull request, as printed", () => {
  const start = hostsOfFile();
  let hosts: readonly Host[];
  let cwd: string;
  let shell: Shell;
  const host = (name: string): Host => hosts.find((one) => one.name === name) as Host;

  beforeAll(async () => {
    const removals: (() => void)[] = [];
    hosts = await Promise.all(["kvm1", "kvm2", "kvm3"].map((name) => start({ name })));
    const guest = await tinyGuest();
    const boots = await Promise.all(hosts.map(async (one) => [await one.put(guest.kernel), await one.put(guest.initrd)] as const));
    cwd = project({}, (remove) => removals.push(remove));
    cpSync(join(repository, STORY), cwd, { recursive: true });
    const [kernel, initrd] = boots[0] ?? [];
    const git = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_AUTHOR_NAME: "you", GIT_COMMITTER_NAME: "you", EMAIL: "you@example.org" };
    const uris = Object.fromEntries(hosts.map(({ name, uri }) => [`${name.toUpperCase()}_URI`, uri]));
    shell = shellFor(cwd, { ...git, ...uris, CDKVM_DEMO_KERNEL: kernel, CDKVM_DEMO_INITRD: initrd });
    return () => removals.forEach((remove) => remove());
  }, 300_000);

  /** Types the next block: it exits as the page says, and prints what the page shows, in this order; `…` stands for more. */
  async function next(holds: string): Promise<Ran> {
    const step = steps.shift();
    expect(step?.text).toContain(holds);
    const { text = "", prints = [] } = step ?? {};
    const ran = await shell(text.replaceAll("npx cdkvm", "cdkvm"));
    const code = Number(/# exits with (\d)/.exec(text)?.[1] ?? 0);
    expect({ text, ...ran }).toMatchObject({ code });
    let rest = ran.stdout + ran.stderr;
    for (const line of prints) {
      for (const part of line.split("…").filter((one) => one.trim() !== "")) {
        expect(rest).toContain(part);
        rest = rest.slice(rest.indexOf(part) + part.length);
      }
    }
    return ran;
  }

  const file = (name: string): string => readFileSync(join(cwd, name), "utf8");
  const pid = async (on: string, guest: string): Promise<string> => (await host(on).readFile(`/run/libvirt/qemu/${guest}.pid`)).trim();
  const webs: readonly (readonly [host: string, guest: string])[] = [
    ["kvm1", "web-1"],
    ["kvm1", "web-2"],
    ["kvm2", "web-3"],
  ];
  const pids = (): Promise<string[]> => Promise.all(webs.map(([on, guest]) => pid(on, guest)));
  const capacity = async (): Promise<string> =>
    /capacity.*?(\d\S*)/i.exec(await host("kvm3").virsh("vol-info", "db-1-data.qcow2", "--pool", "kvm3", "--bytes"))?.[1] ?? "";
  const volumes = (): Promise<string> => host("kvm3").virsh("vol-list", "kvm3");
  /** Seconds since 1970 at which a guest's process began. */
  const began = async (on: string, guest: string): Promise<number> =>
    Date.parse((await host(on).exec("ps", ["-o", "lstart=", "-p", await pid(on, guest)])).stdout) / 1000;
  /** Seconds since 1970 at which the guest got the address that it has. */
  async function served(on: string, guest: string): Promise<number> {
    const mac = /mac address='(.*?)'/.exec(await host(on).virsh("dumpxml", guest))?.[1];
    const status = (await host(on).exec("sh", ["-c", "cat /var/lib/libvirt/dnsmasq/*.status"])).stdout;
    const leases = JSON.parse(status) as { "mac-address": string; "expiry-time": number }[];
    return (leases.find((one) => one["mac-address"] === mac)?.["expiry-time"] ?? Infinity) - 3600;
  }

  test("runs from the first commit to a healed host", async () => {
    await next("git init");
    const before = { pids: await pids(), db: await pid("kvm3", "db-1") };
    await vi.waitFor(
      async () => expect(Math.max(...(await Promise.all(webs.map((one) => served(...one)))))).toBeLessThan(Infinity),
      60_000,
    );

    await next("git apply branch.patch");
    await next("cdkvm plan --out plans/");
    const manifest = manifestSchema.parse(JSON.parse(file("plans/manifest.json")));
    expect(manifest.stacks.map(({ name }) => name)).toEqual(["kvm1", "kvm2", "kvm3"]);
    await next("cdkvm review plans/");
    await next("--format $format");
    expect(fleetReviewSchema.parse(JSON.parse(file("review.json"))).stacks).toHaveLength(3);
    expect(file("review.html")).toMatch(/^<!doctype html>[^]*exports\.qcow2/i);
    expect(JSON.parse(file("review.sarif"))).toMatchObject({ version: "2.1.0", runs: [{ results: expect.arrayContaining([]) }] });
    expect(file("review.junit")).toContain("data-loss");
    expect(JSON.parse(file("review.code-quality"))).toContainEqual(expect.objectContaining({ check_name: "data-loss" }));

    await next("cat > cdkvm.waivers.yaml");
    await next("cdkvm review plans/");
    expect(await pids()).toEqual(before.pids);
    expect(await volumes()).toContain("exports.qcow2");

    expect((await next("cdkvm apply plans/")).stderr).not.toContain("will restart"); // the review said so
    const after = await pids();
    expect(after.filter((one, index) => one === before.pids[index])).toEqual([]);
    expect(await pid("kvm3", "db-1")).toBe(before.db);
    expect(await capacity()).toBe(String(4 * 1024 ** 3));
    expect(await volumes()).not.toContain("exports.qcow2");
    expect(await host("kvm2").virsh("domstate", "web-4")).toBe("running");
    expect(await host("kvm3").virsh("net-dumpxml", "data")).toContain("<domain name='data.internal'");
    // each went down only when the one before was back: the guests of kvm1 in either order, then the one of kvm2
    const turns = await Promise.all(webs.map(async (one) => ({ began: await began(...one), served: await served(...one) })));
    const [first, second, third] = turns.toSorted((a, b) => a.began - b.began);
    expect(third).toBe(turns[2]);
    expect(second?.began).toBeGreaterThanOrEqual(first?.served ?? Infinity);
    expect(third?.began).toBeGreaterThanOrEqual(second?.served ?? Infinity);
    await next("cdkvm apply plans/");
    expect(await pids()).toEqual(after);

    await next("virsh");
    await next("cdkvm drift --detailed-exitcode");
    await next("cdkvm drift --heal");
    expect(await host("kvm2").virsh("domstate", "web-3")).toBe("running");
    expect(await host("kvm3").virsh("net-info", "data")).toMatch(/Autostart: +yes/);
    await next("cdkvm destroy");
    for (const one of hosts) expect((await one.virsh("list", "--all", "--name")).trim()).toBe("");
    expect(steps).toEqual([]);
    expect(existsSync(join(cwd, "plans/manifest.json"))).toBe(true);
  });
});
