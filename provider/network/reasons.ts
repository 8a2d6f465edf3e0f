import type { Rule } from "../diagnose.ts";

const otherBridge =
  'choose another bridge.name, omit it so that libvirt chooses one, or use the existing bridge: forward = { mode = "bridge" }';

/**
 * What libvirt errors mean when a network cannot be created, started or changed.
 *
 * @param removal the command that removes the network's own bridge, if a killed libvirtd is known to have left it behind
 */
export const reasonsWith = (removal: string | undefined): readonly Rule[] => [
  ...(removal === undefined
    ? []
    : [
        {
          pattern: /error creating bridge interface \S+: File exists|[Nn]etwork is already in use by interface \S+/,
          path: ["bridge", "name"],
          likely: "libvirtd was killed while starting or stopping this network and left its bridge behind; no guest uses it",
          fix: `on the host: ${removal}`,
        },
      ]),
  {
    pattern: /error creating bridge interface (\S+): File exists/,
    path: ["bridge", "name"],
    likely: (match) => `the host already has another interface ${match[1]}`,
    fix: (match) => `${otherBridge}; \`ip -d link show ${match[1]}\` on the host shows it`,
  },
  {
    pattern: /bridge name '([^']+)' already in use/,
    path: ["bridge", "name"],
    likely: "another network uses this bridge",
    fix: otherBridge,
  },
  {
    pattern: /[Nn]etwork is already in use by interface (\S+)/,
    path: ["ips"],
    likely: (match) => `the host's interface ${match[1]} has an address in this subnet; it may belong to another network or stack`,
    fix: "choose another subnet; `ip route` on the host lists the subnets in use, and `virsh net-list` the networks",
  },
  {
    pattern: /there is already at least one DNS (HOST|TXT|SRV) record with a matching field/,
    path: ["dns"],
    likely: "two records share a name or an address, and libvirt cannot add such records to a running network",
    fix: "put all hostnames of an address in one entry, or stop the network first: virsh net-destroy NAME",
  },
  {
    pattern: /dhcp host .*(already|exists|in use)|there is an existing dhcp host entry/i,
    path: ["ips"],
    likely: "two reservations share a MAC address, a name or an IP address",
    fix: "make all three unique",
  },
  {
    pattern: /dnsmasq.*(No such file|not found|[Cc]annot find)|[Cc]annot find suitable emulator.*dnsmasq/,
    path: ["ips"],
    likely: "dnsmasq is not installed on the host",
    fix: "install it: apt-get install dnsmasq-base",
  },
  {
    pattern: /(Failed to (add|apply|initialize) firewall|iptables|nft(ables)? )/,
    path: ["forward"],
    likely: "the host's firewall tools are missing or failed",
    fix: "install iptables on the host, and check its firewall",
  },
  {
    pattern: /[Cc]annot get interface MTU on '([^']+)'|[Uu]nable to (?:get|check).* interface (\S+)|no such (?:device|interface)/i,
    path: ["forward"],
    likely: "the host has no interface with that name",
    fix: "`ip link` on the host lists its interfaces",
  },
  {
    pattern: /range .* (?:is not (?:entirely )?within|outside)|reversed range|is not within subnet/i,
    path: ["ips"],
    fix: "keep ranges and reservations inside the subnet",
  },
];
