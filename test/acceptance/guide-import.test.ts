import { expect, vi } from "vitest";
import { firstBlock, firstCommands, shellIn } from "../docs/guide.ts";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";

vi.setConfig({ testTimeout: 180_000 });

const PAGE = "docs/guide/import.md";

/** The guide's own URI is the machine's, and its folder too, which test hosts share with it. */
const onHost = (text: string, { uri }: Host): string =>
  text.replace('"qemu:///system"', JSON.stringify(uri)).replace('"/srv/images"', '"/var/lib/libvirt/vols"');

const guest = `<domain type='qemu'><name>web1</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/></os><features><acpi/><apic/></features>
  <devices>
    <disk type='volume' device='disk'><driver name='qemu' type='qcow2'/><source pool='images' volume='data.qcow2'/><target dev='vda' bus='virtio'/></disk>
    <interface type='network'><mac address='52:54:00:12:34:56'/><source network='lan'/><model type='virtio'/></interface>
    <console type='pty'/>
  </devices></domain>`;
const network = `<network><name>lan</name><forward mode='nat'/><bridge name='lan0'/>
  <ip address='10.71.0.1' prefix='24'><dhcp><range start='10.71.0.100' end='10.71.0.254'/></dhcp></ip></network>`;

async function createObjects(host: Host): Promise<void> {
  const define = (kind: string, xml: string): Promise<unknown> =>
    host.exec("sh", ["-c", `cat > /run/it.xml && virsh -q ${kind}define /run/it.xml`], { input: xml });
  await define("net-", network);
  await host.virsh("net-start", "lan");
  await host.exec("mkdir", ["-p", "/var/lib/libvirt/vols"]);
  await host.virsh("pool-define-as", "images", "dir", "--target", "/var/lib/libvirt/vols");
  await host.virsh("pool-start", "images");
  await host.virsh("vol-create-as", "images", "data.qcow2", "20G", "--format", "qcow2");
  await define("", guest);
  await host.virsh("start", "web1");
}

describeWithHosts("the import guide, as printed", () => {
  test("takes over what virsh created, which keeps running unchanged", async ({ host }) => {
    await createObjects(host);
    const pid = (): Promise<string> => host.readFile("/run/libvirt/qemu/web1.pid");
    const before = await pid();
    const shell = shellIn(onHost(firstBlock(PAGE, "ts"), host), { CDKVM_ACCELERATION: undefined });
    const type = (line: string) => shell(line.replace(/^npx /, ""));
    const commands = firstCommands(PAGE);
    expect(commands).toHaveLength(5);
    let said = "";
    for (const line of commands) {
      const ran = await type(line);
      expect({ line, ...ran }).toMatchObject({ code: 0 });
      said = ran.stdout;
    }
    expect(said).toContain("plan: 1 to record, 3 unchanged");
    expect(await type("cdkvm apply --auto-approve")).toMatchObject({ code: 0 });
    expect((await type("cdkvm plan")).stdout).toContain("no changes");
    expect(await pid()).toBe(before);
    expect(await type("cdkvm destroy --auto-approve")).toMatchObject({ code: 0 });
    expect(await host.virsh("list", "--all", "--name")).toBe("");
  });
});
