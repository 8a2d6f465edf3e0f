import { describe, expect, test } from "vitest";
import { parseXml } from "../../model/xml.ts";
import { usesIn, useText } from "../../provider/users/uses.ts";

const uses = (inner: string) => usesIn(parseXml(`<domain type='kvm' id='3'><name>web1</name>${inner}</domain>`));

describe("what a guest uses of its host", () => {
  test("includes each disk with its backing chain, and each medium", () => {
    const found = uses(`<devices>
      <disk type='file' device='disk'><source file='/v/top.qcow2' index='1'/>
        <backingStore type='file' index='2'><format type='qcow2'/><source file='/v/base.qcow2'/><backingStore/></backingStore>
        <target dev='vda' bus='virtio'/></disk>
      <disk type='volume' device='disk'><source pool='fast' volume='data'/><target dev='vdb' bus='virtio'/></disk>
      <disk type='block' device='lun'><source dev='/dev/sdx'/><target dev='sdb' bus='scsi'/></disk>
      <disk type='file' device='cdrom'><source file='/v/seed.iso'/><target dev='sda' bus='sata'/></disk>
      <disk type='file' device='cdrom'><target dev='sdc' bus='sata'/></disk>
      <disk type='network' device='disk'><source protocol='rbd' name='vms/web1'/><target dev='vdc' bus='virtio'/></disk>
    </devices>`);
    expect(found).toEqual([
      { as: "disk", device: "vda", path: "/v/top.qcow2" },
      { as: "disk", device: "vda", path: "/v/base.qcow2", beneath: true },
      { as: "disk", device: "vdb", volume: { pool: "fast", name: "data" } },
      { as: "disk", device: "sdb", path: "/dev/sdx" },
      { as: "removable", device: "sda", path: "/v/seed.iso" },
    ]);
    expect(found.map(useText)).toEqual(["disk vda", "disk vda", "disk vdb", "disk sdb", "drive sda"]);
  });

  test("includes what it boots, its shares and its networks", () => {
    expect(
      uses(`<os><type>hvm</type><loader>/fw/code.fd</loader><nvram>/nv/web1.fd</nvram><kernel>/b/vmlinuz</kernel><initrd>/b/initrd</initrd></os>
        <devices><filesystem type='mount'><source dir='/srv/share'/><target dir='share'/></filesystem>
        <interface type='network'><mac address='52:54:00:00:00:01'/><source network='lan' bridge='virbr1'/></interface>
        <interface type='bridge'><source bridge='br0'/></interface></devices>`),
    ).toEqual([
      { as: "boot", device: "kernel", path: "/b/vmlinuz" },
      { as: "boot", device: "initrd", path: "/b/initrd" },
      { as: "boot", device: "loader", path: "/fw/code.fd" },
      { as: "boot", device: "nvram", path: "/nv/web1.fd" },
      { as: "share", device: "share", path: "/srv/share" },
      { as: "interface", device: "52:54:00:00:00:01", network: "lan" },
    ]);
  });
});
