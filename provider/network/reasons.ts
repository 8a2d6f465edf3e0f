import { asText, isValues, type Values } from "../../model/values.ts";
import type { Rule } from "../refused.ts";

const otherBridge = 'choose another bridge.name, leave it to libvirt, or use that bridge as it is: forward = { mode = "bridge" }';

const isOwnBridge = (name: string | undefined, { bridge }: Values): boolean => isValues(bridge) && bridge["name"] === name;

/** libvirt's own calls cannot remove a bridge, nor the dnsmasq on it, that libvirtd does not know. */
const removal = (bridge: string | undefined, { name }: Values): string =>
  `ip link delete ${bridge ?? ""}; pkill -F /run/libvirt/network/${asText(name)}.pid`;

/** What libvirt says when a network cannot be made, started or changed, and what it means. */
export const reasons: readonly Rule[] = [
  {
    pattern: /error creating bridge interface (\S+): File exists/,
    path: ["bridge", "name"],
    likely: (match) =>
      `the host has an interface ${match[1]} already; a libvirtd that is killed while it starts or stops a network leaves it behind`,
    fix: (match, values) => `${otherBridge}; if libvirtd left it behind, on the host: ${removal(match[1], values)}`,
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
    likely: (match, values) =>
      isOwnBridge(match[1], values)
        ? "a libvirtd that is killed while it starts or stops a network leaves its bridge behind"
        : `the host's interface ${match[1]} has addresses of this subnet, perhaps of another network`,
    fix: (match, values) =>
      `choose another subnet; \`ip route\` on the host lists those in use${isOwnBridge(match[1], values) ? `; if libvirtd left it behind, on the host: ${removal(match[1], values)}` : ""}`,
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
