import type { Value, Values } from "../../model/values.ts";
import { diagnosticsOf, encodeDiagnostics } from "./diagnostics.ts";
import type { Message } from "./messages.ts";
import type { Context, Diagnostic } from "./resource.ts";
import type { Session } from "./session.ts";

export interface Outcome<Result> {
  /** Absent if the handler threw. */
  readonly result?: { readonly value: Result };
  /** The state to record if the handler fails. */
  readonly kept: Values | undefined;
  /** Private data to store beside the state. */
  readonly private: Uint8Array;
  readonly diagnostics: Message<"Diagnostic">[];
  /** See {@link Context.differs}; the protocol's flag for providers with a legacy type system. */
  readonly differs: boolean;
}

/**
 * Runs one handler with the session's client. Never throws: converts whatever the handler throws into diagnostics, next to the
 * warnings it gave and the state it asked to keep.
 *
 * @param doing for errors that do not say what was being done
 */
export async function attempt<Client, Result>(
  session: Session<Client>,
  doing: string,
  privateBytes: Uint8Array | null | undefined,
  handler: (context: Context<Client>) => Promise<Result>,
): Promise<Outcome<Result>> {
  const diagnostics: Diagnostic[] = [];
  let kept: Values | undefined;
  let differs = false;
  let privateData = decodePrivate(privateBytes);
  let result: { readonly value: Result } | undefined;
  try {
    const context: Context<Client> = {
      client: await session.client(),
      signal: session.signal,
      warn: (diagnostic) => diagnostics.push({ ...diagnostic, severity: "warning" }),
      keep: (state) => (kept = state),
      differs: () => (differs = true),
      get private() {
        return privateData;
      },
      setPrivate: (value) => (privateData = value),
      isStored: (id) => session.stored.has(id),
      isShown: (id) => session.shown.has(id),
      knowsState: session.knowsState,
    };
    result = { value: await session.unlessFailed(handler(context)) };
  } catch (error) {
    diagnostics.push(...diagnosticsOf(error, doing));
  }
  return {
    ...(result === undefined ? {} : { result }),
    kept,
    private: encodePrivate(privateData),
    diagnostics: encodeDiagnostics(diagnostics),
    differs,
  };
}

/** Damaged private data, or that of another provider, counts as none. */
function decodePrivate(bytes: Uint8Array | null | undefined): Value {
  if (bytes == null || bytes.length === 0) return null;
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as Value;
  } catch {
    return null;
  }
}

const encodePrivate = (value: Value): Uint8Array => (value === null ? new Uint8Array() : Buffer.from(JSON.stringify(value)));

/** `Deferred.Reason` of the protocol. */
const PROVIDER_CONFIG_UNKNOWN = 2;

/** Defers the resource, if the engine supports it and the provider's configuration is not known yet. */
export function deferral(
  session: Session<unknown>,
  capabilities: Message<"ClientCapabilities"> | null | undefined,
): { deferred: Message<"Deferred"> } | undefined {
  if (!session.awaitsConfiguration || capabilities?.deferral_allowed !== true) return undefined;
  return { deferred: { reason: PROVIDER_CONFIG_UNKNOWN } };
}
