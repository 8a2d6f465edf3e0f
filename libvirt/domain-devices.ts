import { consoleStream } from "./console.ts";
import { AddressSource, BlockResize } from "./flags.ts";
import { Procedure } from "./procedures.ts";
import { about, type DomainRef } from "./refs.ts";
import type { RpcClient } from "./rpc/client.ts";
import { INTERFACE_MAX } from "./xdr/limits.ts";
import type { Duplex } from "node:stream";

/** `virDomainInterface`. */
export interface DomainInterface {
  /** On the host (`vnet0`) for lease and arp, in the guest (`eth0`) for the agent. */
  readonly name: string;
  readonly mac?: string;
  readonly addresses: readonly { readonly type: "ipv4" | "ipv6"; readonly address: string; readonly prefix: number }[];
}

/** `virDomainBlockInfo`, bytes. */
export interface BlockInfo {
  readonly allocation: number;
  readonly capacity: number;
  readonly physical: number;
}

/** The devices of a domain: plugs, changes, queries and opens them while it runs. */
export class DomainDevices {
  readonly #rpc: RpcClient;

  constructor(rpc: RpcClient) {
    this.#rpc = rpc;
  }

  /** `virDomainAttachDeviceFlags`; flags of {@link Affect}. */
  async attach(domain: DomainRef, xml: string, flags = 0): Promise<void> {
    await this.#rpc.call(
      Procedure.DOMAIN_ATTACH_DEVICE_FLAGS,
      about
        .domain(domain, xml.length + 128)
        .string(xml)
        .uint(flags),
    );
  }

  /** `virDomainDetachDeviceFlags`: live, it returns once the guest has been asked; see `Events.deviceRemoved`. */
  async detach(domain: DomainRef, xml: string, flags = 0): Promise<void> {
    await this.#rpc.call(
      Procedure.DOMAIN_DETACH_DEVICE_FLAGS,
      about
        .domain(domain, xml.length + 128)
        .string(xml)
        .uint(flags),
    );
  }

  /** `virDomainUpdateDeviceFlags`; flags of {@link Affect} and {@link DeviceModify}. */
  async update(domain: DomainRef, xml: string, flags = 0): Promise<void> {
    await this.#rpc.call(
      Procedure.DOMAIN_UPDATE_DEVICE_FLAGS,
      about
        .domain(domain, xml.length + 128)
        .string(xml)
        .uint(flags),
    );
  }

  /** `virDomainInterfaceAddresses`: what the DHCP server, the guest agent or the host's ARP table knows. */
  async interfaceAddresses(domain: DomainRef, source: keyof typeof AddressSource): Promise<DomainInterface[]> {
    const reader = await this.#rpc.call(Procedure.DOMAIN_INTERFACE_ADDRESSES, about.domain(domain).uint(AddressSource[source]).uint(0));
    return reader.array(INTERFACE_MAX, (iface) => {
      const name = iface.string();
      const mac = iface.optionalString();
      const addresses = iface.array(INTERFACE_MAX, (address) => ({
        type: address.int() === 1 ? ("ipv6" as const) : ("ipv4" as const),
        address: address.string(),
        prefix: address.uint(),
      }));
      return mac === undefined ? { name, addresses } : { name, mac, addresses };
    });
  }

  /** `virDomainBlockResize`, bytes: grows the disk of a running guest. `disk` is its target (`vda`) or source path. */
  async blockResize(domain: DomainRef, disk: string, bytes: number): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_BLOCK_RESIZE, about.domain(domain).string(disk).uhyper(bytes).uint(BlockResize.BYTES));
  }

  /** `virDomainGetBlockInfo`. */
  async blockInfo(domain: DomainRef, disk: string): Promise<BlockInfo> {
    const reader = await this.#rpc.call(Procedure.DOMAIN_GET_BLOCK_INFO, about.domain(domain).string(disk).uint(0));
    return { allocation: reader.size(), capacity: reader.size(), physical: reader.size() };
  }

  /**
   * `virDomainOpenConsole`: its serial console as a duplex stream. `device` is an alias (`serial0`), default the first;
   * flags of {@link DomainConsole}: SAFE refuses if another client has it open, FORCE disconnects that client.
   */
  async openConsole(
    domain: DomainRef,
    options: { readonly device?: string; readonly flags?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Duplex> {
    const args = about
      .domain(domain)
      .optionalString(options.device)
      .uint(options.flags ?? 0);
    return consoleStream(await this.#rpc.openStream(Procedure.DOMAIN_OPEN_CONSOLE, args, { signal: options.signal }));
  }
}
