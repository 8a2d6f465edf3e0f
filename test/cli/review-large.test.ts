import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { copyWithExtras } from "../../engine/saved-plan.ts";
import { create, disk, guest, nic, type Part, seed, update, volume } from "../review/build.ts";
import { project, repository, run } from "./cdkvm.ts";

const HOSTS = 10;
const GUESTS = 100;
/** The most that a review of this fleet may take: 2 s on two cores, on which {@link FLOOR} takes 0.27 s and a review 1.6 times as long on the processor as on the clock. */
const [FLOORS, MIB] = [10, 300];

const machine = (name: string, more: object = {}): Record<string, unknown> =>
  guest(name, {
    uuid: `0b6e8a0e-7c40-4f6e-9f3f-${name.replaceAll(/\D/g, "").padStart(12, "0")}`,
    devices: {
      disks: [disk("vda", `${name}-vda`), disk("vdb", `${name}-data`)],
      interfaces: [nic(`52:54:00:00:${name.slice(-4, -2)}:${name.slice(-2)}`, "lan")],
    },
    ...more,
  });

const newGuest = (name: string): Part[] => [
  create(`libvirt_domain.${name}`, machine(name)),
  create(`libvirt_volume.${name}_vda`, volume(`${name}-vda`, 10)),
  create(`libvirt_volume.${name}_data`, volume(`${name}-data`, 20)),
  create(`libvirt_cloudinit_disk.${name}_seed`, seed(`${name}-seed`, `#cloud-config\nhostname: ${name}\npackages: [nginx]\n`)),
];

const moreMemory = (name: string): Part[] => [update(`libvirt_domain.${name}`, machine(name), { memory: 8 })];

/** The JSON of a plan as an engine prints it, which has each resource in several places. */
function planOf(host: number, of: (name: string) => Part[]): string {
  const names = Array.from({ length: GUESTS }, (_, index) => `n${String(host * GUESTS + index).padStart(4, "0")}`);
  const changes = names.flatMap(of);
  const resources = (side: "before" | "after") =>
    changes.flatMap(({ change, ...rest }) => (change[side] === null ? [] : [{ ...rest, values: change[side] }]));
  return JSON.stringify({
    format_version: "1.2",
    terraform_version: "1.12.6",
    resource_changes: changes,
    planned_values: { root_module: { resources: resources("after") } },
    prior_state: { format_version: "1.0", values: { root_module: { resources: resources("before") } } },
    configuration: {
      provider_config: { libvirt: { name: "libvirt", expressions: { uri: { constant_value: `qemu+ssh://root@kvm${host}/system` } } } },
      root_module: { resources: changes.map(({ address, type, name }) => ({ address, mode: "managed", type, name, expressions: {} })) },
    },
  });
}

const usage = `data:text/javascript,${encodeURIComponent(
  `import { readFileSync, writeSync } from "node:fs";
   process.on("exit", () => {
     const { userCPUTime, systemCPUTime } = process.resourceUsage();
     const peak = /VmHWM:\\s*(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1];
     writeSync(2, "used " + peak + " KiB, " + (userCPUTime + systemCPUTime) / 1e6 + " s\\n");
   });`,
)}`;

/** What the machine does meanwhile with a fixed amount of work: other tests run beside this one. */
const FLOOR = `const text = JSON.stringify(Array.from({ length: 20000 }, (_, n) => ({ n, name: "guest" + n, list: [n, n + 1] })));
  for (let again = 0; again < 30; again++) JSON.stringify(JSON.parse(text));`;

/** Runs a program of Node's: its time on the processor, and its peak of memory. */
async function used(
  words: readonly string[],
  cwd: string,
): Promise<{ readonly seconds: number; readonly mib: number; readonly stdout: string }> {
  const { code, stderr, stdout } = await run(process.execPath, ["--import", usage, ...words], { cwd });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const [, kib, seconds] = /^used (\d+) KiB, ([\d.]+) s$/m.exec(stderr) ?? [];
  return { seconds: Number(seconds), mib: Number(kib) / 1024, stdout };
}

test.each([
  ["new guests with two disks and a seed", newGuest],
  ["memory changes", moreMemory],
])("1,000 %s on 10 hosts are reviewed in ten times the floor, which is 2 s, and in 300 MiB", async (_, of) => {
  const cwd = project({});
  const plans = join(cwd, "plans");
  mkdirSync(plans);
  for (let host = 0; host < HOSTS; host++) {
    const file = join(plans, `kvm${host}.tfplan`);
    writeFileSync(file, zipSync({ tfplan: strToU8("") }));
    await copyWithExtras(file, file, { notes: { inUse: {} }, json: planOf(host, of) });
  }
  for (const format of ["markdown", "html"]) {
    const runs: { readonly seconds: number; readonly floor: number; readonly mib: number }[] = [];
    for (let again = 0; again < 3; again++) {
      const floor = await used(["--input-type=module", "--eval", FLOOR], cwd);
      const { stdout, ...review } = await used([join(repository, "dist/cli/main.js"), "review", "plans", "--format", format], cwd);
      expect(stdout).toContain("kvm0 … kvm9");
      runs.push({ ...review, floor: floor.seconds });
    }
    expect(Math.min(...runs.map(({ seconds, floor }) => seconds / floor))).toBeLessThan(FLOORS);
    expect(Math.min(...runs.map(({ mib }) => mib))).toBeLessThan(MIB);
  }
});
