import { NetworkUpdateCommand, NetworkUpdateSection } from "./flags.ts";
import { Procedure } from "./procedures.ts";
import { about, listAll, type NetworkRef, readNamed, writeUuid } from "./refs.ts";
import { body, type RpcClient } from "./rpc/client.ts";
import { DHCP_LEASES_MAX } from "./xdr/limits.ts";
import { isLibvirtError } from "./errors.ts";

/** `virNetworkDHCPLease`. */
export interface DhcpLease {
  /** The bridge. */
  readonly interface: string;
  /** Seconds since 1970. */
  readonly expiryTime: number;
  readonly type: "ipv4" | "ipv6";
  readonly mac?: string;
  readonly iaid?: string;
  readonly address: string;
  readonly prefix: number;
  readonly hostname?: string;
  readonly clientId?: string;
}

/** Virtual networks: https://libvirt.org/html/libvirt-libvirt-network.html. Flags are those of `libvirt/flags.ts`. */
export class Networks {
  readonly #rpc: RpcClient;

  constructor(rpc: RpcClient) {
    this.#rpc = rpc;
  }

  /** `virConnectListAllNetworks`; flags of {@link ListNetworks}. */
  list(flags = 0): Promise<NetworkRef[]> {
    return listAll(this.#rpc, Procedure.CONNECT_LIST_ALL_NETWORKS, flags, readNamed);
  }

  /** Throws NO_NETWORK. */
  async lookupByName(name: string): Promise<NetworkRef> {
    return readNamed(await this.#rpc.call(Procedure.NETWORK_LOOKUP_BY_NAME, body().string(name)));
  }

  /** Throws NO_NETWORK. */
  async lookupByUUID(uuid: string): Promise<NetworkRef> {
    return readNamed(await this.#rpc.call(Procedure.NETWORK_LOOKUP_BY_UUID, writeUuid(body(64), uuid)));
  }

  /** `virNetworkDefineXML`, or with flags `virNetworkDefineXMLFlags` (libvirt 7.8). */
  async define(xml: string, flags = 0): Promise<NetworkRef> {
    const args = body(xml.length + 64).string(xml);
    if (flags === 0) return readNamed(await this.#rpc.call(Procedure.NETWORK_DEFINE_XML, args));
    return readNamed(await this.#rpc.call(Procedure.NETWORK_DEFINE_XML_FLAGS, args.uint(flags)));
  }

  /** `virNetworkCreateXML`: starts a transient network; it disappears when it stops. */
  async createTransient(xml: string): Promise<NetworkRef> {
    return readNamed(await this.#rpc.call(Procedure.NETWORK_CREATE_XML, body(xml.length + 64).string(xml)));
  }

  async undefine(network: NetworkRef): Promise<void> {
    await this.#rpc.call(Procedure.NETWORK_UNDEFINE, about.named(network));
  }

  /** Starts the network. */
  async create(network: NetworkRef): Promise<void> {
    await this.#rpc.call(Procedure.NETWORK_CREATE, about.named(network));
  }

  /** Stops the network. */
  async destroy(network: NetworkRef): Promise<void> {
    await this.#rpc.call(Procedure.NETWORK_DESTROY, about.named(network));
  }

  /** `virNetworkGetXMLDesc`; flags of {@link NetworkXml}. */
  async xml(network: NetworkRef, flags = 0): Promise<string> {
    return (await this.#rpc.call(Procedure.NETWORK_GET_XML_DESC, about.named(network).uint(flags))).string();
  }

  async autostart(network: NetworkRef): Promise<boolean> {
    return (await this.#rpc.call(Procedure.NETWORK_GET_AUTOSTART, about.named(network))).bool();
  }

  async setAutostart(network: NetworkRef, autostart: boolean): Promise<void> {
    await this.#rpc.call(Procedure.NETWORK_SET_AUTOSTART, about.named(network).bool(autostart));
  }

  async isActive(network: NetworkRef): Promise<boolean> {
    return (await this.#rpc.call(Procedure.NETWORK_IS_ACTIVE, about.named(network))).bool();
  }

  async isPersistent(network: NetworkRef): Promise<boolean> {
    return (await this.#rpc.call(Procedure.NETWORK_IS_PERSISTENT, about.named(network))).bool();
  }

  /**
   * `virNetworkUpdate`: changes one element without a restart. `parentIndex` is the index of the parent `<ip>`, -1 for the first;
   * flags of {@link Affect}.
   */
  async update(
    network: NetworkRef,
    command: keyof typeof NetworkUpdateCommand,
    section: keyof typeof NetworkUpdateSection,
    parentIndex: number,
    xml: string,
    flags = 0,
  ): Promise<void> {
    const args = about
      .named(network, xml.length + 128)
      .uint(NetworkUpdateCommand[command])
      .uint(NetworkUpdateSection[section]);
    await this.#rpc.call(Procedure.NETWORK_UPDATE, args.int(parentIndex).string(xml).uint(flags));
  }

  /** `virNetworkGetDHCPLeases`, for one MAC or all. */
  async dhcpLeases(network: NetworkRef, mac?: string): Promise<DhcpLease[]> {
    const reader = await this.#rpc.call(Procedure.NETWORK_GET_DHCP_LEASES, about.named(network).optionalString(mac).int(1).uint(0));
    return reader.array(DHCP_LEASES_MAX, (lease) => {
      const iface = lease.string();
      const expiryTime = Number(lease.hyper());
      const type = lease.int() === 1 ? ("ipv6" as const) : ("ipv4" as const);
      const macOf = lease.optionalString();
      const iaid = lease.optionalString();
      const address = lease.string();
      const prefix = lease.uint();
      const hostname = lease.optionalString();
      const clientId = lease.optionalString();
      return {
        interface: iface,
        expiryTime,
        type,
        ...(macOf !== undefined && { mac: macOf }),
        ...(iaid !== undefined && { iaid }),
        address,
        prefix,
        ...(hostname !== undefined && { hostname }),
        ...(clientId !== undefined && { clientId }),
      };
    });
  }

  /** The name of the network's bridge on the host; undefined if it has none. */
  async bridgeName(network: NetworkRef): Promise<string | undefined> {
    try {
      return (await this.#rpc.call(Procedure.NETWORK_GET_BRIDGE_NAME, about.named(network))).string();
    } catch (error) {
      if (isLibvirtError(error, "INTERNAL_ERROR") && error.message.includes("does not have a bridge name")) return undefined;
      throw error;
    }
  }
}
