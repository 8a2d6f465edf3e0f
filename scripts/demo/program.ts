/**
 * The demo's program: web1 serves a page, db1 has a data disk. They boot a kernel of a few MiB that `npm run demo` puts next to
 * demo.json; your own fleet would start from an image, like those in examples/.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { App, HostStack, Image, Network, TerraformOutput, VM, type VMProps } from "cdkvm";
import type { Settings } from "./settings.ts";

const { uri, acceleration, names, networking } = JSON.parse(readFileSync("demo.json", "utf8")) as Settings;

const app = new App();
const host = new HostStack(app, "cdkvm-demo", { uri, acceleration });

const [kernel, initrd] = ["vmlinuz", "initrd.img"].map(
  (name) => new Image(host, name, { name, path: resolve(name), format: "raw" }).volumeIn(host.pool).path,
);
const cmdline = (...more: string[]): string => ["console=ttyS0", "quiet", "panic=-1", ...more].join(" ");

const common: Pick<VMProps, "memory" | "kernel" | "initrd" | "shutdownTimeout"> = {
  memory: "256 MiB",
  kernel: kernel ?? "",
  initrd: initrd ?? "",
  shutdownTimeout: "20 s",
};
const web: VMProps = { ...common, name: names.web, title: "Serves a page", cmdline: cmdline("cdkvm.hostname=web1", "cdkvm.httpd=1") };
const db: VMProps = {
  ...common,
  name: names.db,
  title: "Has a data disk",
  cmdline: cmdline("cdkvm.hostname=db1"),
  disks: [{ size: "1 GiB", name: "data" }],
};

if (networking.kind === "nat") {
  const lan = new Network(host, "lan", { name: "cdkvm-demo", ipv4: networking.subnet, domain: "demo.internal" });
  const withAddress = (last: number): Pick<VMProps, "networks" | "waitForIp"> => ({
    networks: [{ network: lan, ip: lan.ipv4?.nth(last).toString() ?? "" }],
    waitForIp: acceleration === "kvm" ? "60 s" : "5 min",
  });
  const [web1, db1] = [new VM(host, "web1", { ...web, ...withAddress(11) }), new VM(host, "db1", { ...db, ...withAddress(12) })];
  new TerraformOutput(host, "web1-ip", { value: web1.ip });
  new TerraformOutput(host, "db1-ip", { value: db1.ip });
} else {
  const card = { source: { user: {} }, model: { type: "virtio" } };
  const forward = { proto: "tcp", address: "127.0.0.1", ranges: [{ start: networking.port, to: 80 }] };
  const passt = { devices: { interfaces: [{ ...card, backend: { type: "passt" }, portForward: [forward] }] } };
  // libvirt forwards ports only with passt; QEMU's own user network does too
  const options = [
    ["-netdev", `user,id=page,hostfwd=tcp:127.0.0.1:${networking.port}-:80`],
    ["-device", "virtio-net-pci,netdev=page,bus=pcie.0,addr=0x10"],
  ];
  const slirp = { qemuCommandline: { args: options.flat().map((value) => ({ value })) } };
  new VM(host, "web1", { ...web, overrides: networking.passt ? passt : slirp });
  new VM(host, "db1", { ...db, overrides: { devices: { interfaces: [card] } } });
}

app.synth();
