import { integer, list, table, text, type Fields, type Table } from "./table.ts";

const computed = { computed: true } as const;
const id: Fields = { id: text("", computed) };

export const domainInterfaceAddresses: Table = table({
  type: "libvirt_domain_interface_addresses",
  element: "",
  doc: "The addresses that a running guest has. https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainInterfaceAddresses",
  change: "none",
  fields: {
    domain: text("", { required: true, doc: "The guest, by name or UUID." }),
    source: text("", { doc: "Who is asked: `lease` (the network's DHCP server), `agent` (in the guest) or `any`. Default any." }),
    interfaces: list(
      "",
      {
        name: text("", { computed: true, doc: "The interface: on the host for leases, in the guest for the agent." }),
        hwaddr: text("", { computed: true, doc: "MAC address." }),
        addrs: list(
          "",
          {
            type: text("", { computed: true, doc: "`ipv4` or `ipv6`." }),
            addr: text("", { computed: true, doc: "The address." }),
            prefix: integer("", { computed: true, doc: "Prefix length." }),
          },
          { computed: true },
        ),
      },
      { computed: true, doc: "The interfaces that have an address." },
    ),
    ...id,
  },
});

export const nodeInfo: Table = table({
  type: "libvirt_node_info",
  element: "",
  doc: "What the host is: CPUs and memory. https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetInfo",
  change: "none",
  fields: {
    cpu_model: text("", { computed: true, doc: "The architecture, as x86_64." }),
    cpu_sockets: integer("", { computed: true, doc: "Sockets a NUMA node." }),
    cpu_cores_per_socket: integer("", { computed: true, doc: "Cores a socket." }),
    cpu_threads_per_core: integer("", { computed: true, doc: "Threads a core." }),
    cpu_cores_total: integer("", { computed: true, doc: "Logical CPUs in all." }),
    numa_nodes: integer("", { computed: true, doc: "NUMA nodes." }),
    memory_total_kb: integer("", { computed: true, doc: "Memory in KiB." }),
    ...id,
  },
});
