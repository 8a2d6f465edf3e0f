/**
 * Web servers on two hosts, a database on a third.
 *
 * CDKVM_DEMO_KERNEL and CDKVM_DEMO_INITRD, paths on each host, are what the guests boot: `npm run demo` builds both files.
 */
import { App, HostStack, Network, VM, type VMProps, Volume } from "cdkvm";

const {
  KVM1_URI = "qemu+ssh://root@kvm1.example.org/system",
  KVM2_URI = "qemu+ssh://root@kvm2.example.org/system",
  KVM3_URI = "qemu+ssh://root@kvm3.example.org/system",
  CDKVM_DEMO_KERNEL: kernel = "/var/lib/cdkvm/demo/vmlinuz",
  CDKVM_DEMO_INITRD: initrd = "/var/lib/cdkvm/demo/initrd.img",
} = process.env;

const app = new App();

/** Guests that an apply restarts take turns: one at a time, until it has an address again. */
const host = (name: string, uri: string): HostStack =>
  new HostStack(app, name, { uri, rollout: { atOnce: 1, wait: "ip", timeout: "2 min" } });
const guest = (on: HostStack, name: string, props: Partial<VMProps>): VM =>
  new VM(on, name, { memory: "192 MiB", kernel, initrd, cmdline: `console=ttyS0 quiet cdkvm.hostname=${name}`, ...props });

const kvm1 = host("kvm1", KVM1_URI);
const kvm2 = host("kvm2", KVM2_URI);
kvm2.addDependency(kvm1); // the web servers of one host after those of the other
const kvm3 = host("kvm3", KVM3_URI);

const web1 = new Network(kvm1, "web", { ipv4: "10.71.0.0/24" });
const web2 = new Network(kvm2, "web", { ipv4: "10.72.0.0/24" });
const data = new Network(kvm3, "data", { ipv4: "10.73.0.0/24" });

const cpu = { model: "qemu64" };
guest(kvm1, "web-1", { cpu, networks: [web1] });
guest(kvm1, "web-2", { cpu, networks: [web1] });
guest(kvm2, "web-3", { cpu, networks: [web2] });

guest(kvm3, "db-1", { networks: [data], disks: [{ size: "1 GiB", name: "data" }] });
new Volume(kvm3, "exports", { size: "2 GiB" });

app.synth();
