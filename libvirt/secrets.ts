import { Procedure } from "./procedures.ts";
import { listAll, readSecret, type SecretRef, writeSecret, writeUuid } from "./refs.ts";
import { body, type RpcClient } from "./rpc/client.ts";
import { SECRET_VALUE_MAX } from "./xdr/limits.ts";

/** Secrets: https://libvirt.org/html/libvirt-libvirt-secret.html. */
export class Secrets {
  readonly #rpc: RpcClient;

  constructor(rpc: RpcClient) {
    this.#rpc = rpc;
  }

  list(flags = 0): Promise<SecretRef[]> {
    return listAll(this.#rpc, Procedure.CONNECT_LIST_ALL_SECRETS, flags, readSecret);
  }

  /** Throws NO_SECRET. */
  async lookupByUUID(uuid: string): Promise<SecretRef> {
    return readSecret(await this.#rpc.call(Procedure.SECRET_LOOKUP_BY_UUID, writeUuid(body(64), uuid)));
  }

  /** Throws NO_SECRET. */
  async lookupByUsage(usageType: number, usageId: string): Promise<SecretRef> {
    return readSecret(await this.#rpc.call(Procedure.SECRET_LOOKUP_BY_USAGE, body().int(usageType).string(usageId).uint(0)));
  }

  async define(xml: string): Promise<SecretRef> {
    return readSecret(
      await this.#rpc.call(
        Procedure.SECRET_DEFINE_XML,
        body(xml.length + 64)
          .string(xml)
          .uint(0),
      ),
    );
  }

  async setValue(secret: SecretRef, value: Uint8Array): Promise<void> {
    await this.#rpc.call(Procedure.SECRET_SET_VALUE, writeSecret(body(), secret).opaque(value, SECRET_VALUE_MAX).uint(0));
  }

  async xml(secret: SecretRef): Promise<string> {
    return (await this.#rpc.call(Procedure.SECRET_GET_XML_DESC, writeSecret(body(), secret).uint(0))).string();
  }

  async undefine(secret: SecretRef): Promise<void> {
    await this.#rpc.call(Procedure.SECRET_UNDEFINE, writeSecret(body(), secret));
  }
}
