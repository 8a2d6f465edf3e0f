/**
 * Two guests on a NAT network of their own: web1 serves a page, db1 is there to be reached.
 *
 * CDKVM_DEMO_IMAGE, a cloud image by URL or path, makes them Debian guests that cloud-init sets up. CDKVM_DEMO_KERNEL and
 * CDKVM_DEMO_INITRD, paths on the host, make them guests of a few MiB that boot a kernel directly; `npm run demo` builds
 * both files from Debian packages.
 */
import { App, HostStack, Image, Network, TerraformOutput, VM, type VMProps } from "cdkvm";

const {
  CDKVM_DEMO_IMAGE: image,
  CDKVM_DEMO_KERNEL: kernel,
  CDKVM_DEMO_INITRD: initrd,
  CDKVM_DEMO_CONSOLE: console = "ttyS0",
} = process.env;

const app = new App();
const host = new HostStack(app, "homelab");
const lan = new Network(host, "homelab", { ipv4: "10.77.0.0/24", domain: "homelab.internal" });

function guest(name: string, ip: string, props: Partial<VMProps> & { readonly serves?: boolean } = {}): VM {
  const { serves = false, ...rest } = props;
  return new VM(host, name, {
    memory: image ? "1 GiB" : "256 MiB",
    networks: [{ network: lan, ip }],
    waitForIp: true,
    ...boots(name, serves),
    ...rest,
  });
}

const debian = image ? new Image(host, "debian", image.startsWith("/") ? { path: image } : { url: image }) : undefined;

function boots(name: string, serves: boolean): Partial<VMProps> {
  if (debian) {
    const page = { path: "/srv/www/index.html", content: `<h1>Hello from ${name}</h1>\n` };
    const runcmd = ["cd /srv/www && (nohup python3 -m http.server 80 >/dev/null 2>&1 &)"];
    return { disks: [{ image: debian, size: "10 GiB" }], cloudInit: serves ? { files: [page], runcmd } : {} };
  }
  const cmdline = [`console=${console}`, "quiet", "panic=-1", `cdkvm.hostname=${name}`, ...(serves ? ["cdkvm.httpd=1"] : [])].join(" ");
  return { kernel: kernel ?? "/var/lib/cdkvm/demo/vmlinuz", initrd: initrd ?? "/var/lib/cdkvm/demo/initrd.img", cmdline };
}

const web1 = guest("web1", "10.77.0.11", { title: "Serves a page", serves: true });
const db1 = guest("db1", "10.77.0.12", {
  title: "A disk of its own",
  disks: [...(debian ? [debian] : []), { size: "1 GiB", name: "data" }],
});

new TerraformOutput(host, "web1-ip", { value: web1.ip });
new TerraformOutput(host, "db1-ip", { value: db1.ip });

app.synth();
