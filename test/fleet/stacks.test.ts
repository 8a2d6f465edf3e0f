import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { templates } from "../../cli/templates.ts";
import { FleetFileError } from "../../fleet/errors.ts";
import { parseFleet, type Fleet } from "../../fleet/parse.ts";
import { fleetStacks, loadFleet } from "../../fleet/stacks.ts";
import { newApp, synthesize, type Json, type Synthesized } from "../constructs/synth.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "cdkvm-fleet-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What each host's stack says. */
function build(fleet: Fleet): Readonly<Record<string, Synthesized>> {
  return Object.fromEntries(fleetStacks(newApp(), fleet).map((stack) => [stack.node.id, synthesize(stack)]));
}
const buildText = (text: string): Readonly<Record<string, Synthesized>> => build(parseFleet(text, "fleet.yaml"));
const only = (resources: Json): Json => Object.values(resources as object)[0];

describe("the stacks of a fleet file", () => {
  const { kvm1, kvm2 } = buildText(`
hosts: { kvm1: qemu+ssh://root@kvm1/system, kvm2: { uri: qemu:///system, acceleration: qemu } }
networks:
  lab: { ipv4: 10.0.0.0/24 }
  quiet: { mode: isolated, onHosts: [kvm1] }
  theirs: { existing: true, name: default }
bridges:
  lan: { type: existing, name: br0 }
  trunk: { type: openvswitch, name: ovs0, portGroups: [{ name: dmz, vlans: [42] }] }
pools:
  fast: { type: directory, path: /srv/fast }
  old: { type: existing, name: default }
images:
  debian: { url: https://example.org/debian.qcow2 }
volumes:
  data: { size: 10 GiB, pool: fast, onHosts: [kvm1] }
defaults: { memory: 1 GiB, hosts: [kvm1, kvm2] }
guests:
  web:
    count: 3
    pool: fast
    disks: [{ image: debian, size: 20 GiB }]
    networks: [{ network: lab, ip: 10.0.0.11 }, lan]
    cloudInit: { runcmd: ["echo \${HOME} %{if}"] }
  db:
    host: kvm1
    cpus: 2
    pool: old
    disks: [{ size: 5 GiB }, { volume: data }]
    networks: [quiet, theirs, { bridge: trunk, portGroup: dmz }]
`) as Record<"kvm1" | "kvm2", Synthesized>;

  test("are one per host, for its libvirt", () => {
    expect(kvm1.provider["libvirt"]).toEqual([{ uri: "qemu+ssh://root@kvm1/system" }]);
    expect(kvm2.provider["libvirt"]).toEqual([{ uri: "qemu:///system" }]);
    expect(kvm2.resource["libvirt_domain"]?.["web-2"]).toMatchObject({ name: "web-2", type: "qemu" });
  });

  test("have the host's guests", () => {
    expect(Object.keys(kvm1.resource["libvirt_domain"] ?? {})).toEqual(["web-1", "web-3", "db"]);
    expect(Object.keys(kvm2.resource["libvirt_domain"] ?? {})).toEqual(["web-2"]);
  });

  test("have networks on all hosts, or on those in onHosts", () => {
    expect(Object.keys(kvm1.resource["libvirt_network"] ?? {})).toEqual(["network-lab", "network-quiet"]);
    expect(Object.keys(kvm2.resource["libvirt_network"] ?? {})).toEqual(["network-lab"]);
  });

  test("join guests to networks by reference, and to bridges and the host's own networks by name", () => {
    const interfaces = (domain: Json): Json => domain.devices.interfaces.map((nic: Json) => nic.source);
    expect(interfaces(kvm1.resource["libvirt_domain"]?.["web-1"])).toEqual([
      { network: { network: "${libvirt_network.network-lab.name}" } },
      { bridge: { bridge: "br0" } },
    ]);
    expect(interfaces(kvm1.resource["libvirt_domain"]?.["db"])).toEqual([
      { network: { network: "${libvirt_network.network-quiet.name}" } },
      { network: { network: "default" } },
      { bridge: { bridge: "ovs0" } },
    ]);
    expect(kvm1.resource["libvirt_domain"]?.["db"]?.devices.interfaces[2].vlan).toEqual({ tags: [{ id: 42 }] });
  });

  test("keep guests' addresses in their own host's network", () => {
    const ips = (stack: Synthesized): Json =>
      stack.resource["libvirt_network"]?.["network-lab"]?.ips[0].dhcp.hosts.map(({ ip, name }: Json) => `${name} ${ip}`);
    expect(ips(kvm1)).toEqual(["web-1 10.0.0.11", "web-3 10.0.0.13"]);
    expect(ips(kvm2)).toEqual(["web-2 10.0.0.12"]);
  });

  test("store an image once per host, as the backing file of its guests' disks", () => {
    const images = Object.entries(kvm1.resource["libvirt_volume"] ?? {}).filter(([, { name }]) => name === "image-debian.qcow2");
    expect(images.map(([, { pool, create }]) => [pool, create])).toEqual([
      ["${libvirt_pool.pool-fast.name}", { content: { url: "https://example.org/debian.qcow2" } }],
    ]);
    const disk = Object.values(kvm1.resource["libvirt_volume"] ?? {}).find(({ name }) => name === "web-1-vda.qcow2");
    expect(disk?.backing_store.path).toBe(`\${libvirt_volume.${images[0]?.[0]}.path}`);
  });

  test("put disks in the pool of the file, in an existing one, or use a volume", () => {
    expect(kvm1.resource["libvirt_domain"]?.["db"]?.devices.disks.map(({ source }: Json) => source.volume.pool)).toEqual([
      "default",
      "${libvirt_pool.pool-fast.name}",
    ]);
    expect(Object.keys(kvm1.resource["libvirt_pool"] ?? {})).toEqual(["pool-fast"]);
  });

  test("treat what looks like an expression as text", () => {
    expect(only(kvm1.resource["libvirt_cloudinit_disk"]).user_data).toContain("echo $${HOME} %%{if}");
  });

  test("are the same at every synth", () => {
    const text = "hosts: { a: qemu:///system }\nguests: { web: { count: 2, memory: 1 GiB, disks: [{ size: 1 GiB }] } }\n";
    expect(buildText(text)).toEqual(buildText(text));
  });
});

