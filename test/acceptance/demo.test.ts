import { dirname } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { tinyGuest } from "../../scripts/guests/tiny.ts";
import { describeWithHosts, hostsOfFile } from "../hosts/fixture.ts";
import { Demo, processes, stopDaemons } from "../hosts/demo.ts";
import type { Host } from "../hosts/host.ts";
import { type KvmFate, standInForKvm } from "../hosts/kvm-stand-in.ts";

vi.setConfig({ testTimeout: 300_000 });

/** What libvirt and the file system of a host have of the demo's. */
async function traces(host: Host): Promise<string> {
  const found = await host.exec("find", ["/var/lib/libvirt/images", "/etc/libvirt/qemu", "/run/libvirt/qemu", "-name", "*cdkvm-demo*"]);
  const named = await host.exec("find", ["/etc/libvirt/qemu", "/etc/libvirt/storage", "-name", "web1.xml", "-o", "-name", "db1.xml"]);
  return found.stdout + named.stdout;
}

/** A home, with what the user would have fetched from Debian's mirror: the host has no way there. */
const setUpNobody = `
mkdir -p /run/nobody/cdkvm
cp -r "$1" /run/nobody/cdkvm/guests
chown -R nobody:nogroup /run/nobody "$2"
`;

describeWithHosts("the demo", () => {
  const start = hostsOfFile();
  const demos: Demo[] = [];
  const demoOn = async (host: Host, before?: readonly string[]): Promise<Demo> => {
    const demo = await Demo.on(host, before);
    demos.push(demo);
    return demo;
  };
  beforeAll(async () => {
    await tinyGuest();
  }, 300_000);
  afterAll(async () => {
    await Promise.all(demos.map((demo) => demo.remove()));
  });

  test("starts on an empty host, twice; destroy restores the host", async () => {
    const host = await start();
    await stopDaemons(host);
    const demo = await demoOn(host);
    const text = await demo.must();
    expect(text).toContain("guests are emulated, which is slow: /dev/kvm does not exist");
    expect(text).toContain("<h1>Hello from web1</h1>");
    expect(text).toContain("no changes: 7 resources are as the configuration says");
    expect(await host.virsh("domstate", "web1")).toBe("running");

    const again = await demo.must();
    expect(again).not.toContain("Starting libvirtd");
    expect(again).toContain("Hello from web1");
    expect((await host.virsh("list", "--name", "--all")).split("\n").toSorted()).toEqual(["db1", "web1"]);

    expect(await demo.must("--destroy")).toContain("stopped libvirtd, which the demo had started");
    expect(await processes(host)).toEqual([]);
    expect(await traces(host)).toBe("");
    expect((await host.exec("ls", ["-A", `${demo.home}/data/cdkvm`])).stdout).toBe("");
    expect(await demo.must("--destroy")).toContain("none");
    expect(await processes(host)).toEqual([]);
  });

  test.for<[string, KvmFate | "0600", string]>([
    [
      "emulated where QEMU's user may not open /dev/kvm",
      "0600",
      "guests are emulated, which is slow: /dev/kvm is 0600 root:root, so libvirt-qemu, which runs guests, cannot open it",
    ],
    [
      "emulated where KVM stops at a kernel",
      "pauses",
      "guests are emulated, which is slow: /dev/kvm exists, but does not run guests: QEMU stopped a guest with a Linux kernel (paused)",
    ],
    ["on KVM where that runs a kernel", "works", "guests run on KVM: a Linux kernel boots on it"],
  ])("starts %s, and gives the reason once", async ([, fate, reason]) => {
    const host = await start();
    if (fate === "0600") {
      await stopDaemons(host);
      await host.exec("mknod", ["-m", "600", "/dev/kvm", "c", "10", "232"]);
    } else await standInForKvm(host, fate);
    const demo = await demoOn(host);
    const text = await demo.must();
    expect(text).toContain("Hello from web1");
    expect(text.split("\n").filter((line) => /guests are emulated|guests run on KVM|MSR|Permission|warning/.test(line))).toEqual([
      `  ${reason}`,
    ]);
    expect(await host.virsh("dumpxml", "web1")).toContain(`<domain type='${fate === "works" ? "kvm" : "qemu"}'`);
    await demo.must("--destroy");
  });

  test("leaves other guests and networks alone, and is removed without its state", async () => {
    const host = await start();
    const network = `<network><name>office</name><forward mode="nat"/><bridge name="virbr9"/><ip address="10.77.0.1" netmask="255.255.255.0"/></network>`;
    const guest = `<domain type="qemu"><name>web1</name><memory unit="MiB">64</memory><os><type arch="x86_64" machine="q35">hvm</type></os></domain>`;
    await host.exec("sh", ["-c", "cat > /run/office.xml"], { input: network });
    await host.exec("sh", ["-c", "cat > /run/web1.xml"], { input: guest });
    await host.virsh("net-define", "/run/office.xml");
    await host.virsh("define", "/run/web1.xml");
    await host.virsh("start", "web1");
    const demo = await demoOn(host);
    const text = await demo.must();
    expect(text).toContain("http://10.77.1.11/");
    expect(text).toContain("Hello from web1");
    expect((await host.virsh("list", "--name")).split("\n").toSorted()).toEqual(["cdkvm-demo-db1", "cdkvm-demo-web1", "web1"]);

    await demo.remove();
    await host.virsh("suspend", "cdkvm-demo-db1");
    const removed = await demo.must("--destroy");
    for (const each of ["guest cdkvm-demo-web1", "guest cdkvm-demo-db1", "network cdkvm-demo", "pool cdkvm-demo"])
      expect(removed).toContain(`removed: ${each}`);
    expect(await host.virsh("list", "--name", "--all")).toBe("web1");
    expect(await host.virsh("net-list", "--name", "--all")).toBe("office");
    expect(await host.virsh("pool-list", "--name", "--all")).toBe("");
    expect(await traces(host)).toBe("/etc/libvirt/qemu/web1.xml\n");
    expect(await processes(host)).toEqual(expect.arrayContaining(["libvirtd", "virtlogd"]));
  });

  test("runs in the session of a user without any rights, even if its port is taken", async () => {
    const host = await start();
    await stopDaemons(host);
    const user = ["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"];
    const demo = await demoOn(host, ["setpriv", ...user, "env", "XDG_CACHE_HOME=/run/nobody", "HOME=/run/nobody"]);
    const cache = dirname(dirname((await tinyGuest()).kernel));
    await host.exec("sh", ["-ec", setUpNobody, "sh", cache, demo.home]);
    const listen = `require("node:net").createServer().listen(8080, "127.0.0.1", () => require("node:fs").writeFileSync("/run/listens", ""))`;
    const taken = host.spawn(process.execPath, ["-e", listen]);
    await host.exec("sh", ["-c", "until [ -e /run/listens ]; do sleep 0.05; done"]);
    try {
      const text = await demo.must();
      expect(text).toContain("only root can start the system's libvirt: the guests run in your own session");
      expect(text).toContain("http://127.0.0.1:8180/");
      expect(text).toContain("<h1>Hello from web1</h1>");
      expect(text).toContain("no changes: 6 resources are as the configuration says");
      expect((await host.exec("ps", ["-o", "user=", "-C", "qemu-system-x86_64"])).stdout).toBe("nobody\nnobody\n");
      await demo.must("--destroy");
      expect(await processes(host)).not.toContain("qemu-system-x86");
      const names = ["cdkvm-demo", "cdkvm-demo.xml", "web1.xml", "db1.xml", "demo"].flatMap((name) => ["-o", "-name", name]);
      const left = await host.exec("find", [demo.home, "/run/nobody", "-false", ...names]);
      expect(left.stdout).toBe("");
    } finally {
      taken.kill();
    }
  });

  test("gives guests user networking in a container whose root has few rights", async () => {
    const host = await start();
    await stopDaemons(host);
    await host.exec("rm", ["/dev/net/tun"]);
    const before = await host.readFile("/etc/libvirt/qemu.conf");
    const rights =
      "+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+mknod,+setfcap";
    const demo = await demoOn(host, ["setpriv", "--inh-caps=-all", `--bounding-set=-all,${rights}`]);
    const text = await demo.must();
    expect(text).toContain("this container has no CAP_NET_ADMIN: the guests cannot reach each other");
    expect(text).toContain("<h1>Hello from web1</h1>");
    expect(await host.readFile("/etc/libvirt/qemu.conf")).toBe(before);
    await demo.must("--destroy");
    expect(await processes(host)).toEqual([]);
    expect(await traces(host)).toBe("");
  });

  test("reports obstacles before it creates anything, and runs only once at a time", async () => {
    const host = await start();
    const alone = await demoOn(host, ["unshare", "--user", "--map-root-user"]);
    const refused = await alone.run();
    expect(refused.code).toBe(1);
    expect(refused.text).toContain("this is root of a user namespace without other users");
    expect(await host.virsh("list", "--all", "--name")).toBe("");

    const demo = await demoOn(host);
    const [first, second] = await Promise.all([demo.run(), demo.run()]);
    expect(first.code + second.code).toBe(1);
    expect(first.text + second.text).toMatch(/already running: process \d+/);
    await demo.must("--destroy");
  });
});
