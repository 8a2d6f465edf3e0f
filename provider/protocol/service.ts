import type { handleUnaryCall, Server, ServerOptions, ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import { diagnosticsOf, encodeDiagnostics } from "./diagnostics.ts";
import { decodeMessage, encodeMessage, type Message, type MessageName } from "./messages.ts";
import { applyResourceChange } from "./rpc/apply-resource-change.ts";
import { configureProvider } from "./rpc/configure-provider.ts";
import { getFunctions } from "./rpc/get-functions.ts";
import { getMetadata } from "./rpc/get-metadata.ts";
import { getProviderSchema } from "./rpc/get-provider-schema.ts";
import { getResourceIdentitySchemas } from "./rpc/get-resource-identity-schemas.ts";
import { importResourceState } from "./rpc/import-resource-state.ts";
import { moveResourceState } from "./rpc/move-resource-state.ts";
import { planResourceChange } from "./rpc/plan-resource-change.ts";
import { readDataSource } from "./rpc/read-data-source.ts";
import { readResource } from "./rpc/read-resource.ts";
import { stopProvider } from "./rpc/stop-provider.ts";
import { upgradeResourceState } from "./rpc/upgrade-resource-state.ts";
import { validateDataResourceConfig } from "./rpc/validate-data-resource-config.ts";
import { validateProviderConfig } from "./rpc/validate-provider-config.ts";
import { validateResourceConfig } from "./rpc/validate-resource-config.ts";
import type { Session } from "./session.ts";

type Call = MessageName extends infer N ? (N extends `${infer R}Request` ? R : never) : never;
type Rpc<R extends Call> = (
  session: Session<unknown>,
  request: Message<`${R}Request` & MessageName>,
) => Promise<Message<`${R}Response` & MessageName> | Buffer>;

/** All calls that the engines make; gRPC itself answers UNIMPLEMENTED to the rest. */
const rpcs: { readonly [R in Call]: Rpc<R> } = {
  GetMetadata: getMetadata,
  GetProviderSchema: getProviderSchema,
  GetResourceIdentitySchemas: getResourceIdentitySchemas,
  GetFunctions: getFunctions,
  ValidateProviderConfig: validateProviderConfig,
  ValidateResourceConfig: validateResourceConfig,
  ValidateDataResourceConfig: validateDataResourceConfig,
  UpgradeResourceState: upgradeResourceState,
  ConfigureProvider: configureProvider,
  ReadResource: readResource,
  PlanResourceChange: planResourceChange,
  ApplyResourceChange: applyResourceChange,
  ImportResourceState: importResourceState,
  MoveResourceState: moveResourceState,
  ReadDataSource: readDataSource,
  StopProvider: stopProvider,
};

/** The engine sends and takes messages of any size. */
export const serverOptions: ServerOptions = {
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  "grpc.enable_channelz": 0,
};

export interface ServiceEvents {
  /** On each call. */
  readonly called: () => void;
  /** The engine is done with this provider. */
  readonly shutdown: () => void;
}

/** Serves all that an engine calls, over one session. */
export function addServices(server: Server, session: Session<unknown>, { called, shutdown }: ServiceEvents): void {
  for (const { definition, implementation } of [providerService(session, called), controllerService(shutdown)])
    server.addService(definition, implementation);
}

interface Service {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

/** `tfplugin6.Provider` over one session. */
function providerService(session: Session<unknown>, called: () => void): Service {
  const calls = Object.entries(rpcs) as [Call, Rpc<Call>][];
  return {
    definition: Object.fromEntries(
      calls.map(([name]) => [name, unary(`/tfplugin6.Provider/${name}`, `${name}Request`, `${name}Response`)]),
    ),
    implementation: Object.fromEntries(calls.map(([name, rpc]) => [name, answering(session, name, rpc, called)])),
  };
}

/** go-plugin's own service: tells the process that the engine is done with it. */
function controllerService(shutdown: () => void): Service {
  const Shutdown: handleUnaryCall<unknown, Message<"Empty">> = (_call, reply) => {
    reply(null, {});
    shutdown();
  };
  return { definition: { Shutdown: unary("/plugin.GRPCController/Shutdown", "Empty", "Empty") }, implementation: { Shutdown } };
}

function unary(path: string, request: MessageName, response: MessageName): ServiceDefinition[string] {
  const serialize = (name: MessageName) => (message: object) => (message instanceof Buffer ? message : encodeMessage(name, message));
  const deserialize = (name: MessageName) => (bytes: Buffer) => decodeMessage(name, bytes);
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: serialize(request),
    requestDeserialize: deserialize(request),
    responseSerialize: serialize(response),
    responseDeserialize: deserialize(response),
  };
}

/** Reports a failure of a call in its own answer; other calls continue. */
function answering(
  session: Session<unknown>,
  name: Call,
  rpc: Rpc<Call>,
  called: () => void,
): handleUnaryCall<{ type_name?: string }, object> {
  return (call, reply) => {
    called();
    rpc(session, call.request)
      .catch((error: unknown) => ({
        diagnostics: encodeDiagnostics(diagnosticsOf(error, [name, call.request.type_name].filter(Boolean).join(" "))),
      }))
      .then((response) => reply(null, response))
      .catch((error: unknown) => reply(error instanceof Error ? error : new Error(String(error))));
  };
}
