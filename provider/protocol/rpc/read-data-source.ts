import { attempt, deferral } from "../call.ts";
import type { Message } from "../messages.ts";
import type { Session } from "../session.ts";
import { decodeValues, encodeValues } from "../values.ts";

export async function readDataSource(
  session: Session<unknown>,
  request: Message<"ReadDataSourceRequest">,
): Promise<Message<"ReadDataSourceResponse">> {
  const source = session.dataSource(request.type_name);
  const { type } = source.table;
  const fields = session.fields(source.table);
  const config = decodeValues(fields, request.config) ?? {};
  const deferred = deferral(session, request.client_capabilities);
  if (deferred !== undefined) return { state: request.config ?? null, ...deferred };
  // a destroy does not use the data, and the object may be gone
  if (session.destroying) return { state: request.config ?? null };
  const outcome = await attempt(session, `read data source ${type}`, undefined, async (context) =>
    encodeValues(fields, await source.read(config, context)),
  );
  return { state: outcome.result?.value ?? null, diagnostics: outcome.diagnostics };
}
