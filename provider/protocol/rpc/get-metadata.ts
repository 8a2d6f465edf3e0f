import type { Message } from "../messages.ts";
import type { Session } from "../session.ts";
import { serverCapabilities } from "./get-provider-schema.ts";

/** The names of all resource types and data sources, without their schemas. */
export async function getMetadata(session: Session<unknown>): Promise<Message<"GetMetadataResponse">> {
  return {
    server_capabilities: serverCapabilities,
    resources: session.provider.resources.map(({ table }) => ({ type_name: table.type })),
    data_sources: session.provider.dataSources.map(({ table }) => ({ type_name: table.type })),
  };
}
