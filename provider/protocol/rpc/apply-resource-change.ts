import type { Fields } from "../../../model/table.ts";
import type { Values } from "../../../model/values.ts";
import { attempt, type Outcome } from "../call.ts";
import { diagnosticsOf, encodeDiagnostics } from "../diagnostics.ts";
import type { Message } from "../messages.ts";
import type { Context, Resource } from "../resource.ts";
import type { Session } from "../session.ts";
import { decodeValues, encodeKnown, encodeValues, NarrowSchemaError } from "../values.ts";

/**
 * Creates, updates or deletes. On failure, records the state that the handler asked to keep, else what existed before: nothing for a
 * new resource, the prior state for the others.
 */
export async function applyResourceChange(
  session: Session<unknown>,
  request: Message<"ApplyResourceChangeRequest">,
): Promise<Message<"ApplyResourceChangeResponse">> {
  const resource = session.resource(request.type_name);
  const { type } = resource.table;
  const fields = session.fields(resource.table);
  const prior = decodeValues(fields, request.prior_state);
  const planned = decodeValues(fields, request.planned_state);
  const config = decodeValues(fields, request.config) ?? {};
  const verb = prior === null ? "create" : planned === null ? "delete" : "update";
  const outcome = await attempt(session, `${verb} ${type}`, request.planned_private, (context) =>
    change(resource, prior, planned, config, context),
  );
  return { ...record(fields, outcome, prior, `record ${type}`), private: outcome.private, legacy_type_system: outcome.differs };
}

async function change(
  resource: Resource<unknown>,
  prior: Values | null,
  planned: Values | null,
  config: Values,
  context: Context<unknown>,
): Promise<Values | null> {
  if (planned !== null)
    return prior === null ? resource.create(planned, config, context) : resource.update(prior, planned, config, context);
  if (prior !== null) await resource.delete(prior, context);
  return null;
}

function record(
  fields: Fields,
  { result, kept, diagnostics }: Outcome<Values | null>,
  prior: Values | null,
  doing: string,
): Pick<Message<"ApplyResourceChangeResponse">, "new_state" | "diagnostics"> {
  if (result === undefined) {
    const state = kept ?? prior;
    return { new_state: encodeKnown(fields, state), diagnostics: [...diagnostics, ...leftOut(fields, state, doing)] };
  }
  try {
    return { new_state: encodeValues(fields, result.value), diagnostics };
  } catch (error) {
    // The object exists: record everything that fits rather than lose it.
    return {
      new_state: encodeKnown(fields, result.value),
      diagnostics: [...diagnostics, ...encodeDiagnostics(diagnosticsOf(error, doing))],
    };
  }
}

/** Reports a value that cannot be recorded because this run's schema leaves it out. */
function leftOut(fields: Fields, state: Values | null, doing: string): Message<"Diagnostic">[] {
  try {
    encodeValues(fields, state);
    return [];
  } catch (error) {
    return error instanceof NarrowSchemaError ? encodeDiagnostics(diagnosticsOf(error, doing)) : [];
  }
}
