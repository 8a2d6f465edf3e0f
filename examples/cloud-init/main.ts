import { App, HostStack, Image, Network, TerraformOutput, VM } from "cdkvm";

const sshKey =
  process.env["SSH_PUBLIC_KEY"] ?? "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaA you@example";

const app = new App();
const host = new HostStack(app, "cloud-init");
const lan = new Network(host, "lan", { ipv4: "10.20.0.0/24", domain: "lab.internal" });
const debian = new Image(host, "debian", {
  url: process.env["DEBIAN_IMAGE"] ?? "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2",
});

const web = new VM(host, "web1", {
  title: "nginx on Debian 12",
  cpus: 2,
  memory: "1 GiB",
  maxMemory: "4 GiB",
  disks: [{ image: debian, size: "20 GiB" }],
  networks: [{ network: lan, ip: "10.20.0.10" }],
  waitForIp: "10 min",
  cloudInit: {
    users: [{ name: "ops", sshKeys: [sshKey], groups: ["adm"] }],
    packages: ["nginx", "qemu-guest-agent"],
    files: [{ path: "/var/www/html/index.html", content: "<h1>Written by cloud-init</h1>\n", defer: true }],
    runcmd: ["systemctl enable --now qemu-guest-agent", ["systemctl", "reload", "nginx"]],
  },
});

new TerraformOutput(host, "web1-ip", { value: web.ip });

app.synth();
