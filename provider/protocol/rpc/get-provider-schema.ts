import { encodeMessage, type Message } from "../messages.ts";
import type { Provider } from "../resource.ts";
import { schemaOf } from "../schema.ts";
import type { Session } from "../session.ts";

export const serverCapabilities: Message<"ServerCapabilities"> = { plan_destroy: true, get_provider_schema_optional: true };

const encoded = new WeakMap<Provider<unknown>, Buffer>();

/** The complete schema, encoded; the same bytes for each call of one process. */
export async function getProviderSchema({ provider }: Session<unknown>): Promise<Buffer> {
  const known = encoded.get(provider);
  if (known !== undefined) return known;
  const bytes = encodeMessage("GetProviderSchemaResponse", {
    provider: schemaOf(provider.table),
    resource_schemas: Object.fromEntries(provider.resources.map(({ table }) => [table.type, schemaOf(table)])),
    data_source_schemas: Object.fromEntries(provider.dataSources.map(({ table }) => [table.type, schemaOf(table)])),
    server_capabilities: serverCapabilities,
  });
  encoded.set(provider, bytes);
  return bytes;
}
