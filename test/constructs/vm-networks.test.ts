import { describe, expect, test } from "vitest";
import { Bridge, Network, TerraformOutput, VM, type VMProps } from "../../constructs/index.ts";
import { errorOf, newHost, synthesize, type Json } from "./synth.ts";
import { domainOf } from "./vm-domain.ts";

describe("networks", () => {
  test("are joined by reference, and a fixed address is kept in the network's DHCP with the guest's MAC", () => {
    const host = newHost();
    const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24" });
    new VM(host, "web1", { memory: "1 GiB", networks: [{ network: lan, ip: "10.0.0.10" }] });
    const { resource } = synthesize(host);
    const nic = resource["libvirt_domain"]?.["web1"]?.["devices"].interfaces[0];
    expect(nic).toEqual({
      model: { type: "virtio" },
      mac: { address: expect.stringMatching(/^52:54:00(:[0-9a-f]{2}){3}$/) },
      source: { network: { network: "${libvirt_network.lan.name}" } },
    });
    expect(resource["libvirt_network"]?.["lan"]?.["ips"][0].dhcp.hosts).toEqual([{ mac: nic.mac.address, name: "web1", ip: "10.0.0.10" }]);
  });
  test("a MAC address stays when interfaces are added before it", () => {
    const macs = (networks: (lan: Network) => VMProps["networks"]): string[] => {
      const host = newHost();
      return domainOf({ networks: networks(new Network(host, "lan", { ipv4: "10.0.0.0/24" })) ?? [] }, host).devices.interfaces.map(
        ({ mac }: Json) => mac.address,
      );
    };
    const [alone] = macs((lan) => [lan]);
    const both = macs((lan) => [Bridge.existing("br0"), lan]);
    expect(both[1]).toBe(alone);
    expect(new Set(macs((lan) => [lan, lan, lan])).size).toBe(3);
  });
  test("have model, queues, MTU, VLAN and a MAC address of their own", () => {
    const { devices } = domainOf({
      networks: [
        {
          bridge: Bridge.openVSwitch("ovs0"),
          mac: "52-54-00-AA-BB-CC",
          vlan: [10, 20],
          model: "virtio",
          queues: 4,
          mtu: 9000,
          link: "down",
        },
      ],
    });
    expect(devices.interfaces).toEqual([
      {
        model: { type: "virtio" },
        mac: { address: "52:54:00:aa:bb:cc" },
        source: { bridge: { bridge: "ovs0" } },
        virtual_port: { params: { open_v_switch: {} } },
        vlan: { trunk: "yes", tags: [{ id: 10 }, { id: 20 }] },
        driver: { name: "vhost", queues: 4 },
        mtu: { size: 9000 },
        link: { state: "down" },
      },
    ]);
  });
  test("a plain name is an existing libvirt network", () => {
    expect(domainOf({ networks: ["default"] }).devices.interfaces[0].source).toEqual({ network: { network: "default" } });
  });
  test("can be added later, with a reservation", () => {
    const host = newHost();
    const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24" });
    new VM(host, "web1", { memory: "1 GiB" }).addNetwork({ network: lan, ip: "10.0.0.9" });
    const { resource } = synthesize(host);
    expect(resource["libvirt_domain"]?.["web1"]?.["devices"].interfaces).toHaveLength(1);
    expect(resource["libvirt_network"]?.["lan"]?.["ips"][0].dhcp.hosts[0].ip).toBe("10.0.0.9");
  });
});

describe("the address of a VM", () => {
  test("is the one that apply waited for, found by its MAC address", () => {
    const host = newHost();
    const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24" });
    const vm = new VM(host, "web1", { memory: "1 GiB", networks: [lan], waitForIp: { timeout: "90 s", source: "lease" } });
    new TerraformOutput(host, "ip", { value: vm.ip });
    const { resource, data, output } = synthesize(host);
    const nic = resource["libvirt_domain"]?.["web1"]?.["devices"].interfaces[0];
    expect(nic.wait_for_ip).toEqual({ timeout: 90, source: "lease" });
    expect(Object.values(data?.["libvirt_domain_interface_addresses"] ?? {})).toMatchObject([
      { domain: "${libvirt_domain.web1.uuid}", source: "lease" },
    ]);
    expect(output?.["ip"]?.["value"]).toContain(`if lower(i.hwaddr) == "${nic.mac.address}"`);
  });
  test("is the reserved one if nothing waits", () => {
    const host = newHost();
    const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24" });
    expect(new VM(host, "web1", { memory: "1 GiB", networks: [{ network: lan, ip: "10.0.0.10" }] }).ip).toBe("10.0.0.10");
  });
  test("needs one of the two", () => {
    const vm = new VM(newHost(), "web1", { memory: "1 GiB", networks: ["default"] });
    expect(errorOf(() => vm.ip)).toBe(
      [
        "the address is unknown: apply does not wait until the guest has one",
        "  while: ip of VM kvm1/web1",
        '  fix: set waitForIp: true, or reserve an address: networks: [{ network, ip: "10.0.0.10" }]',
        "  code: CDKVM_NO_ADDRESS",
      ].join("\n"),
    );
  });
});
