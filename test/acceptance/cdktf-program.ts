/**
 * A program of somebody who has CDKTF already, under the name `library`, and takes cdkvm's resources and constructs into it:
 * their own stack with a remote state, providers by alias, references, Aspects, dependencies, lifecycles and a construct of
 * their own; beside it a host with a guest, whose address their stack reads.
 */
export const cdktfProgram = (library: string): string => `
import { App, Aspects, DataResource, Fn, HttpBackend, TerraformOutput, TerraformResource, TerraformStack, type IAspect } from "${library}";
import { Construct, type IConstruct } from "constructs";
import { HostStack, Network, VM } from "cdkvm";
import { DataLibvirtNodeInfo, Domain, LibvirtProvider, Network as LibvirtNetwork, Pool, Volume } from "cdkvm/provider-libvirt";

class Disks extends Construct {
  readonly volumes: Volume[];
  constructor(scope: Construct, id: string, pool: Pool, provider: LibvirtProvider) {
    super(scope, id);
    this.volumes = ["a", "b"].map(
      (one) =>
        new Volume(this, one, {
          name: \`\${one}.qcow2\`,
          pool: pool.name,
          capacity: 20,
          capacityUnit: "GiB",
          provider,
          dependsOn: [pool],
          lifecycle: { preventDestroy: true, ignoreChanges: ["capacity"] },
        }),
    );
  }
}

class Plain extends TerraformStack {
  readonly domain: Domain;
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new HttpBackend(this, { address: \`https://states.example.org/\${id}\` });
    const source = { source: "dmacvicar/libvirt", version: "~> 0.9.7" };
    new LibvirtProvider(this, "libvirt", { uri: "qemu:///system", ...source });
    const kvm2 = new LibvirtProvider(this, "kvm2", { alias: "kvm2", uri: "qemu+ssh://root@kvm2/system", ...source });
    const info = new DataLibvirtNodeInfo(this, "info", {});
    const pool = new Pool(this, "pool", { name: "vms", type: "dir", target: { path: "/srv/vms" }, provider: kvm2 });
    const disks = new Disks(this, "disks", pool, kvm2);
    const lan = new LibvirtNetwork(this, "lan", { name: "lan", ips: [{ address: "10.0.0.1", prefix: 24 }], provider: kvm2 });
    const wait = new DataResource(this, "wait");
    wait.node.addDependency(lan);
    this.domain = new Domain(this, "web1", {
      name: Fn.join("-", [pool.name, "web1"]),
      type: "kvm",
      memory: 2,
      memoryUnit: "GiB",
      vcpu: info.cpuCoresPerSocket,
      os: { type: "hvm" },
      devices: {
        disks: disks.volumes.map((volume, index) => ({
          source: { volume: { pool: pool.name, volume: volume.name } },
          target: { dev: \`vd\${"ab"[index]}\`, bus: "virtio" },
        })),
        interfaces: [{ source: { network: { network: lan.name } } }],
      },
      dependsOn: [wait, disks.volumes[0]!],
      provider: kvm2,
    });
    new TerraformOutput(this, "name", { value: this.domain.name });
    // @ts-expect-error -- one is not the other, which only types of this program's own CDKTF know
    const wrong: TerraformStack = pool;
    void wrong;
  }
}

class Count implements IAspect {
  readonly resources: string[] = [];
  visit(node: IConstruct): void {
    if (!(node instanceof TerraformResource)) return;
    this.resources.push(node.node.path);
    if (node instanceof Domain) node.autostart = true;
  }
}

const app = new App();
const kvm1: TerraformStack = new HostStack(app, "kvm1");
const lab = new Network(kvm1, "lab", { ipv4: "10.17.3.0/24" });
const web1 = new VM(kvm1, "web1", {
  memory: "512 MiB",
  disks: [{ size: "1 GiB" }],
  networks: [{ network: lab, ip: "10.17.3.10" }],
  shutdownTimeout: "1 s",
});
const plain = new Plain(app, "plain");
new TerraformOutput(plain, "other-guest", { value: web1.name });
plain.addDependency(kvm1);

const count = new Count();
for (const stack of [plain, kvm1]) Aspects.of(stack).add(count);
app.synth();
console.error("resources:", count.resources.length, "tree:", app.node.findAll().every((one) => one.node.root === app));
`;
