import protobuf from "protobufjs/light.js";

/**
 * The messages of Terraform plugin protocol 6 that this provider speaks: field name, number, type. A name after the type
 * repeats it: `repeated`, or `map` with string keys. Enumerations travel as numbers.
 *
 * @see https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol
 */
const shapes = {
  DynamicValue: { msgpack: [1, "bytes"], json: [2, "bytes"] },
  Diagnostic: { severity: [1, "int32"], summary: [2, "string"], detail: [3, "string"], attribute: [4, "AttributePath"] },
  AttributePath: { steps: [1, "PathStep", "repeated"] },
  PathStep: { attribute_name: [1, "string"], element_key_string: [2, "string"], element_key_int: [3, "int64"] },
  RawState: { json: [1, "bytes"], flatmap: [2, "string", "map"] },
  ServerCapabilities: { plan_destroy: [1, "bool"], get_provider_schema_optional: [2, "bool"], move_resource_state: [3, "bool"] },
  ClientCapabilities: { deferral_allowed: [1, "bool"], write_only_attributes_allowed: [2, "bool"] },
  Deferred: { reason: [1, "int32"] },

  Schema: { version: [1, "int64"], block: [2, "SchemaBlock"] },
  SchemaBlock: { version: [1, "int64"], attributes: [2, "SchemaAttribute", "repeated"], description: [4, "string"] },
  SchemaAttribute: {
    name: [1, "string"],
    type: [2, "bytes"],
    description: [3, "string"],
    required: [4, "bool"],
    optional: [5, "bool"],
    computed: [6, "bool"],
    sensitive: [7, "bool"],
    nested_type: [10, "SchemaObject"],
  },
  SchemaObject: { attributes: [1, "SchemaAttribute", "repeated"], nesting: [3, "int32"] },
  TypeName: { type_name: [1, "string"] },

  GetMetadataRequest: {},
  GetMetadataResponse: {
    server_capabilities: [1, "ServerCapabilities"],
    diagnostics: [2, "Diagnostic", "repeated"],
    data_sources: [3, "TypeName", "repeated"],
    resources: [4, "TypeName", "repeated"],
  },
  GetProviderSchemaRequest: {},
  GetProviderSchemaResponse: {
    provider: [1, "Schema"],
    resource_schemas: [2, "Schema", "map"],
    data_source_schemas: [3, "Schema", "map"],
    diagnostics: [4, "Diagnostic", "repeated"],
    server_capabilities: [6, "ServerCapabilities"],
  },
  GetResourceIdentitySchemasRequest: {},
  GetResourceIdentitySchemasResponse: { diagnostics: [2, "Diagnostic", "repeated"] },
  GetFunctionsRequest: {},
  GetFunctionsResponse: { diagnostics: [2, "Diagnostic", "repeated"] },
  ValidateProviderConfigRequest: { config: [1, "DynamicValue"] },
  ValidateProviderConfigResponse: { diagnostics: [2, "Diagnostic", "repeated"] },
  ValidateResourceConfigRequest: { type_name: [1, "string"], config: [2, "DynamicValue"], client_capabilities: [3, "ClientCapabilities"] },
  ValidateResourceConfigResponse: { diagnostics: [1, "Diagnostic", "repeated"] },
  ValidateDataResourceConfigRequest: { type_name: [1, "string"], config: [2, "DynamicValue"] },
  ValidateDataResourceConfigResponse: { diagnostics: [1, "Diagnostic", "repeated"] },
  UpgradeResourceStateRequest: { type_name: [1, "string"], version: [2, "int64"], raw_state: [3, "RawState"] },
  UpgradeResourceStateResponse: { upgraded_state: [1, "DynamicValue"], diagnostics: [2, "Diagnostic", "repeated"] },
  ConfigureProviderRequest: {
    terraform_version: [1, "string"],
    config: [2, "DynamicValue"],
    client_capabilities: [3, "ClientCapabilities"],
  },
  ConfigureProviderResponse: { diagnostics: [1, "Diagnostic", "repeated"] },
  ReadResourceRequest: {
    type_name: [1, "string"],
    current_state: [2, "DynamicValue"],
    private: [3, "bytes"],
    client_capabilities: [5, "ClientCapabilities"],
  },
  ReadResourceResponse: {
    new_state: [1, "DynamicValue"],
    diagnostics: [2, "Diagnostic", "repeated"],
    private: [3, "bytes"],
    deferred: [4, "Deferred"],
  },
  PlanResourceChangeRequest: {
    type_name: [1, "string"],
    prior_state: [2, "DynamicValue"],
    proposed_new_state: [3, "DynamicValue"],
    config: [4, "DynamicValue"],
    prior_private: [5, "bytes"],
    client_capabilities: [7, "ClientCapabilities"],
  },
  PlanResourceChangeResponse: {
    planned_state: [1, "DynamicValue"],
    requires_replace: [2, "AttributePath", "repeated"],
    planned_private: [3, "bytes"],
    diagnostics: [4, "Diagnostic", "repeated"],
    legacy_type_system: [5, "bool"],
    deferred: [6, "Deferred"],
  },
  ApplyResourceChangeRequest: {
    type_name: [1, "string"],
    prior_state: [2, "DynamicValue"],
    planned_state: [3, "DynamicValue"],
    config: [4, "DynamicValue"],
    planned_private: [5, "bytes"],
  },
  ApplyResourceChangeResponse: {
    new_state: [1, "DynamicValue"],
    private: [2, "bytes"],
    diagnostics: [3, "Diagnostic", "repeated"],
    legacy_type_system: [4, "bool"],
  },
  ImportResourceStateRequest: { type_name: [1, "string"], id: [2, "string"], client_capabilities: [3, "ClientCapabilities"] },
  ImportResourceStateResponse: {
    imported_resources: [1, "ImportedResource", "repeated"],
    diagnostics: [2, "Diagnostic", "repeated"],
    deferred: [3, "Deferred"],
  },
  ImportedResource: { type_name: [1, "string"], state: [2, "DynamicValue"], private: [3, "bytes"] },
  MoveResourceStateRequest: {
    source_provider_address: [1, "string"],
    source_type_name: [2, "string"],
    source_schema_version: [3, "int64"],
    source_state: [4, "RawState"],
    target_type_name: [5, "string"],
    source_private: [6, "bytes"],
  },
  MoveResourceStateResponse: {
    target_state: [1, "DynamicValue"],
    diagnostics: [2, "Diagnostic", "repeated"],
    target_private: [3, "bytes"],
  },
  ReadDataSourceRequest: { type_name: [1, "string"], config: [2, "DynamicValue"], client_capabilities: [4, "ClientCapabilities"] },
  ReadDataSourceResponse: { state: [1, "DynamicValue"], diagnostics: [2, "Diagnostic", "repeated"], deferred: [3, "Deferred"] },
  StopProviderRequest: {},
  StopProviderResponse: { Error: [1, "string"] },
  /** go-plugin's own. */
  Empty: {},
} as const satisfies Record<string, Record<string, readonly [number, string, ("repeated" | "map")?]>>;

