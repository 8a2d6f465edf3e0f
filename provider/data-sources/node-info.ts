import { nodeInfo as table } from "../../model/data-sources.ts";
import type { Host } from "../host.ts";
import type { DataSource } from "../protocol/resource.ts";

/** `libvirt_node_info`: https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetInfo */
export const nodeInfo: DataSource<Host> = {
  table,
  async read(_config, { client }) {
    const { node } = await client.libvirt();
    const [info, hostname] = await Promise.all([node.info(), client.hostname()]);
    return {
      id: hostname,
      cpu_model: info.model,
      cpu_sockets: info.sockets,
      cpu_cores_per_socket: info.cores,
      cpu_threads_per_core: info.threads,
      cpu_cores_total: info.cpus,
      numa_nodes: info.nodes,
      memory_total_kb: info.memory,
    };
  },
};
