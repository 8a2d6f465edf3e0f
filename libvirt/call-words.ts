import { Procedure } from "./procedures.ts";
import { XdrReader } from "./xdr/reader.ts";

const names = new Map<number, string>(Object.entries(Procedure).map(([name, number]) => [number, name]));
const ACRONYMS: ReadonlySet<string> = new Set(["CPU", "DHCP", "UUID", "XML"]);

/** libvirt's function for a procedure: `virStorageVolGetXMLDesc`. */
export function callOf(procedure: number): string {
  const words = (names.get(procedure) ?? String(procedure)).split("_");
  return `vir${words.map((word) => (ACRONYMS.has(word) ? word : word.charAt(0) + word.slice(1).toLowerCase())).join("")}`;
}

/** The kind of object that the first arguments identify. */
const nouns: readonly (readonly [prefix: string, noun: string])[] = [
  ["DOMAIN_", "guest"],
  ["NETWORK_", "network"],
  ["STORAGE_POOL_", "pool"],
  ["STORAGE_VOL_", "volume"],
  ["NODE_DEVICE_", "device"],
];

/** The name itself, or the name in an XML definition. */
const nameIn = (text: string): string => (text.startsWith("<") ? (/<name>([^<]*)<\/name>/.exec(text)?.[1] ?? "") : text);

/** The object of a call, from its arguments: `volume data.qcow2 in pool images`. */
export function objectOf(procedure: number, args: Uint8Array): string | undefined {
  const call = names.get(procedure) ?? "";
  const noun = nouns.find(([prefix]) => call.startsWith(prefix))?.[1];
  if (noun === undefined) return undefined;
  const reader = new XdrReader(args);
  try {
    if (call.endsWith("_BY_UUID")) return `${noun} ${reader.fixed(16).toString("hex")}`;
    const first = nameIn(reader.string());
    if (noun !== "volume" || /_BY_(KEY|PATH)$/.test(call)) return `${noun} ${first}`;
    // a lookup or creation in a pool also has the pool's UUID
    if (/_(CREATE_XML|BY_NAME)/.test(call)) reader.fixed(16);
    return `volume ${nameIn(reader.string())} in pool ${first}`;
  } catch {
    return undefined;
  }
}
