import { encodeMessage, type Message } from "../messages.ts";
import { schemaOf } from "../schema.ts";
import type { Table } from "../../../model/table.ts";
import type { Session } from "../session.ts";

export const serverCapabilities: Message<"ServerCapabilities"> = { plan_destroy: true, get_provider_schema_optional: true };

const encoded = new WeakMap<Session<unknown>, Buffer>();

/** The schema of this run, encoded; the same bytes for each call of one process. */
export async function getProviderSchema(session: Session<unknown>): Promise<Buffer> {
  const { provider } = session;
  const known = encoded.get(session);
  if (known !== undefined) return known;
  const schemasOf = (all: readonly { readonly table: Table }[]): Record<string, Message<"Schema">> =>
    Object.fromEntries(all.map(({ table }) => [table.type, schemaOf(table, session.fields(table))]));
  const bytes = encodeMessage("GetProviderSchemaResponse", {
    provider: schemaOf(provider.table),
    resource_schemas: schemasOf(provider.resources),
    data_source_schemas: schemasOf(provider.dataSources),
    server_capabilities: serverCapabilities,
  });
  encoded.set(session, bytes);
  return bytes;
}