test("a host's default pool may be a pool of the file, and guests without a pool use it", () => {
  const { a } = buildText(`
hosts: { a: { defaultPool: fast } }
pools: { fast: { type: directory, path: /srv/fast } }
guests: { web: { memory: 1 GiB, disks: [{ size: 1 GiB }] } }
`);
  expect(only(a?.resource["libvirt_volume"]).pool).toBe("${libvirt_pool.pool-fast.name}");
});

test("an error of a construct is reported at its entry", () => {
  const text = `hosts: { a: qemu:///system }
pools: { lvm: { type: logical, volumeGroup: vg0 } }
images: { debian: { url: https://example.org/a.qcow2 } }
bridges: { lan: { type: existing, name: br0 } }
guests:
  web: { count: 3, memory: 1 GiB, pool: lvm, disks: [debian] }
  db: { memory: 1 GiB, networks: [{ bridge: lan, portGroup: dmz }] }
`;
  let told = "";
  try {
    buildText(text);
  } catch (error) {
    if (error instanceof FleetFileError) told = error.explain();
  }
  expect(told).toContain('fleet.yaml:6:3: disks: a pool of type "logical" holds block devices');
  expect(told).toContain('fleet.yaml:7:3: portGroup: br0 has no port group "dmz"');
  expect(told).toContain("2 problems; nothing was changed");
});

describe("the program behind a fleet file", () => {
  const run = (env: Record<string, string>): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, [join(root, "fleet/app.ts")], {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: process.env["PATH"] ?? "", HOME: folder, CDKTF_OUTDIR: join(folder, "out"), ...env },
    });

  test("prints errors like a compiler, and exits with 1", () => {
    writeFileSync(join(folder, "fleet.yaml"), "hosts: { a: qemu:///system }\nguests:\n  web:\n    memory: 4 Gigs\n");
    const { status, stderr } = run({ CDKVM_FLEET: join(folder, "fleet.yaml") });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `fleet.yaml:4:13: memory: unknown unit "Gigs" in "4 Gigs"; did you mean "4 GiB"?
  4 |     memory: 4 Gigs
    |             ^^^^^^

1 problem; nothing was changed
`,
    });
  });

  test("reports a missing file", () => {
    expect(run({ CDKVM_FLEET: join(folder, "none.yaml") })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("cannot read"),
    });
  });

  test("resolves environment variables, and writes the hosts' stacks", () => {
    writeFileSync(
      join(folder, "good.yaml"),
      'hosts: { a: { uri: "${env.FLEET_URI}", provider: registry } }\nguests: { web: { memory: 1 GiB } }\n',
    );
    const result = run({ CDKVM_FLEET: join(folder, "good.yaml"), FLEET_URI: "qemu:///session" });
    expect(result).toMatchObject({ status: 0, stderr: "" });
    const stack: Json = JSON.parse(readFileSync(join(folder, "out/stacks/a/cdk.tf.json"), "utf8"));
    expect(stack.provider.libvirt).toEqual([{ uri: "qemu:///session" }]);
  });
});

describe("fleet files in the package", () => {
  test("the example is valid, and has five guests on two hosts", async () => {
    const fleet = await loadFleet(join(root, "examples/fleet-yaml/fleet.yaml"));
    expect(fleet.guests.map(({ name, host }) => `${name} on ${host}`)).toEqual([
      "web-1 on kvm1",
      "web-2 on kvm2",
      "web-3 on kvm1",
      "db on kvm1",
      "gateway on kvm2",
    ]);
    expect(Object.keys(build(fleet))).toEqual(["kvm1", "kvm2"]);
  });

  test.each(Object.entries(templates))("the template %s has only valid fleet files", (_, template) => {
    const files = Object.entries(template.files({ name: "lab" })).filter(([path]) => path.endsWith(".yaml"));
    for (const [path, text] of files) expect(Object.keys(build(parseFleet(text, path)))).toEqual(["lab"]);
  });
});

test("the configuration has the position of each resource in the file, for the provider's errors", () => {
  const { a } = buildText(`hosts: { a: qemu:///system }
guests:
  web: { count: 2, memory: 1 GiB, disks: [{ size: 1 GiB }] }
  db: { memory: 1 GiB }
`);
  const places = (type: string): Json => Object.values(a?.resource[type] ?? {}).map((one) => one["//"].place);
  expect(places("libvirt_domain").toSorted()).toEqual(["fleet.yaml:3", "fleet.yaml:3", "fleet.yaml:4"]);
  expect(places("libvirt_volume")).toEqual(["fleet.yaml:3", "fleet.yaml:3"]);
});
