import type { Plan } from "../engine/index.ts";
import { isRecord, type JsonRecord, recordOf } from "../model/records.ts";
import { withoutLogins } from "../review/masked.ts";
import type { HostFact } from "./subject.ts";

/** The hosts that a stack's provider blocks name. */
export function hostFacts(plan: Plan): readonly HostFact[] {
  const blocks = Object.entries(recordOf(plan.configuration["provider_config"]))
    .map(([key, block]) => ({ key, block: recordOf(block) }))
    .filter(({ block }) => block["name"] === "libvirt");
  // a node's data source does not say by which provider block it was read
  const size = blocks.length === 1 ? sizeOf(plan) : {};
  return blocks.map(({ key, block }): HostFact => {
    const uri = recordOf(recordOf(block["expressions"])["uri"])["constant_value"];
    const url = typeof uri === "string" ? readUri(uri) : undefined;
    return {
      address: `provider.${key}`,
      name: url && nameOf(url),
      unchecked: url ? uncheckedIn(url) : [],
      memory: size.memory,
      cpus: size.cpus,
    };
  });
}

/** Another libvirtd of this machine goes by its socket. */
const nameOf = ({ hostname, searchParams }: URL): string =>
  hostname === "" ? (searchParams.get("socket") ?? "localhost") : withoutLogins(hostname);

function readUri(uri: string): URL | undefined {
  try {
    return new URL(uri);
  } catch {
    return undefined;
  }
}

const OFF: Readonly<Record<string, readonly string[]>> = { no_verify: ["1"], known_hosts_verify: ["ignore"] };

const uncheckedIn = ({ searchParams }: URL): string[] =>
  Object.entries(OFF).flatMap(([name, values]) => {
    const value = searchParams.get(name);
    return value !== null && values.includes(value) ? [`${name}=${value}`] : [];
  });

interface Size {
  readonly memory?: number;
  readonly cpus?: number;
}

function sizeOf({ priorResources }: Plan): Size {
  const node: JsonRecord | undefined = priorResources.find(({ type }) => type === "libvirt_node_info")?.values;
  if (!isRecord(node)) return {};
  const { memory_total_kb: kib, cpu_cores_total: cpus } = node;
  return { ...(typeof kib === "number" && { memory: kib * 1024 }), ...(typeof cpus === "number" && { cpus }) };
}
