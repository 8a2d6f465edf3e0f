import type { Rule } from "../diagnose.ts";

const otherBridge = 'choose another bridge.name, leave it to libvirt, or use that bridge as it is: forward = { mode = "bridge" }';

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
          likely: "libvirtd was killed while it started or stopped this network, and left its bridge behind; no guest is on it",
          fix: `on the host: ${removal}`,
        },
      ]),
  {
    pattern: /error creating bridge interface (\S+): File exists/,
    path: ["bridge", "name"],
    likely: (match) => `the host has an interface ${match[1]} already, which is not this network's`,
    fix: (match) => `${otherBridge}; \`ip -d link show ${match[1]}\` on the host says what it is`,
  },
  {
    pattern: /bridge name '([^']+)' already in use/,
    path: ["bridge", "name"],
    likely: "another network has this bridge",
    fix: otherBridge,
  },
  {
    pattern: /[Nn]etwork is already in use by interface (\S+)/,
    path: ["ips"],
    likely: (match) => `the host's interface ${match[1]} has addresses of this subnet, perhaps of another network or another stack's`,
    fix: "choose another subnet; `ip route` on the host lists those in use, `virsh net-list` the networks",
  },
  {
    pattern: /there is already at least one DNS (HOST|TXT|SRV) record with a matching field/,
    path: ["dns"],
    likely: "two records share a name or an address, which libvirt cannot add to a network that runs",
    fix: "put all hostnames of an address into one entry, or stop the network first: virsh net-destroy NAME",
  },
  {
    pattern: /dhcp host .*(already|exists|in use)|there is an existing dhcp host entry/i,
    path: ["ips"],
    likely: "two reservations share a MAC, a name or an address",
    fix: "give each guest its own",
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
    likely: "the host's firewall tools are missing or refuse",
    fix: "install iptables on the host, and look at its firewall",
  },
  {
    pattern: /[Cc]annot get interface MTU on '([^']+)'|[Uu]nable to (?:get|check).* interface (\S+)|no such (?:device|interface)/i,
    path: ["forward"],
    likely: "the host has no interface of that name",
    fix: "`ip link` on the host lists those that exist",
  },
  {
    pattern: /range .* (?:is not (?:entirely )?within|outside)|reversed range|is not within subnet/i,
    path: ["ips"],
    fix: "keep ranges and reservations inside the subnet",
  },
];
