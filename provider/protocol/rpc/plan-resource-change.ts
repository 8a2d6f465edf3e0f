import { attempt, deferral } from "../call.ts";
import { encodePath } from "../diagnostics.ts";
import type { Message } from "../messages.ts";
import type { Session } from "../session.ts";
import { checkPaths, decodeValues, encodeValues } from "../values.ts";

/** What an apply would do to the resource: the planned state, and the attributes that require replacement. */
export async function planResourceChange(
  session: Session<unknown>,
  request: Message<"PlanResourceChangeRequest">,
): Promise<Message<"PlanResourceChangeResponse">> {
  const resource = session.resource(request.type_name);
  const { type } = resource.table;
  const fields = session.fields(resource.table);
  const prior = decodeValues(fields, request.prior_state);
  const proposed = decodeValues(fields, request.proposed_new_state);
  const config = decodeValues(fields, request.config);
  const unchanged = { planned_state: request.proposed_new_state ?? null, planned_private: request.prior_private ?? null };
  const deferred = deferral(session, request.client_capabilities);
  if (deferred !== undefined) return { ...unchanged, ...deferred };

  if (proposed !== null && session.destroying) return unchanged;
  if (proposed === null) {
    if (prior === null || resource.planDestroy === undefined) return unchanged;
    const outcome = await attempt(session, `plan the removal of ${type}`, request.prior_private, async (context) =>
      resource.planDestroy?.(prior, context),
    );
    return { ...unchanged, planned_private: outcome.private, diagnostics: outcome.diagnostics };
  }

  const outcome = await attempt(session, `plan ${type}`, request.prior_private, async (context) => {
    const { planned, replace = [] } = await resource.plan({ prior, proposed, config: config ?? {} }, context);
    const planned_state = planned === proposed ? unchanged.planned_state : encodeValues(fields, planned);
    checkPaths(fields, replace);
    return { planned_state, requires_replace: replace.map(encodePath) };
  });
  return {
    ...(outcome.result?.value ?? unchanged),
    planned_private: outcome.private,
    diagnostics: outcome.diagnostics,
    legacy_type_system: outcome.differs,
  };
}