interface Scalars {
  string: string;
  bytes: Uint8Array;
  bool: boolean;
  int32: number;
  int64: number;
}
type Shapes = typeof shapes;
export type MessageName = keyof Shapes;
type One<T> = T extends keyof Scalars ? Scalars[T] : T extends MessageName ? Message<T> : never;
type FieldOf<F> = F extends readonly [number, infer T, "repeated"]
  ? readonly One<T>[]
  : F extends readonly [number, infer T, "map"]
    ? Readonly<Record<string, One<T>>>
    : F extends readonly [number, infer T]
      ? One<T>
      : never;

/** A message as the handlers see it; a field that the peer did not send is absent or has its type's zero value. */
export type Message<N extends MessageName> = { readonly [F in keyof Shapes[N]]?: FieldOf<Shapes[N][F]> | null };

let root: protobuf.Root | undefined;
const types = new Map<MessageName, protobuf.Type>();

function typeOf(name: MessageName): protobuf.Type {
  let type = types.get(name);
  if (type === undefined) {
    root ??= protobuf.Root.fromJSON({
      nested: Object.fromEntries(Object.entries(shapes).map(([message, fields]) => [message, describe(fields)])),
    });
    type = root.lookupType(name);
    types.set(name, type);
  }
  return type;
}

function describe(fields: Record<string, readonly [number, string, ("repeated" | "map")?]>): protobuf.IType {
  const described = Object.entries(fields).map(([name, [id, type, many]]) => [
    name,
    many === "map" ? { id, type, keyType: "string" } : { id, type, ...(many === "repeated" ? { rule: "repeated" } : {}) },
  ]);
  return { fields: Object.fromEntries(described) as protobuf.IType["fields"] };
}

export function encodeMessage<N extends MessageName>(name: N, message: Message<N>): Buffer {
  const { buffer, byteOffset, byteLength } = typeOf(name).encode(message).finish();
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** @throws if the bytes are not such a message */
export function decodeMessage<N extends MessageName>(name: N, bytes: Uint8Array): Message<N> {
  return typeOf(name).decode(bytes);
}
