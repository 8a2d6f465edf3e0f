import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { beforeAll, expect, vi } from "vitest";
import { engineEnvironment } from "../../engine/environment.ts";
import { Engine } from "../../engine/run.ts";
import { review } from "../../review/index.ts";
import { cdkvm, project } from "../cli/cdkvm.ts";
import { describeWithHosts, hostsOfFile, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { drawn } from "./change-arbitrary.ts";
import type { Block } from "./change-cases.ts";
import { Workspace } from "./workspace.ts";

vi.setConfig({ testTimeout: 240_000 });

const SEED = Number(process.env["CDKVM_PROPERTY_SEED"] ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env["CDKVM_PROPERTY_RUNS"] ?? 1);
const none = { changes: false, actions: [], warnings: [] };

/** What runs and what is defined: processes, devices and XML, not what plans say of them. */
async function trace(host: Host): Promise<string> {
  const script = `
    for d in $(virsh list --all --name | sort); do virsh dominfo $d | grep -v "CPU time"; virsh dumpxml $d; cat /run/libvirt/qemu/$d.pid 2>/dev/null; done
    for d in $(virsh list --all --name | sort); do virsh dumpxml --inactive $d | sort; done
    for n in $(virsh net-list --all --name | sort); do virsh net-info $n; virsh net-dumpxml $n; cat /run/libvirt/network/$n.pid 2>/dev/null; done
    for p in $(virsh pool-list --all --name | sort); do virsh pool-dumpxml $p | grep -vE '<(allocation|available)'; virsh vol-list $p; done
    grep -H . /sys/class/net/*/ifindex; find /var/lib/libvirt -name '*.qcow2' -printf '%p %i %s\\n'`;
  return (await host.exec("sh", ["-c", script])).stdout;
}

const program = `import { App, HostStack, Network, VM } from "cdkvm";
const app = new App();
const host = new HostStack(app, "lab");
const lan = new Network(host, "lan", { ipv4: "10.96.0.0/24" });
const alone = new Network(host, "alone", { ipv4: "10.97.0.0/24", dhcp: false });
const quick = { memory: "64 MiB", shutdownTimeout: "1 s" };
new VM(host, "plain", { ...quick });
new VM(host, "full", {
  ...quick,
  title: "Everything",
  disks: [{ size: "1 MiB" }, { size: "1 MiB" }],
  networks: [{ network: lan, ip: "10.96.0.10" }, alone],
  cloudInit: { packages: [] },
  graphics: "vnc",
  video: "virtio",
  autostart: true,
});
new VM(host, "uefi", { ...quick, machine: "q35", firmware: "uefi", tpm: true, graphics: "spice", cpus: 2, maxCpus: 4 });
app.synth();
`;

/** As virt-install and virt-manager write a guest. */
const theirs = `<domain type='qemu'>
  <name>theirs</name>
  <metadata><libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0"><libosinfo:os id="http://debian.org/debian/12"/></libosinfo:libosinfo></metadata>
  <memory unit='MiB'>96</memory><currentMemory unit='MiB'>64</currentMemory><vcpu current='1'>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/></os>
  <features><acpi/><apic/><vmport state='off'/></features>
  <cpu mode='custom' match='exact'><model fallback='allow'>Nehalem</model><feature policy='disable' name='aes'/></cpu>
  <clock offset='utc'><timer name='rtc' tickpolicy='catchup'/><timer name='pit' tickpolicy='delay'/><timer name='hpet' present='no'/></clock>
  <pm><suspend-to-mem enabled='no'/><suspend-to-disk enabled='no'/></pm>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/><source file='/var/lib/libvirt/images/theirs.raw'/><target dev='vda' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
    <interface type='network'><mac address='52:54:00:77:00:01'/><source network='nat'/><model type='virtio'/><link state='down'/></interface>
    <serial type='pty'/><console type='pty'/>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <input type='tablet' bus='usb'/><graphics type='vnc' port='-1' autoport='yes'/><sound model='ich9'/>
    <video><model type='qxl'/></video><rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <watchdog model='i6300esb' action='reset'/>
  </devices>
</domain>`;

const nat = `<network><name>nat</name><forward mode='nat'><nat><port start='1024' end='65535'/></nat></forward>
  <bridge name='virbr7' stp='on' delay='0'/><dns><host ip='10.98.0.9'><hostname>nas</hostname></host></dns>
  <ip address='10.98.0.1' netmask='255.255.255.0'><dhcp><range start='10.98.0.50' end='10.98.0.90'/><host mac='52:54:00:77:00:01' ip='10.98.0.5'/></dhcp></ip></network>`;

const vda = { source: { file: { file: "/var/lib/libvirt/images/theirs.raw" } }, target: { dev: "vda", bus: "virtio" } };
const sparse: Block = {
  name: "theirs",
  type: "qemu",
  memory: 96,
  memory_unit: "MiB",
  vcpu: 2,
  os: { type: "hvm", type_arch: "x86_64", type_machine: "q35" },
};

describeWithHosts("import", () => {
  const start = hostsOfFile();
  let host: Host;
  let other: Host;
  beforeAll(async () => {
    [host, other] = await Promise.all([start(), start()]);
    await other.exec("truncate", ["-s", "8M", "/var/lib/libvirt/images/theirs.raw"]);
    for (const [file, text] of Object.entries({ theirs, nat }))
      await other.exec("sh", ["-c", `cat >/run/${file}.xml <<'EOF'\n${text}\nEOF`]);
    for (const words of ["net-define /run/nat.xml", "net-start nat", "define /run/theirs.xml", "start theirs"])
      await other.virsh(...words.split(" "));
  }, 60_000);

  test("of cdkvm's own objects, by name or UUID, plans only what libvirt cannot report, and changes nothing", async () => {
    const cwd = project({ "main.ts": program });
    const run = async (words: string): Promise<string> => {
      const ran = await cdkvm(words.split(" "), { cwd, env: { LIBVIRT_DEFAULT_URI: host.uri } });
      expect(ran, `${words}\n${ran.stdout}\n${ran.stderr}`).toMatchObject({ code: 0 });
      return ran.stdout;
    };
    await run("apply --auto-approve");
    const unwritten = await cdkvm(["import", "libvirt_domain.database", "db1"], { cwd, env: { LIBVIRT_DEFAULT_URI: host.uri } });
    expect(unwritten.stderr).toContain('add the resource first, then import it: new VM(host, "database", {');
    const before = await trace(host);
    const resources = await stateOf(cwd);
    for (const by of ["name", "uuid"]) {
      for (const { type, name, attributes } of resources) {
        if (type === "libvirt_cloudinit_disk") continue;
        const id =
          type === "libvirt_volume" ? (by === "name" ? `${attributes["pool"]}/${attributes["name"]}` : attributes["path"]) : attributes[by];
        await engineIn(cwd, ["state", "rm", `${type}.${name}`]);
        await run(`import ${type}.${name} ${id}`);
      }
      const [{ review }] = JSON.parse(await run("plan --json"));
      const known = review.changes.flatMap((one: { address: string; attributes: { path: string }[] }) =>
        one.attributes.map(({ path }) => path),
      );
      expect(review.counts).toMatchObject({ create: 0, live: 0, restart: 0, stop: 0, replace: 0, delete: 0 });
      expect(new Set(known)).toEqual(
        new Set(["destroy.graceful", "destroy.shutdown.timeout", "update.shutdown.timeout", "create.content.url"]),
      );
      await run("apply --auto-approve");
      expect(await run("plan --detailed-exitcode")).toContain("no changes");
      expect(await trace(host)).toBe(before);
    }
    await run("destroy --auto-approve");
  });

  test("of others' objects keeps everything that a sparse configuration leaves unset, then and later", async () => {
    const work = await Workspace.open(other.uri);
    const imports = {
      import: [
        { to: "libvirt_domain.g", id: "theirs" },
        { to: "libvirt_network.n", id: "nat" },
      ],
    };
    const write = (guest: Block, network: Block = { name: "nat" }): Promise<void> =>
      work.write({ libvirt_domain: { g: guest }, libvirt_network: { n: network } }, imports);
    try {
      const before = await trace(other);
      await write(sparse);
      const plan = await work.plan();
      expect(plan.actions).toEqual([]);
      expect(plan.warnings).toContainEqual(
        expect.stringContaining(
          "theirs was imported, and keeps what its configuration does not set: metadata, current_memory, vcpu_current",
        ),
      );
      expect(plan.warnings).toContainEqual(expect.stringMatching(/^nat was imported, and keeps .*ips/));
      expect(plan.warnings.filter((text) => text.includes("restart"))).toEqual([]);
      await work.apply();
      expect(await trace(other)).toBe(before);

      await write({ ...sparse, title: "Theirs, and ours" }, { name: "nat", autostart: true });
      expect((await work.plan()).actions.toSorted()).toEqual(["update libvirt_domain.g", "update libvirt_network.n"]);
      await work.apply();
      const after = await trace(other);
      const gone = before.split("\n").filter((line) => !after.includes(line));
      expect(gone.filter((line) => !line.startsWith("Autostart:"))).toEqual([]);
      expect(await work.plan()).toEqual(none);
    } finally {
      await work.remove();
    }
  });

  test("is refused if a list lacks an existing device; other differences are ordinary changes", async () => {
    const work = await Workspace.open(other.uri);
    const imports = { import: [{ to: "libvirt_domain.g", id: "theirs" }] };
    try {
      const before = await trace(other);
      await work.write({ libvirt_domain: { g: { ...sparse, devices: { disks: [vda] } } } }, imports);
      const [error] = await work.failingPlan();
      expect(error?.summary).toContain("the configuration of the guest theirs omits what it has: devices.disks sda");
      expect(error?.detail).toContain("CDKVM_IMPORT_LEFT_OUT");
      await work.write({ libvirt_domain: { g: { ...sparse, memory: 128 } } }, imports);
      const plan = await work.plan();
      expect(plan.actions).toEqual(["update libvirt_domain.g"]);
      expect(plan.warnings).toContainEqual("theirs will restart: memory");
      expect(await trace(other)).toBe(before);
    } finally {
      await work.remove();
    }
  });

  test(
    `of any guest, network, pool or volume with the configuration that made it plans nothing (seed ${SEED})`,
    { timeout: 60_000 + RUNS * 120_000 },
    async () => {
      const around = {
        libvirt_network: { one: { name: "one", bridge: { name: "one0" } }, two: { name: "two", bridge: { name: "two0" } } },
        libvirt_pool: { vols: { name: "vols", type: "dir", target: { path: "/var/lib/libvirt/vols" } } },
      };
      for (const batch of fc.sample(drawn, { numRuns: RUNS, seed: SEED })) {
        const keys = batch.map(({ key }) => key).join(" ");
        await host.exec("sh", ["-c", `cd /var/lib/libvirt/images && for k in ${keys}; do for i in a b c d e; do truncate -s 8M $k-$i.raw; done; done`]); // prettier-ignore
        const resources: Record<string, Record<string, Block>> = structuredClone(around);
        for (const { type, key, before } of batch) (resources[type] ??= {})[key] = before;
        const [made, taken] = await Promise.all([Workspace.open(host.uri), Workspace.open(host.uri)]);
        try {
          await made.write(resources);
          await made.apply();
          const before = await trace(host);
          const imports = Object.entries(resources).flatMap(([type, of]) =>
            Object.entries(of).map(([key, { pool, name }]) => ({
              to: `${type}.${key}`,
              id: pool === undefined ? name : [pool, name].join("/"),
            })),
          );
          await taken.write(resources, { import: imports });
          const { plan, warnings } = await planOf(taken);
          expect(warnings).toEqual([]);
          expect(plan).toEqual([]);
          await taken.apply();
          expect(await trace(host)).toBe(before);
          expect(await taken.plan()).toEqual(none);
        } finally {
          await made.destroy();
          await Promise.all([made.remove(), taken.remove()]);
        }
      }
    },
  );
});

/** The attributes that a plan changes, without what libvirt cannot tell. */
async function planOf(work: Workspace): Promise<{ plan: string[]; warnings: string[] }> {
  const result = await work.engine.plan();
  const { changes } = review(await work.engine.show(result.file));
  const paths = changes.flatMap((one) => one.attributes.map(({ path }) => `${one.address} ${path}`));
  return {
    plan: paths.filter((path) => !/ (destroy|update|create)\./.test(path)),
    warnings: result.diagnostics.map(({ summary }) => summary),
  };
}

interface Stored {
  readonly type: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const folderIn = (cwd: string): string => join(cwd, "cdktf.out/stacks/lab");

async function engineIn(cwd: string, args: readonly string[]): Promise<string> {
  const engine = await Engine.open(folderIn(cwd));
  return (await promisify(execFile)(engine.path, args, { cwd: folderIn(cwd), env: engineEnvironment() })).stdout;
}

async function stateOf(cwd: string): Promise<readonly Stored[]> {
  const { resources } = JSON.parse(await engineIn(cwd, ["state", "pull"])) as {
    resources: { type: string; name: string; instances: { attributes: Record<string, string> }[] }[];
  };
  return resources.map(({ type, name, instances }) => ({ type, name, attributes: instances[0]?.attributes ?? {} }));
}
