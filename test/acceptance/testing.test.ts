import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { planOf, synthProgram } from "cdkvm/testing";
import { expect, test, vi } from "vitest";
import type { Review } from "../../review/index.ts";
import { cdkvm, project } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";

vi.setConfig({ testTimeout: 180_000 });

const program = `import { App, HostStack, Image, Network, VM, Volume } from "cdkvm";
const { MEMORY: memory = "64 MiB", TITLE: title = "old", SIZE: size = "8 MiB", IMAGE: image = "one.raw", OTHERS = "web2", MTU } = process.env;
const app = new App();
const host = new HostStack(app, "lab");
const lan = new Network(host, "lan", { ipv4: "10.66.0.0/24", ...(MTU === undefined ? {} : { mtu: Number(MTU) }) });
const data = new Volume(host, "data", { size });
const from = new Image(host, "image", { path: process.cwd() + "/" + image });
new VM(host, "web1", { memory, title, networks: [lan], disks: [{ image: from }, { volume: data }], shutdownTimeout: "1 s" });
for (const name of OTHERS.split(",").filter(Boolean)) new VM(host, name, { memory: "64 MiB", running: false, disks: [{ size: "4 MiB" }] });
app.synth();
`;

/** `restart guest web1` of each change. */
const effectsOf = (reviews: readonly Review[]): string[] =>
  reviews.flatMap(({ changes }) => changes.map(({ effect, noun, name }) => `${effect} ${noun} ${name}`)).toSorted();

describeWithHosts("planOf, compared with plans of a real host", () => {
  const start = hostsOfFile();

  test("says the same about each change", async () => {
    const kvm1 = await start();
    const cwd = project({ "main.ts": program });
    for (const name of ["one.raw", "two.raw"]) writeFileSync(join(cwd, name), Buffer.alloc(1 << 20, name));
    const env = { LIBVIRT_DEFAULT_URI: kvm1.uri };
    const real = async (more: Record<string, string>): Promise<string[]> => {
      const { code, stdout, stderr } = await cdkvm(["plan", "--json"], { cwd, env: { ...env, ...more } });
      expect({ code, stderr }).toMatchObject({ code: 0 });
      return effectsOf((JSON.parse(stdout) as { review: Review }[]).map(({ review }) => review));
    };
    const synth = (more: Record<string, string> = {}) =>
      synthProgram(join(cwd, "main.ts"), { ...env, CDKVM_ACCELERATION: "qemu", ...more });
    const before = await synth();
    const told = effectsOf(planOf(before).map(({ review }) => review));
    expect(told).toContain("create guest web1");
    expect(told).toEqual(await real({}));

    expect(await cdkvm(["apply", "--auto-approve"], { cwd, env })).toMatchObject({ code: 0 });
    const all: readonly { readonly more: Record<string, string>; readonly some: string }[] = [
      { more: { MEMORY: "65536 KiB", TITLE: "new", SIZE: "16 MiB", OTHERS: "web2,web3" }, some: "live guest web1" },
      { more: { MEMORY: "96 MiB", OTHERS: "" }, some: "restart guest web1" },
      { more: { IMAGE: "two.raw" }, some: "replace volume web1-vda.qcow2" },
      { more: { MTU: "1400" }, some: "restart network lan" },
    ];
    for (const { more, some } of all) {
      const planned = effectsOf(planOf(await synth(more), before).map(({ review }) => review));
      expect(planned).toContain(some);
      expect({ more, planned }).toEqual({ more, planned: await real(more) });
    }
    await kvm1.virsh("destroy", "web1"); // nothing in it would hear of a shutdown
    expect(await cdkvm(["destroy", "--auto-approve"], { cwd, env })).toMatchObject({ code: 0 });
  });
});
