import { App, Bridge, HostStack, Image, VM } from "cdkvm";

const app = new App();
const host = new HostStack(app, "bridged");
const debian = new Image(host, "debian", {
  url: "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2",
});

// The host's own network: the guest gets its address from whatever hands them out there.
const lan = Bridge.existing("br0");

// Open vSwitch: port groups name the VLANs once. As a libvirt network, `virt-manager` sees them too.
const trunk = Bridge.openVSwitch("ovsbr0", {
  portGroups: [
    { name: "dmz", vlans: [42], default: true },
    { name: "storage", vlans: [100, 101] },
  ],
}).asNetwork(host, "trunk");

new VM(host, "proxy", {
  memory: "1 GiB",
  disks: [{ image: debian, size: "10 GiB" }],
  networks: [lan, { bridge: trunk, portGroup: "dmz" }],
});

new VM(host, "nas", {
  memory: "4 GiB",
  disks: [debian, { size: "200 GiB" }],
  networks: [
    { bridge: trunk, portGroup: "storage" },
    { bridge: Bridge.macvtap("eno2"), mac: "52:54:00:00:10:02" },
  ],
});

app.synth();
